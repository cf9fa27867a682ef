import { need, notHere, passes, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const vfioMemory: ComputerRule = {
  id: 'vfio-memory',
  title: 'Can the kernel give a device the memory of a machine?',
  about: 'computer',
  looksAt: [
    '/sys/module/vfio_iommu_type1',
    '/sys/class/misc/iommu',
    '/lib/modules/*/kernel/drivers/vfio',
    '/lib/modules/*/kernel/drivers/iommu/iommufd',
  ],
  why: 'The driver vfio-pci gives the device; its DMA is led to the memory of the machine by another part: vfio_iommu_type1 with the group interface /dev/vfio/N, or iommufd.',
  fix: 'Install the rest of the modules of this kernel, or a kernel with CONFIG_VFIO_IOMMU_TYPE1 or CONFIG_IOMMUFD.',
  since: ['Linux 6.2: iommufd', 'QEMU 9.0: -object iommufd'],
  sources: [
    'Linux drivers/vfio/Kconfig VFIO_CONTAINER, VFIO_IOMMU_TYPE1 (6.12, 7.3)',
    'Linux drivers/iommu/iommufd/Kconfig IOMMUFD',
    'QEMU qapi/qom.json IOMMUFDProperties (10.0)',
  ],
  atWorst: 'step',
  check(machine) {
    const driver = need(machine.system.vfioModule('vfio-pci'))
    if (!usable(driver.state)) return notHere('there is no vfio-pci', driver.evidence)
    const type1 = need(machine.system.vfioModule('vfio_iommu_type1'))
    if (usable(type1.state)) return passes('the kernel has vfio_iommu_type1', type1.evidence)
    const iommufd = need(machine.system.vfioModule('iommufd'))
    if (usable(iommufd.state)) return passes('the kernel has iommufd', iommufd.evidence)
    return step('the kernel has neither vfio_iommu_type1 nor iommufd', [type1.evidence, iommufd.evidence])
  },
}

function usable(state: string): boolean {
  return ['built in', 'loaded', 'on disk'].includes(state)
}
