import { need, note, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const groupCompany: DeviceRule = {
  id: 'group-company',
  title: 'Does the device have its IOMMU group to itself?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/iommu_group',
    'the groups that the kernel would make, where it made none',
  ],
  why: 'The IOMMU cannot keep the functions of one group apart. So all of them but bridges must leave their drivers of the host before one is handed over; not all need be given to the machine.',
  fix: 'Another slot may have a group of its own: handover slots. What is in the group and why: handover groups --why DEVICE.',
  sources: [
    'Linux drivers/iommu/iommu.c pci_device_group',
    'Linux drivers/vfio/vfio_main.c vfio_group_viable (6.1), iommu_group_claim_dma_owner',
  ],
  atWorst: 'note',
  check({ device, leaving, groupSource }) {
    const others = need(leaving).filter((f) => f !== device)
    const path = `/sys/bus/pci/devices/${device.address}/iommu_group`
    const source = groupSource === 'kernel' ? path : 'predicted group'
    if (others.length === 0)
      return passes('nothing but bridges shares its group', seen(source, device.address))
    const names = others.map(({ address }) => address)
    return note(
      `${names.length === 1 ? 'one more function leaves' : `${names.length} more functions leave`} the host with it`,
      seen(source, names.join(' ')),
    )
  },
}
