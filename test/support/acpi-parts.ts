/** A decoded ACPI table taken apart again: every structure with the layout it was decoded by. */
import * as acpi from '../../src/acpi/index.js'

/** One structure: `fields` are what the layout's rows gave. */
export interface AcpiPart {
  readonly name: string
  /** In the table. */
  readonly at: number
  readonly layout: acpi.Layout
  readonly fields: Readonly<Record<string, unknown>>
  /** What the program knows of the structure besides its rows: where it stands and what it is, in iasl's words. */
  readonly more: readonly { readonly at: number; readonly label: string; readonly value: bigint | string }[]
}

type Fields = Readonly<Record<string, unknown>>
const part = (
  name: string,
  at: number,
  layout: acpi.Layout,
  fields: object,
  more: AcpiPart['more'] = [],
) => ({
  name,
  at,
  layout,
  fields: fields as Fields,
  more,
})

const head = (header: object | null, layout: acpi.Layout, fields: object | null): AcpiPart[] => [
  ...(header ? [part('header', 0, acpi.tableHeaderLayout, header)] : []),
  ...(fields ? [part('table', 0, layout, fields)] : []),
]

const dmarKinds = {
  drhd: { type: 0n, layout: acpi.drhdLayout },
  rmrr: { type: 1n, layout: acpi.rmrrLayout },
  atsr: { type: 2n, layout: acpi.atsrLayout },
  rhsa: { type: 3n, layout: acpi.rhsaLayout },
  andd: { type: 4n, layout: acpi.anddLayout },
  satc: { type: 5n, layout: acpi.satcLayout },
  sidp: { type: 6n, layout: acpi.sidpLayout },
} as const

export function dmarParts({ header, fields, structures }: acpi.Dmar): AcpiPart[] {
  return [
    ...head(header, acpi.dmarLayout, fields),
    ...structures.flatMap((one) => {
      const { kind, at, lengthBytes } = one
      const { type, layout } = dmarKinds[kind]
      const more = [
        { at, label: 'Subtable Type', value: type },
        { at: at + 2, label: 'Length', value: BigInt(lengthBytes) },
        ...(one.kind === 'andd' ? [{ at: at + 8, label: 'Device Name', value: one.name }] : []),
      ]
      const scopes = 'scopes' in one ? one.scopes : []
      return [part(kind, at, layout, one, more), ...scopes.map(scopePart)]
    }),
  ]
}

function scopePart(scope: acpi.DeviceScope): AcpiPart {
  const { at, lengthBytes, path } = scope
  return part('scope', at, acpi.deviceScopeLayout, scope, [
    { at: at + 1, label: 'Entry Length', value: BigInt(lengthBytes) },
    ...path.map((hop, i) => ({
      at: at + 6 + 2 * i,
      label: 'PCI Path',
      value: `${hex2(hop.device)},${hex2(hop.function)}`,
    })),
  ])
}

const hex2 = (value: number) => value.toString(16).toUpperCase().padStart(2, '0')

const entryKinds = {
  padding: [0x00, acpi.deviceEntryLayout],
  all: [0x01, acpi.deviceEntryLayout],
  select: [0x02, acpi.deviceEntryLayout],
  'range-start': [0x03, acpi.deviceEntryLayout],
  'range-end': [0x04, acpi.deviceEntryLayout],
  'alias-select': [0x42, acpi.aliasEntryLayout],
  'alias-range-start': [0x43, acpi.aliasEntryLayout],
  'extended-select': [0x46, acpi.extendedEntryLayout],
  'extended-range-start': [0x47, acpi.extendedEntryLayout],
  special: [0x48, acpi.specialEntryLayout],
  acpi: [0xf0, acpi.acpiEntryLayout],
} as const

export function ivrsParts({ header, fields, structures }: acpi.Ivrs): AcpiPart[] {
  return [
    ...head(header, acpi.ivrsLayout, fields),
    ...structures.flatMap((one) => {
      const { at, type, lengthBytes } = one
      const more = [
        { at, label: 'Subtable Type', value: BigInt(type) },
        { at: at + 2, label: 'Length', value: BigInt(lengthBytes) },
      ]
      if (one.kind === 'ivmd') return [part('ivmd', at, acpi.ivmdLayout, one, more)]
      const layout = one.type === 0x10 ? acpi.ivhd10Layout : acpi.ivhd11Layout
      return [part(`ivhd ${type.toString(16)}`, at, layout, one, more), ...one.entries.map(entryPart)]
    }),
  ]
}

