/** IVRS: which unit covers a function, and which memory it must keep (Linux drivers/iommu/amd/init.c, iommu.c). */
import type { DeviceEntry, Ivhd, Ivmd, Ivrs } from '../acpi/index.js'
import { parsedAddress } from './address.js'
import type { FirmwareUnit, ReservedRegion, TableAnswer } from './firmware-iommu.js'
import type { Fact, Machine, PciFunction } from './machine.js'

export function unitOfIvrs(machine: Machine, f: PciFunction): Fact<TableAnswer<FirmwareUnit | null> | null> {
  const { ivrs } = machine.acpi
  if ('unknown' in ivrs || ivrs.value === null) return ivrs as Fact<null>
  const { segment, id } = parsedAddress(f.address)
  for (const unit of unitsInUse(ivrs.value)) {
    // The table often has the IOMMU translate itself; the kernel does not let it (init_iommu_one_late).
    if (unit.segment !== segment || unit.deviceId === id) continue
    const because = coverage(unit.entries, id)
    if (because === undefined) continue
    const named = because === 'named' ? f.address : null
    const found = { kind: 'IVHD' as const, segment, registerBase: unit.registerBase, because, named }
    return { value: { found, final: because === 'named' } }
  }
  return { value: { found: null, final: false } }
}

export function reservedByIvrs(
  machine: Machine,
  f: PciFunction,
): Fact<TableAnswer<readonly ReservedRegion[]> | null> {
  const { ivrs } = machine.acpi
  if ('unknown' in ivrs || ivrs.value === null) return ivrs as Fact<null>
  const { segment, id } = parsedAddress(f.address)
  const regions = ivrs.value.structures
    .filter((one): one is Ivmd => one.kind === 'ivmd' && one.segment === segment)
    // init_memory_definitions takes these two kinds and treats them alike.
    .filter(({ unityMap, exclusionRange }) => unityMap || exclusionRange)
    .filter(
      ({ covers, deviceId, lastDeviceId }) =>
        covers === 'all' || (deviceId <= id && id <= (covers === 'one' ? deviceId : lastDeviceId)),
    )
    .map(
      ({ covers, start, sizeBytes }): ReservedRegion => ({
        kind: 'IVMD',
        start,
        end: start + sizeBytes - 1n,
        named: covers === 'one' ? f.address : null,
        relaxable: false,
      }),
    )
  return { value: { found: regions, final: false } }
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

/** How the entries cover an id (init_iommu_from_acpi). Those for devices without configuration space say nothing of it. */
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
        if (entry.deviceId === id) return 'named'
        break
      case 'alias-select':
        if (entry.deviceId === id || entry.sourceId === id) return 'named'
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
