import {
  isShadow,
  libvirtFolder,
  libvirtPrograms,
  moduleParameterPath,
  selinuxPath,
} from '../../machine/index.js'
import { need, needSome, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

const apparmorPath = moduleParameterPath('apparmor', 'enabled')

export const romFileRights: DeviceRule = {
  id: 'rom-file-rights',
  title: "May libvirt's QEMU read an option ROM from any file?",
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/resource: whether the card shows its own option ROM',
    apparmorPath,
    selinuxPath,
    libvirtFolder,
    ...libvirtPrograms,
  ],
  why: "A video card is sometimes given its option ROM from a file. libvirt's QEMU is confined by AppArmor or SELinux, and libvirt opens the device to it, but not that file: in a home folder or in /etc it is denied, and QEMU does not find it. Disks and devices are not concerned.",
  fix: 'Put the file where the policy lets QEMU read: /usr/share/vgabios with AppArmor, /var/lib/libvirt/images with SELinux.',
  sources: [
    'QEMU hw/pci/pci.c pci_add_option_rom',
    'libvirt src/security/apparmor/libvirt-qemu; virt-aa-helper.c get_files, which adds no <rom file>',
    'libvirt src/security/security_selinux.c virSecuritySELinuxSetHostdevLabel, which labels none (9.0, 11.3)',
    'Fedora selinux-policy policy/modules/contrib/virt.te: virt_domain, virt_image_t',
  ],
  atWorst: 'note',
  check({ machine: { system }, leaving }) {
    const video = needSome(need(leaving), ({ class: code }) =>
      'value' in code ? { value: code.value >> 16 === 0x03 } : code,
    )
    if (video === undefined) return notHere('it is no video card')
    const rom = need(video.resources).find(({ kind }) => kind === 'rom')
    if (rom !== undefined && !isShadow(rom)) return notHere('it shows its own option ROM, and needs no file')
    if (need(system.libvirt) === null) return notHere('libvirt is not installed')
    if (need(system.moduleParameter('apparmor', 'enabled')) === 'Y')
      return note(
        "a ROM file for it is best in /usr/share/vgabios: AppArmor denies libvirt's QEMU home folders and /etc",
        seen(apparmorPath, 'Y'),
      )
    if (need(system.selinuxEnforces))
      return note(
        "a ROM file for it is best in /var/lib/libvirt/images: SELinux denies libvirt's QEMU home folders",
        seen(selinuxPath, '1'),
        { fix: 'put the file there, and run restorecon on it' },
      )
    return passes('neither AppArmor nor SELinux confines QEMU')
  },
}
