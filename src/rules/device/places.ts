import { compareAddresses, knownValue, type Machine, type PciFunction } from '../../machine/index.js'

/**
 * The other functions that a reset of the device's bus resets too: those on it, and those behind bridges on it, sorted.
 * (Linux drivers/pci/pci.c pci_bus_resettable; drivers/vfio/pci/vfio_pci_core.c vfio_pci_for_each_slot_or_bus.)
 */
export function busMates(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const { onBus, below } = places(machine)
  const reached = new Set(onBus.get(busOf(device)))
  // A set is walked in the order of insertion, so what is added on the way is reached too.
  for (const f of reached) for (const child of below.get(f.address) ?? []) reached.add(child)
  reached.delete(device)
  return [...reached].sort((a, b) => compareAddresses(a.address, b.address))
}

/** The functions from the device up to its root port, itself first. */
export function pathOf(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const path = [device]
  for (;;) {
    const next = portOf(machine, path.at(-1)!)
    if (next === undefined || path.includes(next)) return path
    path.push(next)
  }
}

/** The bridge right above a function. */
export function portOf(machine: Machine, device: PciFunction): PciFunction | undefined {
  const parent = knownValue(device.parent)
  return parent == null ? undefined : functionAt(machine, parent)
}

export function functionAt(machine: Machine, address: string): PciFunction | undefined {
  return places(machine).byAddress.get(address)
}

/** Functions that have the device's ids, or may have them since theirs are not known; itself too. */
export function likeIt(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const { byIds } = places(machine)
  return [...new Set([...(byIds.get(knownIds(device)) ?? []), ...(byIds.get('') ?? [])])]
}

interface Places {
  readonly byIds: ReadonlyMap<string, readonly PciFunction[]>
  readonly byAddress: ReadonlyMap<string, PciFunction>
  readonly onBus: ReadonlyMap<string, readonly PciFunction[]>
  readonly below: ReadonlyMap<string, readonly PciFunction[]>
}

const kept = new WeakMap<Machine, Places>()

function places(machine: Machine): Places {
  let found = kept.get(machine)
  if (found === undefined) {
    found = {
      byIds: grouped(machine.functions, knownIds),
      byAddress: new Map(machine.functions.map((f) => [f.address, f])),
      onBus: grouped(machine.functions, busOf),
      below: grouped(machine.functions, (f) => knownValue(f.parent) ?? ''),
    }
    kept.set(machine, found)
  }
  return found
}

/** Empty where one of the two is not known. */
function knownIds(f: PciFunction): string {
  return 'value' in f.vendor && 'value' in f.device ? `${f.vendor.value}:${f.device.value}` : ''
}

function busOf({ address }: PciFunction): string {
  return address.slice(0, address.lastIndexOf(':'))
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group === undefined) groups.set(keyOf(one), [one])
    else group.push(one)
  }
  return groups
}
