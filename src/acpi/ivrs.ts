/** IVRS: AMD's IOMMUs, what they cover, and memory that devices of the firmware go on using. */

import { type DeviceEntry, decodeEntries } from './ivrs-entries.js'
import { type Decoded, decode, flag, type Layout, layout, names, number, type Place, wide } from './layout.js'
import type { AcpiProblem } from './problems.js'
import {
  checkRegion,
  hasRoom,
  type Item,
  type OpenTable,
  openTable,
  type TableHeader,
  walk,
} from './table.js'

const ivInfo: Place = [0x24, 4]
export const ivrsLayout = layout({
  /** The blocks of type 11h and 40h hold the extended feature register. */
  extendedFeatures: flag(ivInfo, 0, '48882 IVinfo: EFRSup; Linux IOMMU_IVINFO_EFRSUP', 'Virtualization Info'),
  /** The firmware keeps devices from memory until the operating system has its IOMMU on, and asks it to go on so. */
  preBootDmaProtection: flag(
    ivInfo,
    1,
    '48882 IVinfo: DMA remap support; Linux IOMMU_IVINFO_DMA_REMAP',
    'Virtualization Info',
  ),
  /** 2: 48 bits. */
  guestVirtualAddressSize: number(ivInfo, '48882 IVinfo: GVASize', 'Virtualization Info', { bits: [5, 7] }),
  physicalAddressBits: number(
    ivInfo,
    '48882 IVinfo: PASize; ACPI_IVRS_PHYSICAL_SIZE',
    'Virtualization Info',
    {
      bits: [8, 14],
    },
  ),
  virtualAddressBits: number(ivInfo, '48882 IVinfo: VASize; ACPI_IVRS_VIRTUAL_SIZE', 'Virtualization Info', {
    bits: [15, 21],
  }),
  atsRangeReserved: flag(
    ivInfo,
    22,
    '48882 IVinfo: HtAtsResv; ACPI_IVRS_ATS_RESERVED',
    'Virtualization Info',
  ),
})

const flags: Place = [0x01, 1]
const flagsLabel = ['Flags (decoded below)', 'Flags']
const info: Place = [0x12, 2]
const attributes: Place = [0x14, 4]

/** What the blocks of all types have. */
const commonRows = {
  htTunnel: flag(flags, 0, '48882 IVHD: Flags, HtTunEn; ACPI_IVHD_TT_ENABLE', flagsLabel),
  passPostedWrites: flag(flags, 1, '48882 IVHD: Flags, PassPW; ACPI_IVHD_PASS_PW', flagsLabel),
  responsePassPostedWrites: flag(flags, 2, '48882 IVHD: Flags, ResPassPW; ACPI_IVHD_RES_PASS_PW', flagsLabel),
  isochronous: flag(flags, 3, '48882 IVHD: Flags, Isoc; ACPI_IVHD_ISOC', flagsLabel),
  /** Devices may keep translations of their own (ATS). */
  iotlb: flag(flags, 4, '48882 IVHD: Flags, IotlbSup; ACPI_IVHD_IOTLB', flagsLabel),
  coherent: flag(flags, 5, '48882 IVHD: Flags, Coherent', flagsLabel),
  /** The IOMMU's own function: bus, device and function in 16 bits. */
  deviceId: number([0x04, 2], '48882 IVHD: DeviceID', 'DeviceId'),
  capabilityOffset: number([0x06, 2], '48882 IVHD: Capability Offset', 'Capability Offset'),
  registerBase: wide(0x08, '48882 IVHD: IOMMU Base Address', 'Base Address'),
  segment: number([0x10, 2], '48882 IVHD: PCI Segment Group', 'PCI Segment Group'),
  msiNumber: number(
    info,
    '48882 IVHD: IOMMU Info, MSInum; ACPI_IVHD_MSI_NUMBER_MASK',
    'Virtualization Info',
    {
      bits: [0, 4],
    },
  ),
  unitId: number(info, '48882 IVHD: IOMMU Info, UnitID; ACPI_IVHD_UNIT_ID_MASK', 'Virtualization Info', {
    bits: [8, 12],
  }),
  performanceCounters: number(
    attributes,
    '48882 IVHD: PNCounters; Linux drivers/iommu/amd/init.c',
    ['Feature Reporting', 'Attributes', 'Reserved'],
    { bits: [13, 16] },
  ),
  performanceBanks: number(
    attributes,
    '48882 IVHD: PNBanks; Linux drivers/iommu/amd/init.c',
    ['Feature Reporting', 'Attributes', 'Reserved'],
    { bits: [17, 22] },
  ),
  pprMsiNumber: number(
    attributes,
    '48882 IVHD: MsiNumPPR; coreboot IOMMU_FEATURE_MSI_NUM_PPR_SHIFT',
    ['Feature Reporting', 'Attributes', 'Reserved'],
    { bits: [23, 27] },
  ),
}

