/** DMAR: Intel's remapping units, what they cover, and memory that devices of the firmware go on using. */
import { type Decoded, decode, flag, type Layout, layout, names, number, wide } from './layout.js'
import type { AcpiProblem } from './problems.js'
import {
  checkRegion,
  hasRoom,
  type Item,
  nameWithin,
  type OpenTable,
  openTable,
  type TableHeader,
  walk,
} from './table.js'

export const dmarLayout = layout({
  /** The widest physical address that DMA can reach. */
  hostAddressWidthBits: number([0x24, 1], 'VT-d DMAR: Host Address Width', 'Host Address Width', { plus: 1 }),
  interruptRemapping: flag([0x25, 1], 0, 'VT-d DMAR: Flags, INTR_REMAP; ACPI_DMAR_INTR_REMAP', 'Flags'),
  x2apicOptOut: flag([0x25, 1], 1, 'VT-d DMAR: Flags, X2APIC_OPT_OUT; ACPI_DMAR_X2APIC_OPT_OUT', 'Flags'),
  /** The firmware keeps devices from memory until the operating system has its IOMMU on, and asks it to go on so. */
  preBootDmaProtection: flag(
    [0x25, 1],
    2,
    'VT-d DMAR: Flags, DMA_CTRL_PLATFORM_OPT_IN_FLAG; Linux include/linux/dmar.h DMAR_PLATFORM_OPT_IN',
    'Flags',
  ),
})

export const drhdLayout = layout({
  /** Covers every device of its segment that no other unit names. */
  includeAll: flag([0x04, 1], 0, 'VT-d DRHD: Flags, INCLUDE_PCI_ALL; ACPI_DMAR_INCLUDE_ALL', 'Flags'),
  registersBytes: number([0x05, 1], 'VT-d DRHD: Size', ['Size (decoded below)', 'Reserved'], {
    bits: [0, 3],
    plus: 4096,
    power: true,
  }),
  segment: number([0x06, 2], 'VT-d DRHD: Segment Number', 'PCI Segment Number'),
  registerBase: wide(0x08, 'VT-d DRHD: Register Base Address', 'Register Base Address'),
})

export const rmrrLayout = layout({
  segment: number([0x06, 2], 'VT-d RMRR: Segment Number', 'PCI Segment Number'),
  start: wide(0x08, 'VT-d RMRR: Reserved Memory Region Base Address', 'Base Address'),
  /** Inside the region. */
  end: wide(0x10, 'VT-d RMRR: Reserved Memory Region Limit Address', 'End Address (limit)'),
})

export const atsrLayout = layout({
  allPorts: flag([0x04, 1], 0, 'VT-d ATSR: Flags, ALL_PORTS; ACPI_DMAR_ALL_PORTS', 'Flags'),
  segment: number([0x06, 2], 'VT-d ATSR: Segment Number', 'PCI Segment Number'),
})

export const rhsaLayout = layout({
  registerBase: wide(0x08, 'VT-d RHSA: Register Base Address', 'Base Address'),
  proximityDomain: number([0x10, 4], 'VT-d RHSA: Proximity Domain', 'Proximity Domain'),
})

export const anddLayout = layout({
  deviceNumber: number([0x07, 1], 'VT-d ANDD: ACPI Device Number', 'Device Number'),
})
const anddNameAt = 0x08

export const satcLayout = layout({
  /** The devices need their translation caches, so ATS must be on for them. */
  atcRequired: flag(
    [0x04, 1],
    0,
    'VT-d SATC: Flags, ATC_REQUIRED; Linux drivers/iommu/intel/iommu.c',
    'Flags',
  ),
  segment: number([0x06, 2], 'VT-d SATC: Segment Number', 'PCI Segment Number'),
})

export const sidpLayout = layout({
  segment: number([0x06, 2], 'VT-d SIDP: Segment Number', 'PCI Segment Number'),
})

export const deviceScopeLayout = layout({
  type: names([0x00, 1], null, 'VT-d Device Scope: Type; ACPI_DMAR_SCOPE_TYPE_*', 'Device Scope Type', [
    null,
    'endpoint',
    'bridge',
    'ioapic',
    'hpet',
    'namespace',
  ]),
  /** Of a SIDP's scopes; reserved in others. */
  flags: number([0x02, 1], 'VT-d Device Scope: Flags', ['Flags', 'Reserved']),
  /** APIC id, HPET number, or the device number of an ANDD. */
  enumerationId: number([0x04, 1], 'VT-d Device Scope: Enumeration ID', 'Enumeration ID'),
  startBus: number([0x05, 1], 'VT-d Device Scope: Start Bus Number', 'PCI Bus Number'),
})

/** Device and function at each level, from the start bus down. */
export type ScopePath = readonly { readonly device: number; readonly function: number }[]

export interface DeviceScope extends Decoded<typeof deviceScopeLayout> {
  readonly at: number
  readonly lengthBytes: number
  readonly path: ScopePath
}

