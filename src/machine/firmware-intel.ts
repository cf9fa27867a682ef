/** DMAR: which unit covers a function, and which memory it must keep (Linux drivers/iommu/intel/dmar.c, iommu.c). */
import type { DeviceScope, Dmar, Drhd, Rmrr } from '../acpi/index.js'
import type { Asked, FirmwareUnit, ReservedRegion } from './firmware-iommu.js'
import type { Fact } from './machine.js'
import { notListed, type Place } from './place.js'

export function unitsOfDmar({ structures }: Dmar, places: Iterable<Place>): Asked<FirmwareUnit | null> {
  const units = structures.filter((one): one is Drhd => one.kind === 'drhd')
  const forDisplays = displayUnits(units, places)
  // The kernel puts each unit before the earlier ones, and those that cover the rest at the end (dmar_register_drhd_unit).
  const inOrder = [
    ...units.filter(({ includeAll }) => !includeAll).reverse(),
    ...units.filter((u) => u.includeAll),
  ]
  return (place) => {
    const chain = dmaChain(place)
    if ('unknown' in chain) return chain
    const { segment } = chain.value.at(-1)!
    for (const unit of inOrder) {
      if (unit.segment !== segment) continue
      const about = {
        kind: 'DRHD' as const,
        segment,
        registerBase: unit.registerBase,
        device: null,
        displaysOnly: forDisplays.has(unit),
      }
      const named = namedBy(unit.scopes, chain.value)
      if (named !== undefined) {
        const because = named === chain.value.at(-1) ? ('named' as const) : ('below' as const)
        return { value: { found: { ...about, because, named: named.address }, final: true } }
      }
      if (unit.includeAll)
        return { value: { found: { ...about, because: 'rest', named: null }, final: false } }
    }
    return { value: { found: null, final: false } }
  }
}

/** Units all of whose devices that are there are displays (init_no_remapping_devices). */
function displayUnits(units: readonly Drhd[], places: Iterable<Place>): ReadonlySet<Drhd> {
  // A device that ACPI names is taken to be there.
  const candidates = units.filter(
    ({ includeAll, scopes }) => !includeAll && scopes.every(({ type }) => type !== 'namespace'),
  )
  const displays = new Set<Drhd>()
  const others = new Set<Drhd>()
  for (const place of candidates.length > 0 ? places : []) {
    const chain = dmaChain(place)
    if ('unknown' in chain || chain.value.at(-1) !== place) continue
    for (const unit of candidates)
      if (unit.segment === place.segment && namedBy(unit.scopes, chain.value) === place)
        (place.class !== undefined && place.class >> 16 === displayClass ? displays : others).add(unit)
  }
  for (const unit of others) displays.delete(unit)
  return displays
}

/** PCI Code and ID Assignment Specification, 1.4. */
const displayClass = 0x03

export function reservedByDmar({ structures }: Dmar): Asked<readonly ReservedRegion[]> {
  const regions = structures.filter((one): one is Rmrr => one.kind === 'rmrr')
  return (place) => {
    const chain = chainAbove(place)
    if ('unknown' in chain) return chain
    const found = regions
      .filter(({ segment }) => segment === place.segment)
      .flatMap(({ start, end, scopes }): ReservedRegion[] => {
        const named = namedBy(scopes, chain.value)
        return named === undefined
          ? []
          : [{ kind: 'RMRR', start, end, named: named.address, relaxable: isRelaxable(place) }]
      })
    return { value: { found, final: false } }
  }
}

/** Display devices and USB controllers (device_rmrr_is_relaxable). */
function isRelaxable({ class: code = 0 }: Place): boolean {
  return code >> 16 === displayClass || code >> 8 === 0x0c03
}

/** The functions from the root bus down to the one as which a function does DMA (device_lookup_iommu). */
function dmaChain(place: Place): Fact<readonly Place[]> {
  let at = place
  // A virtual function of a card behind VMD: two steps, and no more.
  for (let steps = 0; steps < 3; steps++) {
    const chain = chainAbove(at)
    if ('unknown' in chain) return chain
    const { dmaAs } = at
    const root: Fact<Place | null> = chain.value[0]!.dmaAs
    const other = 'value' in dmaAs && dmaAs.value === null ? root : dmaAs
    if ('unknown' in other) return other
    if (other.value === null) return chain
    at = other.value
  }
  return notListed(place.address)
}

/** The functions from the root bus down to this one. */
function chainAbove(place: Place): Fact<readonly Place[]> {
  const chain = [place]
  // As many steps as there are buses, should a recording lead in circles.
  for (let steps = 0; steps < 256; steps++) {
    const { parent } = chain[0]!
    if ('unknown' in parent) return parent
    if (parent.value === null) return { value: chain }
    chain.unshift(parent.value)
  }
  return notListed(place.address)
}

/** The function of the chain that a scope names; one above the last is named with all that is behind it. */
function namedBy(scopes: readonly DeviceScope[], chain: readonly Place[]): Place | undefined {
  for (const { type, startBus, path } of scopes) {
    if (type !== 'endpoint' && type !== 'bridge') continue
    const found = chain.find((one, depth) => {
      // dmar_insert_dev_scope takes no bridge for an endpoint, and no endpoint for a bridge unless its class says bridge.
      const isBridge = one !== chain.at(-1) || one.isBridge
      const fits = type === 'endpoint' ? !isBridge : isBridge !== false || (one.class ?? 0) >> 16 === 0x06
      if (!fits) return false
      const isAt = (i: number, hop: number) =>
        ((chain[hop]!.id >> 3) & 31) === path[i]!.device && (chain[hop]!.id & 7) === path[i]!.function
      const byPath =
        startBus === chain[0]!.id >> 8 && path.length === depth + 1 && path.every((_, i) => isAt(i, i))
      // A firmware that gives the bus of the function itself (dmar_match_pci_path calls it broken, and takes it).
      return byPath || (path.length === 1 && startBus === one.id >> 8 && isAt(0, depth))
    })
    if (found !== undefined) return found
  }
  return undefined
}
