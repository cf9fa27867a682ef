import { knownValue, type Machine, type PciFunction, roleLosses } from '../../machine/index.js'
import { handoverOf } from '../../rules/index.js'
import { shortAddress } from './card.js'

/** A function that leaves the host with one of the devices, as it shares its group, and does not go to the machine. */
interface Companion {
  readonly f: PciFunction
  readonly of: PciFunction
}

function companions(
  machine: Machine,
  named: readonly PciFunction[],
  given: readonly PciFunction[],
): readonly Companion[] {
  const found = new Map<PciFunction, PciFunction>()
  for (const of of named)
    for (const f of knownValue(handoverOf(machine, of).leaving) ?? [])
      if (!given.includes(f) && !found.has(f)) found.set(f, of)
  return [...found].map(([f, of]) => ({ f, of }))
}

/** Roles that the host would lose with these functions, by function. */
function losses(machine: Machine, leaving: readonly PciFunction[]): ReadonlyMap<string, readonly string[]> {
  const roles = new Map<string, string[]>()
  for (const { certain, functions, needed } of roleLosses(machine.roles, leaving))
    if (certain) for (const one of functions) roles.set(one, [...(roles.get(one) ?? []), needed.role])
  return roles
}

/** What shares a group with the devices and is needed by the host: the person must name it, or move the card. */
export function partly(
  machine: Machine,
  named: readonly PciFunction[],
  given: readonly PciFunction[],
): readonly string[] {
  const others = companions(machine, named, given)
  const roles = losses(machine, [...given, ...others.map(({ f }) => f)])
  return others.flatMap(({ f, of }) => {
    const own = roles.get(f.address)
    if (own === undefined) return []
    return [
      `${shortAddress(f)}, which the host needs (${own.join(', ')}), shares an IOMMU group with ${shortAddress(of)} and would leave the host with it: ` +
        `give it to the machine too (--device ${shortAddress(f)}), or put the card elsewhere (handover slots)`,
    ]
  })
}

/** What starting the machine takes from the host, beside the devices themselves. */
export function unspared(
  machine: Machine,
  named: readonly PciFunction[],
  given: readonly PciFunction[],
): readonly string[] {
  const others = companions(machine, named, given)
  const roles = [...new Set([...losses(machine, given).values()].flat())]
  return [
    ...(roles.length > 0
      ? [
          `the host has nothing else for ${roles.join(', ')}: start the machine with ${roles.map((name) => `--accept ${name}`).join(' ')}`,
        ]
      : []),
    ...others
      .filter(({ f }) => (knownValue(f.driver) ?? null) !== null)
      .map(
        ({ f, of }) =>
          `${shortAddress(f)} (${knownValue(f.driver)}) leaves the host with ${shortAddress(of)}: they share an IOMMU group`,
      ),
  ]
}
