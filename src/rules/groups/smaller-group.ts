import { predictGroups, rulesFor, type Slot, slotsOf } from '../../iommu/index.js'
import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'

/** What would bring a device away from those of other devices: whole sentences' parts, best first; empty: nothing known. */
export function waysOut(machine: Machine, device: PciFunction, size: number): readonly string[] {
  return [...withoutParameters(machine, device, size), ...otherSlots(machine, device)]
}

/**
 * Only a parameter that takes isolation away can be at fault: by itself the kernel switches on all of ACS that groups ask for, so
 * that `pci=config_acs=` has nothing to add (Linux drivers/pci/pci.c pci_std_enable_acs).
 */
function withoutParameters(machine: Machine, device: PciFunction, size: number): readonly string[] {
  const line = knownValue(machine.commandLine) ?? ''
  const isAcs = (option: string) => /^(disable_acs_redir|config_acs)=/.test(option)
  const options = line
    .split(/\s+/)
    .filter((word) => word.startsWith('pci='))
    .flatMap((word) => word.slice('pci='.length).split(',').filter(isAcs))
  if (options.length === 0) return []
  const without = line
    .split(/\s+/)
    .map((word) =>
      word.startsWith('pci=')
        ? `pci=${word
            .slice('pci='.length)
            .split(',')
            .filter((one) => !isAcs(one))
            .join(',')}`
        : word,
    )
    .join(' ')
  const other = { ...machine, commandLine: { value: without } }
  const group = predictGroups(other, rulesFor(other, {})).groups.find(({ functions }) =>
    functions.includes(device.address),
  )
  return group !== undefined && group.functions.length < size
    ? [`take ${options.join(' and ')} out of pci= on the kernel's command line`]
    : []
}

function otherSlots(machine: Machine, device: PciFunction): readonly string[] {
  const own = knownValue(device.parent)
  if (typeof own !== 'string') return []
  const better = slotsOf(machine).filter(
    (slot) =>
      slot.port !== own &&
      typeof knownValue(slot.number) === 'number' &&
      Array.isArray(slot.sharesWith) &&
      slot.sharesWith.length === 0,
  )
  const free = better.filter(({ occupants }) => occupants.length === 0)
  const [chosen, taken] = free.length > 0 ? [free, false] : [better, true]
  if (chosen.length === 0) return []
  const names = chosen.slice(0, 4).map(nameOf).join(', ')
  return [
    taken
      ? `change places with the card behind ${names}, where a card has a group of its own`
      : `put the card into the free slot behind ${names}, where it has a group of its own`,
  ]
}

function nameOf({ port, number, link, occupants }: Slot): string {
  const width = knownValue(link)?.maxWidth
  const facts = [
    `slot ${knownValue(number)}`,
    ...(width ? [`x${width}`] : []),
    ...(occupants.length > 0 ? [`now ${occupants[0]}`] : []),
  ]
  return `${port} (${facts.join(', ')})`
}