const features = ['Feature Reporting', 'Reserved']
/** Levels of page tables, by their code. */
const levels = [4, 5, 6] as const

/** Type 10h. */
export const ivhd10Layout = layout({
  ...commonRows,
  prefetch: flag(flags, 6, '48882 IVHD 10h: Flags, PreFSup', flagsLabel),
  pageRequests: flag(flags, 7, '48882 IVHD 10h: Flags, PPRSup', flagsLabel),
  x2apic: flag(attributes, 0, '48882 IVHD 10h: XTSup; coreboot IOMMU_FEATURE_XT_SUP', features),
  noExecute: flag(attributes, 1, '48882 IVHD 10h: NXSup; coreboot IOMMU_FEATURE_NX_SUP', features),
  guestTranslation: flag(attributes, 2, '48882 IVHD 10h: GTSup; coreboot IOMMU_FEATURE_GT_SUP', features),
  guestCr3Levels: number(attributes, '48882 IVHD 10h: GLXSup; coreboot IOMMU_FEATURE_GLX_SHIFT', features, {
    bits: [3, 4],
    plus: 1,
  }),
  invalidateAll: flag(attributes, 5, '48882 IVHD 10h: IASup; coreboot IOMMU_FEATURE_IA_SUP', features),
  guestVirtualApic: flag(attributes, 6, '48882 IVHD 10h: GASup; Linux IOMMU_FEAT_GASUP_SHIFT', features),
  hardwareErrors: flag(attributes, 7, '48882 IVHD 10h: HESup; coreboot IOMMU_FEATURE_HE_SUP', features),
  pasidBits: number(attributes, '48882 IVHD 10h: PASmax; coreboot IOMMU_FEATURE_PA_SMAX_SHIFT', features, {
    bits: [8, 12],
    plus: 1,
  }),
  guestLevels: names(
    attributes,
    [28, 29],
    '48882 IVHD 10h: GATS; coreboot IOMMU_FEATURE_GATS_SHIFT',
    features,
    levels,
  ),
  hostLevels: names(
    attributes,
    [30, 31],
    '48882 IVHD 10h: HATS; coreboot IOMMU_FEATURE_HATS_SHIFT',
    features,
    levels,
  ),
})

const efr = { at: 0x18, label: ['EFR Image', 'Reserved'] }
const efrPlace: Place = [efr.at, 8]

/** Types 11h and 40h. The extended feature register counts only where IVinfo says `extendedFeatures`. */
export const ivhd11Layout = layout({
  ...commonRows,
  hostTranslationDisabled: flag(
    attributes,
    0,
    '48882 IVHD 11h: IOMMU Attributes, HATDis; Linux IOMMU_IVHD_ATTR_HATDIS_SHIFT',
    ['Attributes', 'Reserved'],
  ),
  extendedFeatureRegister: wide(efr.at, '48882 IVHD 11h: EFR Register Image', efr.label),
  x2apic: flag(efrPlace, 2, '48882 EFR: XTSup; Linux IOMMU_EFR_XTSUP_SHIFT', efr.label),
  guestVirtualApic: flag(efrPlace, 7, '48882 EFR: GASup; Linux IOMMU_EFR_GASUP_SHIFT', efr.label),
  hostLevels: names(
    efrPlace,
    [10, 11],
    '48882 EFR: HATS; coreboot MMIO_EXT_FEATURE_HATS_SHIFT',
    efr.label,
    levels,
  ),
  extendedFeatureRegister2: wide(0x20, '48882 IVHD 11h: EFR2 Register Image; Linux efr_reg2', 'Reserved'),
})

