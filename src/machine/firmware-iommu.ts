import type { AcpiProblem } from '../acpi/index.js'
import { type AcpiTables, acpiTablesFolder } from './acpi.js'
import { reservedByIvrs, unitsOfIvrs } from './firmware-amd.js'
import { reservedByIort, unitsOfIort } from './firmware-arm.js'
import { reservedByDmar, unitsOfDmar } from './firmware-intel.js'
import { unitsOfViot } from './firmware-virtio.js'
import type { Fact, Machine, PciFunction } from './machine.js'
import { type Place, placesOf } from './place.js'

/** The IOMMU that is in charge of a function, by the firmware's tables. The kernel may have it off. */
export interface FirmwareUnit {
  readonly kind: 'DRHD' | 'IVHD' | 'SMMU' | 'SMMUv3' | 'virtio-iommu'
  /** The function's. */
  readonly segment: number
  /** Null: it is a PCI function itself, and its registers are where its BARs say. */
  readonly registerBase: bigint | null
  /** The PCI function that it is; null: none, or the table does not say. */
  readonly device: string | null
  /** `named`: the table names the function; `below`: a bridge above it; `rest`: what no other unit covers; `range`: its id lies in a range. */
  readonly because: 'named' | 'below' | 'rest' | 'range'
  /** The function that the table names: itself, a bridge above, the physical function of a virtual one. */
  readonly named: string | null
  /** It is there for displays alone: the kernel can be told to leave it out. */
  readonly displaysOnly: boolean
}

/** Memory that the firmware says a function goes on using, so that it must stay mapped at its own addresses. */
export interface ReservedRegion {
  readonly kind: 'RMRR' | 'IVMD'
  readonly start: bigint
  /** Inside the region. */
  readonly end: bigint
  /** The function that the table names: itself or a bridge above; null: all of them, or a range. */
  readonly named: string | null
  /** Linux does not insist on it for this class of device, so that it does not stand in the way of a hand-over. */
  readonly relaxable: boolean
}

/** What tables say of one function. */
export interface TableAnswer<T> {
  readonly found: T
  /** Whether the table could still name another, were it not broken. */
  readonly final: boolean
}

/** What one table says of functions that are asked about one after the other. */
export type Asked<T> = (place: Place) => Fact<TableAnswer<T>>

/** Finds the unit of any function among `places`, which are all that there are. `null`: the tables put none in charge of it. */
export function firmwareUnits(
  { dmar, ivrs, iort, viot }: AcpiTables,
  places: Iterable<Place>,
): (place: Place) => Fact<FirmwareUnit | null> {
  return askFirst<FirmwareUnit | null>(
    [
      opened('DMAR', dmar, (table) => unitsOfDmar(table, places)),
      opened('IVRS', ivrs, unitsOfIvrs),
      opened('IORT', iort, unitsOfIort),
      opened('VIOT', viot, (table) => unitsOfViot(table, places)),
    ],
    null,
  )
}

/** `null`: the tables put no IOMMU in charge of it. */
export function firmwareUnitOf(machine: Machine, f: PciFunction): Fact<FirmwareUnit | null> {
  const { places, unitOf } = askedOf(machine)
  return unitOf(places.get(f.address)!)
}

export function reservedRegionsOf(machine: Machine, f: PciFunction): Fact<readonly ReservedRegion[]> {
  const { places, regionsOf } = askedOf(machine)
  return regionsOf(places.get(f.address)!)
}

interface TablesOf {
  readonly places: ReadonlyMap<string, Place>
  readonly unitOf: (place: Place) => Fact<FirmwareUnit | null>
  readonly regionsOf: (place: Place) => Fact<readonly ReservedRegion[]>
}

const kept = new WeakMap<Machine, TablesOf>()

/** The tables of a machine, opened once: it is asked about every function. */
function askedOf(machine: Machine): TablesOf {
  let found = kept.get(machine)
  if (found === undefined) {
    const places = placesOf(machine.functions)
    found = {
      places,
      unitOf: firmwareUnits(machine.acpi, places.values()),
      regionsOf: reservedRegions(machine.acpi),
    }
    kept.set(machine, found)
  }
  return found
}

function reservedRegions({
  dmar,
  ivrs,
  iort,
  viot,
}: AcpiTables): (place: Place) => Fact<readonly ReservedRegion[]> {
  const none = (): ReturnType<Asked<readonly ReservedRegion[]>> => ({ value: { found: [], final: false } })
  return askFirst<readonly ReservedRegion[]>(
    [
      opened('DMAR', dmar, reservedByDmar),
      opened('IVRS', ivrs, reservedByIvrs),
      opened('IORT', iort, reservedByIort),
      opened('VIOT', viot, () => none),
    ],
    [],
  )
}

/** A table, ready to be asked about one function after the other; null: the firmware has none. */
type Opened<T> = Fact<{
  readonly name: string
  readonly asked: Asked<T>
  readonly problems: readonly AcpiProblem[]
} | null>

function opened<T, Table extends { readonly problems: readonly AcpiProblem[] }>(
  name: string,
  table: Fact<Table | null>,
  open: (table: Table) => Asked<T>,
): Opened<T> {
  if ('unknown' in table) return table
  if (table.value === null) return { value: null }
  return { value: { name, asked: open(table.value), problems: table.value.problems } }
}

/** A computer has one of the tables, so the first that is there is asked. `none`: the answer where there is no table at all. */
function askFirst<T>(tables: readonly Opened<T>[], none: T): (place: Place) => Fact<T> {
  const first = tables.find((table) => 'unknown' in table || table.value !== null)
  if (first === undefined) return () => ({ value: none })
  if ('unknown' in first) return () => first
  const { name, asked, problems } = first.value!
  const broken = problems.find(isGap)
  return (place) => {
    const answer = asked(place)
    if ('unknown' in answer) return answer
    if (broken === undefined || answer.value.final) return { value: answer.value.found }
    return {
      unknown: `the table is broken at byte 0x${broken.at.toString(16)}`,
      path: `${acpiTablesFolder}/${name}`,
    }
  }
}

/** Behind such a one something of the table may be lost. */
function isGap(problem: AcpiProblem): boolean {
  if (problem.kind === 'unknown-type') return problem.lengthBytes === undefined
  return problem.kind === 'past-end' || problem.kind === 'too-short' || problem.kind === 'wrong-signature'
}