interface Placed<K extends string> {
  readonly kind: K
  readonly at: number
  readonly lengthBytes: number
}
interface Scoped {
  readonly scopes: readonly DeviceScope[]
}

export type Drhd = Placed<'drhd'> & Decoded<typeof drhdLayout> & Scoped
export type Rmrr = Placed<'rmrr'> & Decoded<typeof rmrrLayout> & Scoped
export type DmarStructure =
  | Drhd
  | Rmrr
  | (Placed<'atsr'> & Decoded<typeof atsrLayout> & Scoped)
  | (Placed<'rhsa'> & Decoded<typeof rhsaLayout>)
  | (Placed<'andd'> & Decoded<typeof anddLayout> & { readonly name: string })
  | (Placed<'satc'> & Decoded<typeof satcLayout> & Scoped)
  | (Placed<'sidp'> & Decoded<typeof sidpLayout> & Scoped)

/** By type (VT-d Remapping Structure Types; ACPI_DMAR_TYPE_*). */
const structures: readonly {
  readonly kind: DmarStructure['kind']
  readonly layout: Layout
  readonly scopesAt: number | null
}[] = [
  { kind: 'drhd', layout: drhdLayout, scopesAt: 0x10 },
  { kind: 'rmrr', layout: rmrrLayout, scopesAt: 0x18 },
  { kind: 'atsr', layout: atsrLayout, scopesAt: 0x08 },
  { kind: 'rhsa', layout: rhsaLayout, scopesAt: null },
  { kind: 'andd', layout: anddLayout, scopesAt: null },
  { kind: 'satc', layout: satcLayout, scopesAt: 0x08 },
  { kind: 'sidp', layout: sidpLayout, scopesAt: 0x08 },
]

export interface Dmar {
  /** `null`: not even that is there. */
  readonly header: TableHeader | null
  readonly fields: Decoded<typeof dmarLayout> | null
  readonly structures: readonly DmarStructure[]
  readonly problems: readonly AcpiProblem[]
}

/** Decodes a DMAR from its bytes, as /sys/firmware/acpi/tables/DMAR holds them. Never throws. */
export function decodeDmar(bytes: Uint8Array): Dmar {
  const table = openTable(bytes, 'DMAR')
  const { view, header, end, problems } = table
  const start = 0x30
  if (end < start) {
    if (header !== null) problems.push({ kind: 'too-short', at: 0, lengthBytes: end, leastBytes: start })
    return { header, fields: null, structures: [], problems }
  }
  const found: DmarStructure[] = []
  const head = { type: [0x00, 2], length: [0x02, 2], leastBytes: 4 } as const
  for (const item of walk(table, start, end, head)) {
    const structure = decodeStructure(table, item)
    if (structure !== undefined) found.push(structure)
  }
  return { header, fields: decode(dmarLayout, view, 0, end), structures: found, problems }
}

function decodeStructure(table: OpenTable, item: Item): DmarStructure | undefined {
  const { at, type, lengthBytes, end } = item
  const known = structures[type]
  if (known === undefined) {
    table.problems.push({ kind: 'unknown-type', at, what: 'structure', type, lengthBytes })
    return undefined
  }
  const { kind, layout, scopesAt } = known
  if (!hasRoom(table, item, Math.max(layout.sizeBytes, scopesAt ?? 0))) return undefined
  const structure = {
    kind,
    at,
    lengthBytes,
    ...decode(layout, table.view, at, end),
    ...(scopesAt === null ? {} : { scopes: decodeScopes(table, at + scopesAt, end) }),
    ...(kind === 'andd' ? { name: nameWithin(table, at + anddNameAt, end) } : {}),
  } as DmarStructure
  if (structure.kind === 'rmrr') checkRegion(table, at, structure.start, structure.end)
  return structure
}

function decodeScopes(table: OpenTable, start: number, end: number): DeviceScope[] {
  const { view, problems } = table
  const scopes: DeviceScope[] = []
  const head = { type: [0x00, 1], length: [0x01, 1], leastBytes: deviceScopeLayout.sizeBytes } as const
  for (const item of walk(table, start, end, head)) {
    const { at, type, lengthBytes } = item
    const fields = decode(deviceScopeLayout, view, at, item.end)
    if (typeof fields.type === 'number')
      problems.push({ kind: 'unknown-type', at, what: 'device-scope', type, lengthBytes })
    const path: { device: number; function: number }[] = []
    let hop = at + deviceScopeLayout.sizeBytes
    for (; hop + 2 <= item.end; hop += 2)
      path.push({ device: view.getUint8(hop), function: view.getUint8(hop + 1) })
    if (hop < item.end) problems.push({ kind: 'trailing-bytes', at: hop, hereBytes: item.end - hop })
    scopes.push({ at, lengthBytes, ...fields, path })
  }
  return scopes
}
