import { need, note, notHere, passes } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { vgaAccess } from './vga-access.js'

export const vfioPciVga: DeviceRule = {
  id: 'vfio-pci-vga',
  title: 'Can the machine have the VGA ports and memory of the card?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/class',
    '/sys/module/vfio_pci/parameters/disable_vga',
    '/proc/config.gz',
    '/boot/config-*',
  ],
  why: 'A machine with a legacy BIOS draws through the VGA ranges, and so does an option ROM without an EFI driver. vfio-pci gives them away only when it was built with CONFIG_VFIO_PCI_VGA. A machine with OVMF and a card with an EFI driver do without.',
  fix: 'Give the machine OVMF as firmware, and a card whose ROM has an EFI driver; or start a kernel with CONFIG_VFIO_PCI_VGA, without the parameter disable_vga.',
  sources: [
    'Linux drivers/vfio/pci/Kconfig VFIO_PCI_VGA',
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_vga_disabled, vfio_pci_is_vga (6.1, 6.12, 7.3)',
  ],
  atWorst: 'note',
  check({ machine, device }) {
    if (need(device.class) >> 8 !== 0x0300) return notHere('it is no VGA card')
    const { built, evidence } = need(vgaAccess(machine))
    if (!built) return note('vfio-pci of this kernel gives no VGA ranges away', evidence)
    return need(machine.system.moduleParameter('vfio_pci', 'disable_vga')) === 'Y'
      ? note('vfio-pci was told to keep the VGA ranges to itself', evidence)
      : passes('vfio-pci gives them away', evidence)
  },
}
