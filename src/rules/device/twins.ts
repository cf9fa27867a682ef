import { commandLinePath, type Fact, knownValue, type PciFunction, underscored } from '../../machine/index.js'
import { need, needSome, note, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { idsOf } from './device-ids.js'
import { likeIt } from './places.js'

export const twins: DeviceRule = {
  id: 'twins',
  title: 'Is it the only one with its ids?',
  about: 'device',
  looksAt: ['vendor and device of all functions', `${commandLinePath}: vfio-pci.ids=`],
  why: 'The parameter vfio-pci.ids= takes every function with these ids, the one that is to stay with the host too.',
  fix: 'Name it by its address, not by its ids: handover bind, or driver_override.',
  sources: [
    'Linux drivers/vfio/pci/vfio_pci.c vfio_pci_fill_ids; Documentation/ABI/testing/sysfs-bus-pci: driver_override',
  ],
  atWorst: 'warning',
  check({ machine, device, leaving }) {
    if (knownValue(device.isBridge)) return notHere('it is a bridge, which no ids= takes')
    if (knownValue(device.physicalFunction))
      return notHere('it is a virtual function, and those share their ids')
    const ids = idsOf(device)
    const candidates = likeIt(machine, device)
    const same = (f: PciFunction): Fact<boolean> => {
      if (f === device || differs(f.vendor, device.vendor) || differs(f.device, device.device))
        return { value: false }
      if ('unknown' in f.vendor) return f.vendor
      return 'unknown' in f.device ? f.device : { value: true }
    }
    if (needSome(candidates, same) === undefined) return passes(`no other function is ${ids}`)
    const group = need(leaving)
    const others = candidates.filter((f) => knownValue(same(f)) && !group.includes(f))
    if (others.length === 0) return passes(`every ${ids} leaves the host with it`)
    const shown = others.slice(0, 4)
    const evidence = shown.map((f) => seen(attribute(f, 'device'), ids))
    const more = others.length - shown.length
    const names = `${shown.map(({ address }) => address).join(' ')}${more > 0 ? ` and ${more} more` : ''}`
    const word = need(machine.system.commandLine).find(
      ({ name, value }) =>
        underscored(name) === 'vfio_pci.ids' &&
        value?.split(',').some((id) => `${id}:`.startsWith(`${ids}:`)),
    )?.text
    if (word)
      return warning(
        `vfio-pci.ids takes ${names} too, with the same ids ${ids}`,
        [...evidence, seen(commandLinePath, word)],
        {
          fix: `take ${ids} out of ${word}, and bind ${device.address} by its address: handover bind ${device.address}`,
        },
      )
    return note(`${names} ${others.length === 1 ? 'has' : 'have'} the same ids ${ids}`, evidence)
  },
}

function differs(one: Fact<number>, other: Fact<number>): boolean {
  return 'value' in one && 'value' in other && one.value !== other.value
}
