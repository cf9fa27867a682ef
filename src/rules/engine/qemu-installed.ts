import { processorPath, qemuPrograms } from '../../machine/index.js'
import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const qemuInstalled: ComputerRule = {
  id: 'qemu-installed',
  title: 'Is QEMU for x86 machines installed?',
  about: 'computer',
  looksAt: [...qemuPrograms.map((path) => `${path} --version`), processorPath],
  why: 'QEMU makes the virtual machine that a device is given to, also for libvirt, virt-manager and Proxmox. It is looked for where distributions install it.',
  fix: 'Install it: qemu-system-x86 on Debian and Ubuntu, qemu-kvm on Fedora and Red Hat, qemu-desktop on Arch, qemu-x86 on openSUSE. One that stands elsewhere is named by `qemu:` in the description of a machine.',
  sources: [
    'QEMU docs/system/qemu-manpage.rst',
    'libvirt src/qemu/qemu_capabilities.c virQEMUCapsFindBinary',
  ],
  atWorst: 'step',
  check({ system }) {
    const qemu = need(system.qemu)
    if (qemu !== null) return passes(`QEMU ${qemu.version} is installed`, seen(qemu.path, qemu.version))
    if (need(system.processor).vendor === null)
      return notHere('machines with x86 processors are not what this computer runs')
    return step('QEMU is not installed', seen(qemuPrograms.join(', '), 'not there'))
  },
}
