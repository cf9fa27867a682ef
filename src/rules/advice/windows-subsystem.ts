import { knownValue } from '../../machine/index.js'
import { need, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const path = '/proc/sys/kernel/osrelease'

export const windowsSubsystem: ComputerRule = {
  id: 'windows-subsystem',
  title: 'Is this Linux more than the Linux in Windows (WSL)?',
  about: 'computer',
  looksAt: [
    'bridges among the PCI functions: WSL 2 has none',
    `${path}: WSL 2 calls its kernel microsoft-standard-WSL2`,
  ],
  why: 'WSL 2 is itself a virtual machine, which Windows makes. It has no PCI devices of the computer, so there is nothing here to hand over. Linux programs in it draw and compute on the card of Windows already, by /dev/dxg.',
  fix: 'Linux programs that are to use the card need no hand-over: use them here. To give a device to a machine of its own, start the computer with Linux; on Windows Server, Hyper-V hands devices over itself (Discrete Device Assignment).',
  sources: [
    'https://github.com/microsoft/WSL2-Linux-Kernel: Microsoft/config-wsl, CONFIG_LOCALVERSION',
    'https://learn.microsoft.com/windows/wsl/tutorials/gpu-compute',
    'Linux drivers/pci/controller/pci-hyperv.c: one bus for each device, and no bridge',
  ],
  atWorst: 'warning',
  check(machine) {
    const bridge = machine.functions.find((f) => (knownValue(f.class) ?? 0) >> 16 === 0x06)
    if (bridge)
      return passes(
        'it has PCI bridges of its own',
        seen(`/sys/bus/pci/devices/${bridge.address}/class`, 'a bridge'),
      )
    const release = need(machine.kernel)
    const found = seen(path, release)
    if (/microsoft/i.test(release))
      return warning('this is the Linux in Windows: no device can be handed over from it', found)
    return passes('it is not WSL', found)
  },
}
