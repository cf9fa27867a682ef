import type { KernelModule } from '../../machine/index.js'
import { need, passes, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

/** What is so where vfio-pci neither runs nor can be loaded, and what to do. */
const wrong: Readonly<
  Partial<Record<KernelModule['state'], { readonly says: string; readonly fix: string }>>
> = {
  missing: {
    says: 'the modules of this kernel are on disk, and vfio-pci is not among them',
    fix: 'install the package with the rest of the modules of this kernel, or a kernel built with CONFIG_VFIO_PCI',
  },
  'no folder': {
    says: 'the modules of the running kernel are not on disk',
    fix: 'after an upgrade of the kernel: restart, so that the new one runs; in a container: run this on the host itself',
  },
  'no modules': {
    says: 'this kernel has no vfio-pci and loads no modules',
    fix: 'start a kernel built with CONFIG_VFIO_PCI',
  },
  locked: {
    says: 'vfio-pci is not loaded, and the kernel loads no module any more until it is started anew',
    fix: 'have vfio-pci loaded early, by a line in /etc/modules-load.d, before something writes 1 to /proc/sys/kernel/modules_disabled; restart',
  },
}

export const vfioPciThere: ComputerRule = {
  id: 'vfio-pci-there',
  title: 'Does the kernel have vfio-pci?',
  about: 'computer',
  looksAt: [
    '/sys/module/vfio_pci',
    '/sys/bus/pci/drivers/vfio-pci',
    '/proc/sys/kernel/modules_disabled',
    '/lib/modules/*/kernel/drivers/vfio/pci',
  ],
  why: 'The driver vfio-pci takes a device from the host and gives it to a virtual machine. It is part of the kernel, built in or a module.',
  fix: 'Install the modules of the kernel that runs, or a kernel that has CONFIG_VFIO_PCI.',
  sources: [
    'Linux drivers/vfio/pci/Kconfig VFIO_PCI',
    'Linux kernel/module/main.c modules_disabled',
    'Linux kernel/module/sysfs.c, kernel/params.c: /sys/module',
  ],
  atWorst: 'step',
  check(machine) {
    const { state, evidence } = need(machine.system.vfioModule('vfio-pci'))
    const found = wrong[state]
    if (found) return step(found.says, evidence, { fix: found.fix })
    return passes(state === 'on disk' ? 'vfio-pci can be loaded' : `vfio-pci is ${state}`, evidence)
  },
}
