import { knownValue, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { isInSlot, waysOut } from './smaller-group.js'

export const groupCompany: DeviceRule = {
  id: 'group-company',
  title: 'Does the device have its IOMMU group to itself?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/iommu_group',
    'the groups that the kernel would make, where it made none',
    'the groups that a card would get in the other slots',
  ],
  why: 'The IOMMU cannot keep the functions of one group apart. So all of them but bridges must leave their drivers of the host before one is handed over; not all need be given to the machine.',
  fix: 'Another slot may have a group of its own: handover slots. What is in the group and why: handover groups --why DEVICE.',
  since: [
    'pci=config_acs= (Linux 6.11, as documented from 6.12.23 and 6.14.2) cannot make a group smaller: the kernel has switched on by itself what ACS there is; it can only undo disable_acs_redir',
  ],
  sources: [
    'Linux drivers/iommu/iommu.c pci_device_group, iommu_group_claim_dma_owner',
    'Linux drivers/vfio/vfio_main.c vfio_group_viable (before 5.19)',
    'Linux drivers/pci/pci.c pci_std_enable_acs, __pci_config_acs',
  ],
  atWorst: 'warning',
  check({ device, group, leaving, groupSource, machine }) {
    if (knownValue(device.isBridge)) return notHere('it is a bridge: see device-kind')
    const members = need(group)
    if (members.length === 0) return notHere('it has no group: see iommu-group')
    const path = `/sys/bus/pci/devices/${device.address}/iommu_group`
    const source = groupSource === 'kernel' ? path : 'predicted group'
    const others = need(leaving).filter((f) => f !== device)
    if (others.length === 0)
      return passes('nothing but bridges shares its group', seen(source, device.address))
    // The slot of the ISA bridge is the chipset's: its functions are devices of their own.
    const isChipset = [device, ...others].some((f) => slotOf(f) === slotOf(device) && isIsaBridge(f))
    const foreign = others.filter((f) => isChipset || slotOf(f) !== slotOf(device))
    const names = others.map(nameOf).join(', ')
    if (foreign.length === 0)
      return passes(`other functions of the device go with it: ${names}`, seen(source, names))
    const used = foreign.filter((f) => knownValue(f.driver) !== null || f.roles.length > 0)
    if (used.length === 0)
      return passes(`others in its group have no driver to leave: ${names}`, seen(source, names))
    const ways = waysOut(machine, device, members.length)
    return warning(
      used.length === 1
        ? `another device leaves the host with it: ${nameOf(used[0]!)}`
        : `${used.length} functions of other devices leave the host with it: ${used.map(nameOf).join(', ')}`,
      seen(source, members.map(({ address }) => address).join(' ')),
      {
        fix: ways.length > 0 ? ways.join('; or ') : doWithout(isInSlot(machine, device)),
      },
    )
  },
}

function doWithout(isInSlot: boolean): string {
  const rest = isInSlot ? ': no other slot of this computer is known to be better' : ''
  return `do without what is in the group on the host while the machine runs${rest}`
}

function isIsaBridge(f: PciFunction): boolean {
  return (knownValue(f.class) ?? 0) >> 8 === 0x0601
}

/** `0000:01:00`, without the function. */
function slotOf({ address }: PciFunction): string {
  return address.slice(0, address.lastIndexOf('.'))
}

/** `0000:00:17.0 (ahci, root-disk)` */
function nameOf({ address, driver, roles }: PciFunction): string {
  const bound = knownValue(driver)
  const facts = [...(bound ? [bound] : []), ...roles.map(({ name }) => name)]
  return facts.length === 0 ? address : `${address} (${facts.join(', ')})`
}
