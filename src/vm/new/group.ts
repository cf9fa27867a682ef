import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'
import { handoverOf } from '../../rules/index.js'
import { shortAddress } from './card.js'

/**
 * What leaves the host with the devices, as it shares their groups, without going to the machine. What the host has a role
 * for must be named by the person: it would stand still while the machine runs.
 */
export function partly(
  machine: Machine,
  named: readonly PciFunction[],
  given: readonly PciFunction[],
): readonly string[] {
  return companions(machine, named, given)
    .filter(({ f }) => f.roles.length > 0)
    .map(
      ({ f, of }) =>
        `${shortAddress(f)} (${f.roles.map(({ name }) => name).join(', ')}) is in one IOMMU group with ${shortAddress(of)} and would leave the host with it: ` +
        `give it to the machine too (--device ${shortAddress(f)}), or put the card elsewhere (handover slots)`,
    )
}

function companions(machine: Machine, named: readonly PciFunction[], given: readonly PciFunction[]) {
  const found = new Map<PciFunction, PciFunction>()
  for (const of of named)
    for (const f of knownValue(handoverOf(machine, of).leaving) ?? [])
      if (!given.includes(f) && !found.has(f)) found.set(f, of)
  return [...found].map(([f, of]) => ({ f, of }))
}

/** What the host uses the devices for: starting the machine asks for it by name. */
export function unspared(machine: Machine, named: readonly PciFunction[]): readonly string[] {
  const roles = [...new Set(named.flatMap((f) => f.roles.filter(({ only }) => only).map(({ name }) => name)))]
  const group = companions(machine, named, named).filter(({ f }) => !sameSlot(f, named))
  return [
    ...(roles.length > 0
      ? [
          `the host has nothing else for ${roles.join(', ')}: handover vm start asks for ${roles.map((name) => `--accept ${name}`).join(' ')}`,
        ]
      : []),
    ...group
      .filter(({ f }) => f.roles.length === 0 && (knownValue(f.driver) ?? null) !== null)
      .map(
        ({ f, of }) =>
          `${shortAddress(f)} (${knownValue(f.driver)}) leaves the host with ${shortAddress(of)}: they share an IOMMU group`,
      ),
  ]
}

function sameSlot({ address }: PciFunction, others: readonly PciFunction[]): boolean {
  return others.some((one) => one.address.slice(0, -1) === address.slice(0, -1))
}
