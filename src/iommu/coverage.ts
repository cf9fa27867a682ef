import {
  type AcpiTables,
  aliasesOfIvrs,
  type Fact,
  firmwareUnits,
  knownValue,
  type Place,
  type Unknown,
} from '../machine/index.js'
import type { Rules } from './rules.js'
import { placeOf, type Subject } from './subject.js'

/** Whom an IOMMU is in charge of. */
export interface Coverage {
  /** Indices of functions that get no group, since no IOMMU is in charge of them. */
  readonly uncovered: ReadonlySet<number>
  /** The device and function number on its bus whose id a function uses too, by the firmware's tables; undefined: none. */
  alias(i: number): number | undefined
  /** Where the firmware's tables did not tell of some function, and it was taken by convention: why they did not. */
  readonly byConvention: Unknown | undefined
  /** Whether one is in charge of a card on the bus right behind a port. `bus`: its number, where that is known. */
  behind(port: number, bus: number | undefined): boolean
}

/**
 * The kernel makes groups for those functions only for which the IOMMU's driver says that it is in charge: intel/iommu.c
 * `device_lookup_iommu`, amd/iommu.c `check_device`, and for the others drivers/acpi/scan.c `acpi_iommu_configure_id`. All of them
 * go by the firmware's tables.
 */
export function coverageOf(subjects: readonly Subject[], rules: Rules): Coverage {
  const places: readonly Place[] = subjects.map((f) => new SubjectPlace(f, (at) => places[at]!))
  const unitOf = describesIommu(rules.tables) ? firmwareUnits(rules.tables, places) : () => noTable
  const conventional = uncoveredByConvention(subjects, rules)
  let byConvention: Unknown | undefined
  const isCovered = (place: Place, usually: boolean): boolean => {
    const unit = unitOf(place)
    if ('value' in unit) return unit.value !== null && !(unit.value.displaysOnly && rules.leavesOutDisplays)
    byConvention ??= unit
    return usually
  }
  const uncovered = new Set<number>()
  for (const [i, place] of places.entries()) if (!isCovered(place, !conventional.has(i))) uncovered.add(i)
  const ivrs = knownValue(rules.tables.ivrs)
  const aliasOf = ivrs ? aliasesOfIvrs(ivrs) : undefined
  return {
    uncovered,
    alias(i) {
      const id = aliasOf?.(places[i]!)
      return id === undefined ? undefined : id & 0xff
    },
    byConvention,
    behind: (port, bus) => isCovered(cardBehind(places[port]!, bus), true),
  }
}

/** An IOMMU that is switched off in the firmware's setup is in no table. An IORT is there for interrupts too. */
function describesIommu({ dmar, ivrs, iort, viot }: AcpiTables): boolean {
  const isThere = (table: Fact<unknown>) => 'unknown' in table || table.value !== null
  if (isThere(dmar) || isThere(ivrs) || isThere(viot) || 'unknown' in iort) return true
  return iort.value?.nodes.some(({ kind }) => kind === 'smmu' || kind === 'smmu-v3') ?? false
}

const noTable: Unknown = {
  unknown: 'the firmware describes no IOMMU as it is set up now',
  path: '/sys/firmware/acpi/tables',
}

/**
 * What most tables say. AMD's IVRS: of 80 tables of real machines 78 begin their range right after the root complex and the
 * IOMMU's own function, which stand in one slot. Intel's DMAR leaves the rest to one unit (`include_all`).
 */
function uncoveredByConvention(subjects: readonly Subject[], rules: Rules): ReadonlySet<number> {
  const out = new Set<number>()
  if (rules.iommu !== 'amd') return out
  const slots = new Set<string>()
  for (const [i, f] of subjects.entries()) {
    if ((knownValue(f.class) ?? 0) >> 8 !== iommuClass) continue
    out.add(i)
    slots.add(placeOf(f.address).slot)
  }
  for (const [i, f] of subjects.entries())
    if (
      (f.devfn & 7) === 0 &&
      (knownValue(f.class) ?? 0) >> 8 === hostBridgeClass &&
      slots.has(placeOf(f.address).slot)
    )
      out.add(i)
  return out
}

/** PCI Code and ID Assignment Specification, 1.9 and 1.7. */
const iommuClass = 0x0806
const hostBridgeClass = 0x0600

/** A subject as the firmware's tables see it: where it would stand, also on paper. */
class SubjectPlace implements Place {
  readonly address: string
  readonly segment: number
  readonly id: number
  readonly #f: Subject
  readonly #at: (index: number) => Place

  constructor(f: Subject, at: (index: number) => Place) {
    this.address = f.address
    this.segment = Number.parseInt(f.domain, 16)
    this.id = (f.bus << 8) | f.devfn
    this.#f = f
    this.#at = at
  }

  get class(): number | undefined {
    return knownValue(this.#f.class)
  }
  get isBridge(): boolean {
    return this.#f.isBridge
  }
  get parent(): Fact<Place | null> {
    const { above, parent } = this.#f
    return above ?? { value: parent < 0 ? null : this.#at(parent) }
  }
  get dmaAs(): Fact<Place | null> {
    const { physical, requester } = this.#f
    if (physical >= 0) return { value: this.#at(physical) }
    if ('unknown' in requester) return requester
    return { value: requester.value === null ? null : this.#at(requester.value) }
  }
}

function cardBehind(port: Place, bus: number | undefined): Place {
  return {
    address: port.address,
    segment: port.segment,
    id: bus === undefined ? port.id : bus << 8,
    class: undefined,
    isBridge: false,
    parent: { value: port },
    dmaAs: { value: null },
  }
}
