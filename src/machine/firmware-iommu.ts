import type { AcpiProblem } from '../acpi/index.js'
import { acpiTablesFolder } from './acpi.js'
import { reservedByIvrs, unitOfIvrs } from './firmware-amd.js'
import { reservedByDmar, unitOfDmar } from './firmware-intel.js'
import type { Fact, Machine, PciFunction } from './machine.js'

/** The IOMMU that is in charge of a function, by the firmware's tables. The kernel may have it off. */
export interface FirmwareUnit {
  readonly kind: 'DRHD' | 'IVHD'
  readonly segment: number
  readonly registerBase: bigint
  /** `named`: the table names the function; `below`: a bridge above it; `rest`: what no other unit covers; `range`: its id lies in a range. */
  readonly because: 'named' | 'below' | 'rest' | 'range'
  /** The function that the table names: itself, a bridge above, the physical function of a virtual one. */
  readonly named: string | null
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

/** `null`: the tables put no IOMMU in charge of it. */
export function firmwareUnitOf(machine: Machine, f: PciFunction): Fact<FirmwareUnit | null> {
  return ask(machine, unitOfDmar(machine, f), unitOfIvrs(machine, f), null)
}

export function reservedRegionsOf(machine: Machine, f: PciFunction): Fact<readonly ReservedRegion[]> {
  return ask(machine, reservedByDmar(machine, f), reservedByIvrs(machine, f), [])
}

/** A computer has one of the tables, so what any of them tells is the answer. `none`: where there is no table at all. */
function ask<T>(
  { acpi }: Machine,
  dmar: Fact<TableAnswer<T> | null>,
  ivrs: Fact<TableAnswer<T> | null>,
  none: T,
): Fact<T> {
  for (const [name, table, answer] of [
    ['DMAR', acpi.dmar, dmar],
    ['IVRS', acpi.ivrs, ivrs],
  ] as const) {
    if ('unknown' in answer) return answer
    if (answer.value === null) continue
    const broken = 'value' in table ? table.value?.problems.find(isGap) : undefined
    if (broken === undefined || answer.value.final) return { value: answer.value.found }
    return {
      unknown: `the table is broken at byte 0x${broken.at.toString(16)}`,
      path: `${acpiTablesFolder}/${name}`,
    }
  }
  for (const [name, table] of [
    ['IORT', acpi.iort],
    ['VIOT', acpi.viot],
  ] as const) {
    if ('unknown' in table) return table
    if (table.value !== null)
      return {
        unknown: 'this program does not follow this table to its devices',
        path: `${acpiTablesFolder}/${name}`,
      }
  }
  return { value: none }
}

/** Behind such a one something of the table may be lost. */
function isGap(problem: AcpiProblem): boolean {
  if (problem.kind === 'unknown-type') return problem.lengthBytes === undefined
  return problem.kind === 'past-end' || problem.kind === 'too-short' || problem.kind === 'wrong-signature'
}
