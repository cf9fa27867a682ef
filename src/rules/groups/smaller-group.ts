import { predictGroups, rulesFor, type Slot, slotsOf } from '../../iommu/index.js'
import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'

/** What would give a device a smaller group, the least effort first; empty: nothing is known that would. */
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
  const slots = realSlots(machine)
  if (!isIn(slots, device)) return []
  const better = slots.filter(
    (slot) =>
      slot.port !== knownValue(device.parent) &&
      Array.isArray(slot.sharesWith) &&
      slot.sharesWith.length === 0,
  )
  const free = better.filter(({ occupants }) => occupants.length === 0)
  const [chosen, taken] = free.length > 0 ? [free, false] : [better, true]
  if (chosen.length === 0) return []
  const names = chosen.slice(0, 4).map(nameOf).join(' or ')
  return [
    taken
      ? `let it change places with the card behind ${names}, where a card has a group of its own`
      : `put the card into the free slot behind ${names}, where it has a group of its own`,
  ]
}

/** Whether the device is a card in a slot, which can be put into another. */
export function isInSlot(machine: Machine, device: PciFunction): boolean {
  return isIn(realSlots(machine), device)
}

function isIn(slots: readonly Slot[], device: PciFunction): boolean {
  return slots.some(({ port }) => port === knownValue(device.parent))
}

/** Number 0 is that of a port with something soldered to it (PCI Express 6.0, 7.5.3.9). */
function realSlots(machine: Machine): readonly Slot[] {
  return slotsOf(machine).filter(({ number }) => (knownValue(number) ?? 0) > 0)
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
