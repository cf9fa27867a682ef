import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'

/**
 * The other functions that a reset of the device's bus resets too: those on it, and those behind bridges on it, sorted.
 * (Linux drivers/pci/pci.c pci_bus_resettable; drivers/vfio/pci/vfio_pci_core.c vfio_pci_for_each_slot_or_bus.)
 */
export function busMates(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const bus = busOf(device)
  const reached = new Set(machine.functions.filter((f) => busOf(f) === bus).map(({ address }) => address))
  // Sorted by address, bridges mostly come before what is behind them; not always.
  for (let before = -1; before !== reached.size; ) {
    before = reached.size
    for (const f of machine.functions) if (reached.has(knownValue(f.parent) ?? '')) reached.add(f.address)
  }
  return machine.functions.filter((f) => f !== device && reached.has(f.address))
}

/** The functions from the device up to its root port, itself first. */
export function pathOf(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const path = [device]
  for (;;) {
    const above = knownValue(path.at(-1)!.parent)
    const next = machine.functions.find(({ address }) => address === above)
    if (next === undefined || path.includes(next)) return path
    path.push(next)
  }
}

function busOf({ address }: PciFunction): string {
  return address.slice(0, address.lastIndexOf(':'))
}
