/** IVRS: which unit covers a function, and which memory it must keep (Linux drivers/iommu/amd/init.c, iommu.c). */
import type { DeviceEntry, Ivhd, Ivmd, Ivrs } from '../acpi/index.js'
import { addressOf } from './address.js'
import type { Asked, FirmwareUnit, ReservedRegion } from './firmware-iommu.js'
import type { Place } from './place.js'

export function unitsOfIvrs(table: Ivrs): Asked<FirmwareUnit | null> {
  const units = unitsInUse(table)
  return ({ address, segment, id }) => {
    const own = units.filter((unit) => unit.segment === segment)
    // The table often has the IOMMU translate itself; the kernel does not let it (init_iommu_one_late).
    const isUnit = own.some(({ deviceId }) => deviceId === id)
    // Of several that cover a function the kernel notes the last (amd_iommu_set_rlookup_table).
    for (const unit of isUnit ? [] : own.toReversed()) {
      const because = coverage(unit.entries, id)
      if (because === undefined) continue
      const found = {
        kind: 'IVHD' as const,
        segment,
        registerBase: unit.registerBase,
        device: addressOf(segment, unit.deviceId),
        because,
        named: because === 'named' ? address : null,
        displaysOnly: false,
      }
      return { value: { found, final: because === 'named' } }
    }
    return { value: { found: null, final: isUnit } }
  }
}

export function reservedByIvrs({ structures }: Ivrs): Asked<readonly ReservedRegion[]> {
  const definitions = structures
    .filter((one): one is Ivmd => one.kind === 'ivmd')
    // init_memory_definitions takes these two kinds and treats them alike.
    .filter(({ unityMap, exclusionRange }) => unityMap || exclusionRange)
  return (place) => {
    const { address, id } = place
    const found = definitions
      .filter(({ segment }) => segment === place.segment)
      .filter(
        ({ covers, deviceId, lastDeviceId }) =>
          covers === 'all' || (deviceId <= id && id <= (covers === 'one' ? deviceId : lastDeviceId)),
      )
      .map(
        ({ covers, start, sizeBytes }): ReservedRegion => ({
          kind: 'IVMD',
          start,
          end: start + sizeBytes - 1n,
          named: covers === 'one' ? address : null,
          relaxable: false,
        }),
      )
    return { value: { found, final: false } }
  }
}

/**
 * The id that a function uses besides its own, by the table; undefined: none. Linux counts it where it is on the function's own
 * bus (setup_aliases).
 */
export function aliasesOfIvrs(table: Ivrs): (place: Pick<Place, 'segment' | 'id'>) => number | undefined {
  const units = unitsInUse(table)
  return ({ segment, id }) => {
    const found = units
      .filter((unit) => unit.segment === segment)
      .flatMap(({ entries }) => aliasesIn(entries, id))
      .at(-1)
    return found === id || found === undefined || found >> 8 !== id >> 8 ? undefined : found
  }
}

/** All that entries say of an id, the last of which counts (init_iommu_from_acpi, alias_table). */
function aliasesIn(entries: readonly DeviceEntry[], id: number): readonly number[] {
  const found: number[] = []
  let range: { readonly start: number; readonly alias: number | undefined } | undefined
  for (const entry of entries) {
    if (entry.kind === 'alias-select' && entry.deviceId === id) found.push(entry.sourceId)
    if (entry.kind === 'range-start' || entry.kind === 'extended-range-start')
      range = { start: entry.deviceId, alias: undefined }
    if (entry.kind === 'alias-range-start') range = { start: entry.deviceId, alias: entry.sourceId }
    if (entry.kind === 'range-end' && range?.alias !== undefined)
      if (range.start <= id && id <= entry.deviceId) found.push(range.alias)
  }
  return found
}

/**
 * A unit is described several times, for older and newer kernels. Linux takes those of one type: the last that the first
 * unit is described by (get_highest_supported_ivhd_type).
 */
function unitsInUse({ structures }: Ivrs): readonly Ivhd[] {
  const units = structures.filter((one): one is Ivhd => one.kind === 'ivhd')
  const type = units.findLast(({ deviceId }) => deviceId === units[0]?.deviceId)?.type
  return units.filter((unit) => unit.type === type)
}

/** How the entries cover an id (init_iommu_from_acpi). */
function coverage(entries: readonly DeviceEntry[], id: number): FirmwareUnit['because'] | undefined {
  let start = 0
  let because: FirmwareUnit['because'] | undefined
  for (const entry of entries) {
    switch (entry.kind) {
      case 'all':
        because ??= 'rest'
        break
      case 'select':
      case 'extended-select':
      case 'acpi':
        if (entry.deviceId === id) return 'named'
        break
      case 'alias-select':
        if (entry.deviceId === id || entry.sourceId === id) return 'named'
        break
      // An APIC or a timer that uses this id: a function with the same one is covered along with it.
      case 'special':
        if (entry.sourceId === id) return 'named'
        break
      case 'range-start':
      case 'extended-range-start':
        start = entry.deviceId
        break
      case 'alias-range-start':
        start = entry.deviceId
        if (entry.sourceId === id) return 'named'
        break
      case 'range-end':
        if (start <= id && id <= entry.deviceId) because = 'range'
        break
    }
  }
  return because
}
