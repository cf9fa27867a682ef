import { type Evidence, installedUefi, qemuFirmwareFolders, swtpmProgram } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { noCard } from '../video/display.js'

export const windows11Needs: DeviceRule = {
  id: 'windows-11-needs',
  title: 'Can a machine be given what the setup of Windows 11 asks for?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/class: asked of video cards',
    swtpmProgram,
    ...qemuFirmwareFolders.map((folder) => `${folder}/*.json`),
  ],
  why: 'The setup of Windows 11 wants a TPM 2.0, which swtpm emulates, and UEFI that can do Secure Boot. Other systems need neither.',
  fix: 'Install what is missing, where the machine is to run Windows 11: swtpm (and swtpm-tools on Debian and Ubuntu), and OVMF with Secure Boot, which comes with ovmf or edk2-ovmf.',
  sources: [
    'Microsoft, Windows 11 specifications: TPM 2.0; system firmware UEFI, Secure Boot capable',
    'QEMU docs/specs/tpm.rst, The QEMU TPM emulator device',
    'QEMU docs/interop/firmware.json FirmwareFeature: secure-boot',
  ],
  atWorst: 'note',
  check({ device, machine: { system } }) {
    const other = noCard(device)
    if (other) return other
    if (need(system.qemu) === null) return notHere('QEMU is not installed')
    const uefi = installedUefi(need(system.qemuFirmware))
    const missing: { readonly what: string; readonly evidence: Evidence }[] = []
    if (!need(system.hasSwtpm)) missing.push({ what: 'swtpm', evidence: seen(swtpmProgram, 'not there') })
    // Where there is no UEFI at all, that is said already.
    if (uefi.length > 0 && !uefi.some(({ features }) => features.includes('secure-boot')))
      missing.push({
        what: 'UEFI with Secure Boot',
        evidence: seen(qemuFirmwareFolders.join(', '), 'no descriptor with secure-boot for q35'),
      })
    if (missing.length === 0) return passes('what it asks for beside UEFI is installed')
    return note(
      `for Windows 11 ${missing.map(({ what }) => what).join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing`,
      missing.map(({ evidence }) => evidence),
    )
  },
}