function entryPart(entry: acpi.DeviceEntry): AcpiPart {
  const { at, kind, lengthBytes } = entry
  const [type, layout] = entryKinds[kind]
  const label = 'Subtable Type'
  return part(`entry ${kind}`, at, layout, entry, [
    { at, label, value: kind === 'padding' && lengthBytes === 8 ? 0x40n : BigInt(type) },
    ...(entry.kind === 'acpi' && entry.uid !== null ? [{ at: at + 22, label: 'UID', value: entry.uid }] : []),
  ])
}

const iortKinds = {
  'its-group': [0n, acpi.itsGroupLayout],
  'named-component': [1n, acpi.namedComponentLayout],
  'root-complex': [2n, acpi.rootComplexLayout],
  smmu: [3n, acpi.smmuLayout],
  'smmu-v3': [4n, acpi.smmuV3Layout],
  pmcg: [5n, acpi.pmcgLayout],
  rmr: [6n, acpi.rmrLayout],
} as const

export function iortParts({ header, fields, nodes }: acpi.Iort): AcpiPart[] {
  return [
    ...head(header, acpi.iortLayout, fields),
    ...nodes.flatMap((node) => {
      const { at, kind, lengthBytes, mappings } = node
      const [type, layout] = iortKinds[kind]
      const more = [
        { at, label: 'Type', value: type },
        { at: at + 1, label: 'Length', value: BigInt(lengthBytes) },
        ...(node.kind === 'named-component'
          ? [{ at: at + 0x1d, label: 'Device Name', value: node.name }]
          : []),
        ...(node.kind === 'its-group'
          ? node.identifiers.map((id, i) => ({
              at: at + 0x14 + 4 * i,
              label: 'Identifiers',
              value: BigInt(id),
            }))
          : []),
      ]
      return [
        part('node', at, acpi.iortNodeLayout, node),
        part(kind, at, layout, node, more),
        ...mappings.map((mapping) => part('mapping', mapping.at, acpi.idMappingLayout, mapping)),
        ...(node.kind === 'rmr'
          ? node.regions.map((region) => part('rmr region', region.at, acpi.rmrDescriptorLayout, region))
          : []),
        ...(node.kind === 'smmu' ? smmuInterrupts(node) : []),
      ]
    }),
  ]
}

function smmuInterrupts(node: Extract<acpi.IortNode, { kind: 'smmu' }>): AcpiPart[] {
  const each = (list: typeof node.contextInterrupts, offset: number) =>
    list.map((one, i) => part('smmu interrupt', node.at + offset + 8 * i, acpi.smmuInterruptLayout, one))
  const { globalInterrupts, globalInterruptOffset } = node
  const at = node.at + globalInterruptOffset
  return [
    ...(globalInterrupts ? [part('smmu global', at, acpi.smmuGlobalInterruptsLayout, globalInterrupts)] : []),
    ...each(node.contextInterrupts, node.contextInterruptOffset),
    ...each(node.pmuInterrupts, node.pmuInterruptOffset),
  ]
}

const viotKinds = {
  'pci-range': [1n, acpi.viotPciRangeLayout],
  'mmio-endpoint': [2n, acpi.viotMmioLayout],
  'virtio-pci': [3n, acpi.viotVirtioPciLayout],
  'virtio-mmio': [4n, acpi.viotVirtioMmioLayout],
} as const

export function viotParts({ header, fields, nodes }: acpi.Viot): AcpiPart[] {
  return [
    ...head(header, acpi.viotLayout, fields),
    ...nodes.map((node) => {
      const [type, layout] = viotKinds[node.kind]
      return part(node.kind, node.at, layout, node, [
        { at: node.at, label: 'Type', value: type },
        { at: node.at + 2, label: 'Length', value: BigInt(node.lengthBytes) },
      ])
    }),
  ]
}

export const acpiDecoders = {
  DMAR: (bytes: Uint8Array) => {
    const table = acpi.decodeDmar(bytes)
    return { ...table, parts: dmarParts(table) }
  },
  IVRS: (bytes: Uint8Array) => {
    const table = acpi.decodeIvrs(bytes)
    return { ...table, parts: ivrsParts(table) }
  },
  IORT: (bytes: Uint8Array) => {
    const table = acpi.decodeIort(bytes)
    return { ...table, parts: iortParts(table) }
  },
  VIOT: (bytes: Uint8Array) => {
    const table = acpi.decodeViot(bytes)
    return { ...table, parts: viotParts(table) }
  },
} as const

/** Every layout by a name of its own: what the tests of rows go through. */
export const acpiLayouts: readonly { readonly name: string; readonly layout: acpi.Layout }[] = Object.entries(
  acpi,
)
  .filter(([name]) => name.endsWith('Layout'))
  .map(([name, layout]) => ({ name, layout: layout as acpi.Layout }))
