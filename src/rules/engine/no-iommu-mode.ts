import { moduleParameterPath } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const path = moduleParameterPath('vfio', 'enable_unsafe_noiommu_mode')

export const noIommuMode: ComputerRule = {
  id: 'no-iommu-mode',
  title: "Is vfio's mode without an IOMMU off?",
  about: 'computer',
  looksAt: [path],
  why: 'In this mode vfio gives away devices that no IOMMU keeps in bounds: they can write to all memory of the host. QEMU cannot use it: it ends with "No available IOMMU models". Only programs such as DPDK do.',
  fix: 'Take enable_unsafe_noiommu_mode=1 out of /etc/modprobe.d, and switch the IOMMU on instead.',
  sources: [
    'Linux drivers/vfio/container.c vfio_noiommu_ioctl; vfio_main.c enable_unsafe_noiommu_mode (6.12), container.c (6.1)',
    'QEMU hw/vfio/container.c vfio_get_iommu_type (10.0), common.c (7.2)',
  ],
  atWorst: 'warning',
  check({ system }) {
    const value = need(system.moduleParameter('vfio', 'enable_unsafe_noiommu_mode'))
    if (value === null) return notHere('vfio is not loaded, or built without that mode')
    if (value !== 'Y') return passes('that mode is off', seen(path, value))
    return warning('vfio may give devices away without an IOMMU, which QEMU cannot use', seen(path, value))
  },
}
