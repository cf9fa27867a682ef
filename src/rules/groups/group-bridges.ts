import { knownValue, leavesGroupViable, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const groupBridges: DeviceRule = {
  id: 'group-bridges',
  title: 'Can the bridges of the group keep their drivers?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/driver of the bridges in the group'],
  why: "Bridges stay with the host, and so may the port driver pcieport, which does no DMA of the host. Any other driver on a bridge of the group counts as the host's use of the group, and the kernel gives nothing of it away (vfio: group is not viable, or busy).",
  fix: 'Unbind the bridge from its driver: echo ADDRESS > /sys/bus/pci/drivers/DRIVER/unbind.',
  since: ['Linux 6.1 to 7.3: shpchp, for hot plug of conventional PCI, has no driver_managed_dma'],
  sources: [
    'Linux drivers/pci/pci-driver.c pci_dma_configure; drivers/iommu/iommu.c iommu_group_claim_dma_owner',
    'Linux drivers/pci/pcie/portdrv.c driver_managed_dma; drivers/pci/hotplug/shpchp_core.c',
  ],
  atWorst: 'step',
  check({ device, group }) {
    const bridges = need(group).filter((f) => f !== device && knownValue(f.isBridge) === true)
    if (bridges.length === 0) return notHere('no bridge is in its group')
    const inTheWay = bridges.flatMap((f) => {
      const driver = need(f.driver)
      return driver === null || leavesGroupViable(driver) ? [] : [{ f, driver }]
    })
    if (inTheWay.length === 0)
      return passes('its bridges have the port driver or none', ...bridges.map((f) => evidenceOf(f)))
    return inTheWay.map(({ f, driver }) =>
      step(`the bridge ${f.address} in its group has the driver ${driver}`, evidenceOf(f), {
        fix: `unbind it: echo ${f.address} > /sys/bus/pci/drivers/${driver}/unbind`,
      }),
    )
  },
}

function evidenceOf({ address, driver }: PciFunction) {
  return seen(`/sys/bus/pci/devices/${address}/driver`, knownValue(driver) ?? 'none')
}