export const ivmdLayout = layout({
  unityMap: flag(flags, 0, '48882 IVMD: Flags, Unity; ACPI_IVMD_UNITY', flagsLabel),
  readable: flag(flags, 1, '48882 IVMD: Flags, IR; ACPI_IVMD_READ', flagsLabel),
  writable: flag(flags, 2, '48882 IVMD: Flags, IW; ACPI_IVMD_WRITE', flagsLabel),
  exclusionRange: flag(flags, 3, '48882 IVMD: Flags, ExclusionRange; ACPI_IVMD_EXCLUSION_RANGE', flagsLabel),
  /** Of the only device, or the first one. */
  deviceId: number([0x04, 2], '48882 IVMD: DeviceID', 'DeviceId'),
  /** Of the last device; only of a range. */
  lastDeviceId: number([0x06, 2], '48882 IVMD: Auxiliary data', 'Auxiliary Data'),
  segment: number([0x08, 2], '48882 IVMD: PCI Segment; Linux struct ivmd_header pci_seg', 'Reserved'),
  start: wide(0x10, '48882 IVMD: IVMD Start Address', 'Start Address'),
  sizeBytes: wide(0x18, '48882 IVMD: IVMD Memory Block Length', 'Memory Length'),
})

interface Placed {
  readonly at: number
  readonly lengthBytes: number
}

export type Ivhd = Placed & { readonly kind: 'ivhd'; readonly entries: readonly DeviceEntry[] } & (
    | ({ readonly type: 0x10 } & Decoded<typeof ivhd10Layout>)
    | ({ readonly type: 0x11 | 0x40 } & Decoded<typeof ivhd11Layout>)
  )

export interface Ivmd extends Placed, Decoded<typeof ivmdLayout> {
  readonly kind: 'ivmd'
  readonly type: 0x20 | 0x21 | 0x22
  /** Which devices it names. */
  readonly covers: 'all' | 'one' | 'range'
}

export type IvrsStructure = Ivhd | Ivmd

/** By type (48882 IVRS: IVHD and IVMD types; ACPI_IVRS_TYPE_*). */
const structures: ReadonlyMap<
  number,
  { readonly kind: IvrsStructure['kind']; readonly layout: Layout; readonly covers?: Ivmd['covers'] }
> = new Map([
  [0x10, { kind: 'ivhd', layout: ivhd10Layout }],
  [0x11, { kind: 'ivhd', layout: ivhd11Layout }],
  [0x40, { kind: 'ivhd', layout: ivhd11Layout }],
  [0x20, { kind: 'ivmd', layout: ivmdLayout, covers: 'all' }],
  [0x21, { kind: 'ivmd', layout: ivmdLayout, covers: 'one' }],
  [0x22, { kind: 'ivmd', layout: ivmdLayout, covers: 'range' }],
])

export interface Ivrs {
  /** `null`: not even that is there. */
  readonly header: TableHeader | null
  readonly fields: Decoded<typeof ivrsLayout> | null
  readonly structures: readonly IvrsStructure[]
  readonly problems: readonly AcpiProblem[]
}

/** Decodes an IVRS from its bytes, as /sys/firmware/acpi/tables/IVRS holds them. Never throws. */
export function decodeIvrs(bytes: Uint8Array): Ivrs {
  const table = openTable(bytes, 'IVRS')
  const { view, header, end, problems } = table
  const start = 0x30
  if (end < start) {
    if (header !== null) problems.push({ kind: 'too-short', at: 0, lengthBytes: end, leastBytes: start })
    return { header, fields: null, structures: [], problems }
  }
  const found: IvrsStructure[] = []
  const head = { type: [0x00, 1], length: [0x02, 2], leastBytes: 4 } as const
  for (const item of walk(table, start, end, head)) {
    const structure = decodeStructure(table, item)
    if (structure !== undefined) found.push(structure)
  }
  return { header, fields: decode(ivrsLayout, view, 0, end), structures: found, problems }
}

function decodeStructure(table: OpenTable, item: Item): IvrsStructure | undefined {
  const { at, type, lengthBytes, end } = item
  const known = structures.get(type)
  if (known === undefined) {
    table.problems.push({ kind: 'unknown-type', at, what: 'structure', type, lengthBytes })
    return undefined
  }
  const { kind, layout, covers } = known
  if (!hasRoom(table, item, layout.sizeBytes)) return undefined
  const structure = {
    kind,
    type,
    at,
    lengthBytes,
    ...decode(layout, table.view, at, end),
    ...(kind === 'ivhd' ? { entries: decodeEntries(table, at + layout.sizeBytes, end) } : { covers }),
  } as IvrsStructure
  if (structure.kind === 'ivmd')
    checkRegion(table, at, structure.start, structure.start + structure.sizeBytes - 1n)
  return structure
}
