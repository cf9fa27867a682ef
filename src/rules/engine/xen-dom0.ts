import { hypervisorTypePath, xenFeaturesPath } from '../../machine/index.js'
import { need, passes, seen, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const xenDom0: ComputerRule = {
  id: 'xen-dom0',
  title: 'Is it Linux that has the hardware, and not Xen?',
  about: 'computer',
  looksAt: [hypervisorTypePath, xenFeaturesPath],
  why: 'Under Xen the IOMMU and virtualization belong to Xen, and this Linux, its first domain, has neither KVM nor VFIO groups. Xen gives devices to its own guests by xen-pciback and xl.',
  fix: "Choose the entry without Xen in the boot menu, and make it the default. Take xen-pciback.hide= out of the command line and out of /etc/modprobe.d: vfio-pci takes its place. To stay with Xen: xl pci-assignable-add, and pci= in the guest's configuration.",
  sources: [
    'Linux drivers/xen/sys-hypervisor.c type_show, features_show; include/xen/interface/features.h XENFEAT_dom0',
    'Linux arch/x86/kernel/pci-dma.c pci_iommu_alloc: a Xen PV domain looks for no IOMMU (6.1, 6.12, 7.3)',
    'Linux drivers/xen/xen-pciback/pci_stub.c hide; xl(1) pci-assignable-add',
  ],
  atWorst: 'step',
  check({ system, functions }) {
    const below = need(system.xen)
    if (below === null) return passes('Xen is not below this Linux')
    if (below === 'guest')
      return step('this Linux is a guest of Xen, which has the IOMMU', seen(hypervisorTypePath, 'xen'), {
        fix: 'hand the device over in the first domain of Xen, or start this computer without Xen',
      })
    const held = functions.filter((f) => 'value' in f.driver && f.driver.value === 'pciback')
    return step('this Linux runs on Xen, which has the IOMMU', [
      seen(hypervisorTypePath, 'xen'),
      ...held.map(({ address }) => seen(`/sys/bus/pci/devices/${address}/driver`, 'pciback')),
    ])
  },
}
