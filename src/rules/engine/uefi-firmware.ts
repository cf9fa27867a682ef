import {
  installedUefi,
  isPcUefi,
  processorPath,
  proxmoxFirmwareFolder,
  qemuFirmwareFolders,
} from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const uefiFirmware: ComputerRule = {
  id: 'uefi-firmware',
  title: 'Is UEFI firmware for virtual machines installed?',
  about: 'computer',
  looksAt: [...qemuFirmwareFolders.map((folder) => `${folder}/*.json`), proxmoxFirmwareFolder, processorPath],
  why: 'SeaBIOS comes with QEMU; UEFI, which is OVMF, is a package of its own. Windows 11 starts from UEFI alone, and so do video cards whose option ROM has no part for a BIOS. Programs find OVMF by the descriptors that come with it.',
  fix: 'Install it: ovmf on Debian and Ubuntu, edk2-ovmf on Fedora, Red Hat and Arch, qemu-ovmf-x86_64 on openSUSE.',
  sources: [
    'QEMU docs/interop/firmware.json',
    'Microsoft, Windows 11 specifications: system firmware UEFI, Secure Boot capable',
  ],
  atWorst: 'warning',
  check({ system }) {
    const descriptors = need(system.qemuFirmware)
    const [firmware] = installedUefi(descriptors)
    if (firmware !== undefined)
      return passes('UEFI for q35 machines is installed', seen(firmware.path, firmware.code!.filename))
    const proxmox = need(system.proxmoxFirmware)
    if (proxmox !== null) return passes('UEFI of Proxmox VE is installed', seen(proxmox, 'there'))
    if (need(system.processor).vendor === null)
      return notHere('machines with x86 processors are not what this computer runs')
    for (const descriptor of descriptors) {
      const firmware = need(descriptor)
      if (isPcUefi(firmware)) need(firmware.isInstalled)
    }
    return warning(
      'no UEFI firmware for q35 machines is installed: they start by SeaBIOS alone',
      seen(qemuFirmwareFolders.join(', '), 'no descriptor of one'),
    )
  },
}
