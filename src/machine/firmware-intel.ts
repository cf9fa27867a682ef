/** DMAR: which unit covers a function, and which memory it must keep (Linux drivers/iommu/intel/dmar.c, iommu.c). */
import type { DeviceScope, Drhd, Rmrr } from '../acpi/index.js'
import { parsedAddress } from './address.js'
import type { FirmwareUnit, ReservedRegion, TableAnswer } from './firmware-iommu.js'
import type { Fact, Machine, PciFunction } from './machine.js'
import { knownValue } from './read.js'

export function unitOfDmar(machine: Machine, f: PciFunction): Fact<TableAnswer<FirmwareUnit | null> | null> {
  const { dmar } = machine.acpi
  if ('unknown' in dmar || dmar.value === null) return dmar as Fact<null>
  const chain = chainOf(machine, f, true)
  if ('unknown' in chain) return chain
  const units = dmar.value.structures.filter((one): one is Drhd => one.kind === 'drhd')
  // The kernel puts each unit before the earlier ones, and those that cover the rest at the end (dmar_register_drhd_unit).
  const inOrder = [
    ...units.filter(({ includeAll }) => !includeAll).reverse(),
    ...units.filter((u) => u.includeAll),
  ]
  const { segment } = parsedAddress(chain.value.at(-1)!.address)
  for (const unit of inOrder) {
    if (unit.segment !== segment) continue
    const about = { kind: 'DRHD' as const, segment, registerBase: unit.registerBase }
    const named = namedBy(unit.scopes, chain.value)
    if (named !== undefined) {
      const because = named === chain.value.at(-1) ? ('named' as const) : ('below' as const)
      return { value: { found: { ...about, because, named: named.address }, final: true } }
    }
    if (unit.includeAll) return { value: { found: { ...about, because: 'rest', named: null }, final: false } }
  }
  return { value: { found: null, final: false } }
}

export function reservedByDmar(
  machine: Machine,
  f: PciFunction,
): Fact<TableAnswer<readonly ReservedRegion[]> | null> {
  const { dmar } = machine.acpi
  if ('unknown' in dmar || dmar.value === null) return dmar as Fact<null>
  const chain = chainOf(machine, f, false)
  if ('unknown' in chain) return chain
  const { segment } = parsedAddress(f.address)
  const regions = dmar.value.structures
    .filter((one): one is Rmrr => one.kind === 'rmrr' && one.segment === segment)
    .flatMap(({ start, end, scopes }): ReservedRegion[] => {
      const named = namedBy(scopes, chain.value)
      return named === undefined
        ? []
        : [{ kind: 'RMRR', start, end, named: named.address, relaxable: isRelaxable(f) }]
    })
  return { value: { found: regions, final: false } }
}

/** Display devices and USB controllers (device_rmrr_is_relaxable). */
function isRelaxable(f: PciFunction): boolean {
  const code = knownValue(f.class) ?? 0
  return code >> 16 === 0x03 || code >> 8 === 0x0c03
}

/**
 * The functions from the root bus down to `f`. `dma`: to the one as which it does DMA, for a function behind VMD its
 * controller, for a virtual function the physical one (device_lookup_iommu).
 */
function chainOf(machine: Machine, f: PciFunction, dma: boolean): Fact<readonly PciFunction[]> {
  const chain: PciFunction[] = []
  const find = (address: string) => machine.functions.find((one) => one.address === address)
  let at: PciFunction | undefined = f
  // As many steps as there are functions, should a recording lead in circles.
  for (let steps = 0; at !== undefined && steps <= machine.functions.length; steps++) {
    const physical: Fact<string | null> = dma ? at.physicalFunction : { value: null }
    if ('unknown' in physical) return physical
    if (physical.value !== null) {
      at = find(physical.value)
      continue
    }
    chain.unshift(at)
    if ('unknown' in at.parent) return at.parent
    if (at.parent.value !== null) {
      at = find(at.parent.value)
      continue
    }
    if (!dma) return { value: chain }
    if ('unknown' in at.controller) return at.controller
    if (at.controller.value === null) return { value: chain }
    chain.length = 0
    at = find(at.controller.value)
  }
  return {
    unknown: 'a function that it stands below is not listed',
    path: `/sys/bus/pci/devices/${f.address}`,
  }
}

/** The function of the chain that a scope names; one above the last is named with all that is behind it. */
function namedBy(scopes: readonly DeviceScope[], chain: readonly PciFunction[]): PciFunction | undefined {
  const places = chain.map(({ address }) => parsedAddress(address))
  for (const { type, startBus, path } of scopes) {
    if (type !== 'endpoint' && type !== 'bridge') continue
    const found = chain.find((one, depth) => {
      // dmar_insert_dev_scope takes no bridge for an endpoint, and no endpoint for a bridge unless its class says bridge.
      const isBridge = one !== chain.at(-1) || knownValue(one.isBridge)
      const fits =
        type === 'endpoint' ? !isBridge : isBridge !== false || (knownValue(one.class) ?? 0) >> 16 === 0x06
      if (!fits) return false
      const isAt = (i: number, hop: number) =>
        places[hop]!.device === path[i]!.device && places[hop]!.function === path[i]!.function
      const byPath =
        startBus === places[0]!.bus && path.length === depth + 1 && path.every((_, i) => isAt(i, i))
      // A firmware that gives the bus of the function itself (dmar_match_pci_path calls it broken, and takes it).
      return byPath || (path.length === 1 && startBus === places[depth]!.bus && isAt(0, depth))
    })
    if (found !== undefined) return found
  }
  return undefined
}
