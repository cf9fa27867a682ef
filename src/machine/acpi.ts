import {
  type Dmar,
  decodeDmar,
  decodeIort,
  decodeIvrs,
  decodeViot,
  type Iort,
  type Ivrs,
  type Viot,
} from '../acpi/index.js'
import type { Host } from '../host/index.js'
import type { Fact } from './machine.js'
import { unknownFrom } from './read.js'

/** Where Linux shows ACPI tables: their names to everybody, their bytes to root (Documentation/ABI/testing/sysfs-firmware-acpi). */
export const acpiTablesFolder = '/sys/firmware/acpi/tables'

/** The tables that describe IOMMUs, decoded; null: the firmware has no such table. */
export interface AcpiTables {
  readonly dmar: Fact<Dmar | null>
  readonly ivrs: Fact<Ivrs | null>
  readonly iort: Fact<Iort | null>
  readonly viot: Fact<Viot | null>
}

/** `listed`: the names of those that are there. */
export function readAcpiTables(host: Host, listed: Fact<readonly string[]>): AcpiTables {
  const read = <T>(name: string, decode: (bytes: Uint8Array) => T): Fact<T | null> => {
    if ('unknown' in listed) return listed
    if (!listed.value.includes(name)) return { value: null }
    const path = `${acpiTablesFolder}/${name}`
    const found = host.readBytes(path)
    return found.kind === 'value' ? { value: decode(found.value.bytes) } : unknownFrom(found, path)
  }
  return {
    dmar: read('DMAR', decodeDmar),
    ivrs: read('IVRS', decodeIvrs),
    iort: read('IORT', decodeIort),
    viot: read('VIOT', decodeViot),
  }
}
