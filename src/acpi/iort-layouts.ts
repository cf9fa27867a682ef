/** What the nodes of an IORT hold. Offsets count from the start of the node. */
import { flag, layout, names, number, optional, type Place, wide } from './layout.js'

export const iortLayout = layout({
  nodeCount: number([0x24, 4], 'DEN0049 IORT: Number of IORT Nodes', 'Node Count'),
  nodeOffset: number([0x28, 4], 'DEN0049 IORT: Offset to Array of IORT Nodes', 'Node Offset'),
})

/** What every node starts with. */
export const iortNodeLayout = layout({
  revision: number([0x03, 1], 'DEN0049 node: Revision', 'Revision'),
  /** Reserved in tables of revision 0. */
  identifier: number([0x04, 4], 'DEN0049 node: Identifier', ['Identifier', 'Reserved']),
  mappingCount: number([0x08, 4], 'DEN0049 node: Number of ID mappings', 'Mapping Count'),
  mappingOffset: number([0x0c, 4], 'DEN0049 node: Reference to ID Array', 'Mapping Offset'),
})

export const idMappingLayout = layout({
  inputBase: number([0x00, 4], 'DEN0049 ID mapping: Input base', 'Input base'),
  /** The table holds one less. Without meaning where `isSingle`. */
  count: number([0x04, 4], 'DEN0049 ID mapping: Number of IDs', 'ID Count', { plus: 1 }),
  outputBase: number([0x08, 4], 'DEN0049 ID mapping: Output base', 'Output Base'),
  /** Where in the table the node starts to which the ids lead. */
  outputReference: number([0x0c, 4], 'DEN0049 ID mapping: Output reference', 'Output Reference'),
  isSingle: flag([0x10, 4], 0, 'DEN0049 ID mapping: Flags, Single mapping; ACPI_IORT_ID_SINGLE_MAPPING', [
    'Flags (decoded below)',
  ]),
})

export const itsGroupLayout = layout({
  count: number([0x10, 4], 'DEN0049 ITS group: Number of ITSs', 'ItsCount'),
})

/** Memory access properties: 8 bytes at `at`. */
function memoryRows(at: number) {
  const hints: Place = [at + 4, 1]
  const memory: Place = [at + 7, 1]
  const cite = 'DEN0049 memory access properties:'
  return {
    /** Fully coherent with the processors' caches. */
    coherent: flag([at, 4], 0, `${cite} CCA; ACPI_IORT_NODE_COHERENT`, 'Cache Coherency'),
    transientHint: flag(hints, 0, `${cite} AH, TR; ACPI_IORT_HT_TRANSIENT`, 'Hints (decoded below)'),
    writeAllocateHint: flag(hints, 1, `${cite} AH, WA; ACPI_IORT_HT_WRITE`, 'Hints (decoded below)'),
    readAllocateHint: flag(hints, 2, `${cite} AH, RA; ACPI_IORT_HT_READ`, 'Hints (decoded below)'),
    overrideHints: flag(hints, 3, `${cite} AH, AHO; ACPI_IORT_HT_OVERRIDE`, 'Hints (decoded below)'),
    coherentPath: flag(memory, 0, `${cite} MAF, CPM; ACPI_IORT_MF_COHERENCY`, 'Memory Flags (decoded below)'),
    cacheableAttributes: flag(
      memory,
      1,
      `${cite} MAF, DACS; ACPI_IORT_MF_ATTRIBUTES`,
      'Memory Flags (decoded below)',
    ),
    ensuredCoherency: flag(
      memory,
      2,
      `${cite} MAF, CANWBS; ACPI_IORT_MF_CANWBS`,
      'Memory Flags (decoded below)',
    ),
  }
}

export const namedComponentLayout = layout({
  stalls: flag(
    [0x10, 4],
    0,
    'DEN0049 named component: Flags, Stall; ACPI_IORT_NC_STALL_SUPPORTED',
    'Node Flags',
  ),
  pasidBits: number(
    [0x10, 4],
    'DEN0049 named component: Flags, PASID width; ACPI_IORT_NC_PASID_BITS',
    'Node Flags',
    {
      bits: [1, 5],
    },
  ),
  ...memoryRows(0x14),
  memoryAddressBits: number(
    [0x1c, 1],
    'DEN0049 named component: Device memory address size limit',
    'Memory Size Limit',
  ),
})

export const rootComplexLayout = layout({
  ...memoryRows(0x10),
  ats: flag([0x18, 4], 0, 'DEN0049 root complex: ATS attribute; ACPI_IORT_ATS_SUPPORTED', 'ATS Attribute'),
  pageRequests: flag(
    [0x18, 4],
    1,
    'DEN0049 root complex: PRI support; ACPI_IORT_PRI_SUPPORTED',
    'ATS Attribute',
  ),
  pasidForwarding: flag(
    [0x18, 4],
    2,
    'DEN0049 root complex: PASID forwarding; ACPI_IORT_PASID_FWD_SUPPORTED',
    'ATS Attribute',
  ),
  segment: number([0x1c, 4], 'DEN0049 root complex: PCI Segment number', 'PCI Segment Number'),
  memoryAddressBits: optional(
    number([0x20, 1], 'DEN0049 root complex: Memory address size limit (revision 1)', 'Memory Size Limit'),
  ),
  maxPasidBits: optional(
    number(
      [0x21, 2],
      'DEN0049 root complex: PASID capabilities, Max PASID Width (revision 3); ACPI_IORT_PASID_MAX_WIDTH',
      ['PASID Capabilities', 'Reserved'],
      { bits: [0, 4] },
    ),
  ),
})

/** SMMUv1 and SMMUv2. */
export const smmuLayout = layout({
  registerBase: wide(0x10, 'DEN0049 SMMUv1 or v2: Base Address', 'Base Address'),
  registersBytes: wide(0x18, 'DEN0049 SMMUv1 or v2: Span', 'Span'),
  model: names([0x20, 4], null, 'DEN0049 SMMUv1 or v2: Model; ACPI_IORT_SMMU_*', 'Model', [
    'SMMUv1',
    'SMMUv2',
    'MMU-400',
    'MMU-500',
    'MMU-401',
    'Cavium ThunderX SMMUv2',
  ]),
  dvm: flag(
    [0x24, 4],
    0,
    'DEN0049 SMMUv1 or v2: Flags, DVM; ACPI_IORT_SMMU_DVM_SUPPORTED',
    'Flags (decoded below)',
  ),
  coherentWalk: flag(
    [0x24, 4],
    1,
    'DEN0049 SMMUv1 or v2: Flags, coherent walk; ACPI_IORT_SMMU_COHERENT_WALK',
    'Flags (decoded below)',
  ),
  globalInterruptOffset: number(
    [0x28, 4],
    'DEN0049 SMMUv1 or v2: Reference to Global Interrupt Array',
    'Global Interrupt Offset',
  ),
  contextInterruptCount: number(
    [0x2c, 4],
    'DEN0049 SMMUv1 or v2: Number of context interrupts',
    'Context Interrupt Count',
  ),
  contextInterruptOffset: number(
    [0x30, 4],
    'DEN0049 SMMUv1 or v2: Reference to Context Interrupt Array',
    'Context Interrupt Offset',
  ),
  pmuInterruptCount: number(
    [0x34, 4],
    'DEN0049 SMMUv1 or v2: Number of PMU Interrupts',
    'PMU Interrupt Count',
  ),
  pmuInterruptOffset: number(
    [0x38, 4],
    'DEN0049 SMMUv1 or v2: Reference to PMU Interrupt Array',
    'PMU Interrupt Offset',
  ),
})

export const smmuGlobalInterruptsLayout = layout({
  gsiv: number([0x00, 4], 'DEN0049 SMMUv1 or v2: SMMU_NSgIrpt', 'NSgIrpt'),
  isEdge: flag(
    [0x04, 4],
    0,
    'DEN0049 SMMUv1 or v2: SMMU_NSgIrpt interrupt flags',
    'NSgIrpt Flags (decoded below)',
  ),
  configurationGsiv: number([0x08, 4], 'DEN0049 SMMUv1 or v2: SMMU_NSgCfgIrpt', 'NSgCfgIrpt'),
  configurationIsEdge: flag(
    [0x0c, 4],
    0,
    'DEN0049 SMMUv1 or v2: SMMU_NSgCfgIrpt interrupt flags',
    'NSgCfgIrpt Flags (decoded below)',
  ),
})

/** One of the context bank or PMU interrupts. */
export const smmuInterruptLayout = layout({
  gsiv: number([0x00, 4], 'DEN0049 SMMUv1 or v2: Context, PMU Interrupt Array, GSIV', [
    'Context Interrupt',
    'PMU Interrupt',
  ]),
  isEdge: flag([0x04, 4], 0, 'DEN0049 SMMUv1 or v2: Context, PMU Interrupt Array, flags', []),
})

export const smmuV3Layout = layout({
  registerBase: wide(0x10, 'DEN0049 SMMUv3: Base Address', 'Base Address'),
  overridesCoherency: flag(
    [0x18, 4],
    0,
    'DEN0049 SMMUv3: Flags, COHACC Override; ACPI_IORT_SMMU_V3_COHACC_OVERRIDE',
    'Flags (decoded below)',
  ),
  overridesDirtyTracking: number(
    [0x18, 4],
    'DEN0049 SMMUv3: Flags, HTTU Override; ACPI_IORT_SMMU_V3_HTTU_OVERRIDE',
    'Flags (decoded below)',
    { bits: [1, 2] },
  ),
  hasProximityDomain: flag(
    [0x18, 4],
    3,
    'DEN0049 SMMUv3: Flags, Proximity Domain Valid; ACPI_IORT_SMMU_V3_PXM_VALID',
    'Flags (decoded below)',
  ),
  hasDeviceId: flag(
    [0x18, 4],
    4,
    'DEN0049 SMMUv3: Flags, DeviceID mapping index valid; ACPI_IORT_SMMU_V3_DEVICEID_VALID',
    'Flags (decoded below)',
  ),
  vatosBase: wide(0x20, 'DEN0049 SMMUv3: VATOS Address', 'VATOS Address'),
  model: names([0x28, 4], null, 'DEN0049 SMMUv3: Model; ACPI_IORT_SMMU_V3_*', 'Model', [
    'SMMUv3',
    'HiSilicon Hi161x SMMUv3',
    'Cavium CN99xx SMMUv3',
  ]),
  /** 0: a message, or none. */
  eventGsiv: number([0x2c, 4], 'DEN0049 SMMUv3: Event', 'Event GSIV'),
  pageRequestGsiv: number([0x30, 4], 'DEN0049 SMMUv3: PRI', 'PRI GSIV'),
  errorGsiv: number([0x34, 4], 'DEN0049 SMMUv3: GERR', 'GERR GSIV'),
  syncGsiv: number([0x38, 4], 'DEN0049 SMMUv3: Sync', 'Sync GSIV'),
  /** Counts only with `hasProximityDomain`. */
  proximityDomain: optional(number([0x3c, 4], 'DEN0049 SMMUv3: Proximity domain', 'Proximity Domain')),
  /** Counts only with `hasDeviceId`. */
  deviceIdMapping: optional(
    number([0x40, 4], 'DEN0049 SMMUv3: DeviceID mapping index', 'Device ID Mapping Index'),
  ),
})

export const pmcgLayout = layout({
  page0Base: wide(0x10, 'DEN0049 PMCG: Page 0 Base Address', 'Page 0 Base Address'),
  overflowGsiv: number([0x18, 4], 'DEN0049 PMCG: Overflow interrupt GSIV', 'Overflow Interrupt GSIV'),
  nodeReference: number([0x1c, 4], 'DEN0049 PMCG: Node reference', 'Node Reference'),
  page1Base: optional(wide(0x20, 'DEN0049 PMCG: Page 1 Base Address (revision 1)', 'Page 1 Base Address')),
})

/** Reserved memory ranges: memory that devices of the firmware go on using. */
export const rmrLayout = layout({
  /** The operating system may move the devices' mapping elsewhere. */
  mayRemap: flag([0x10, 4], 0, 'DEN0049 RMR: Flags, Remapping permitted; ACPI_IORT_RMR_REMAP_PERMITTED', [
    'Flags (decoded below)',
  ]),
  privileged: flag([0x10, 4], 1, 'DEN0049 RMR: Flags, Access Privilege; ACPI_IORT_RMR_ACCESS_PRIVILEGE', [
    'Flags (decoded below)',
  ]),
  attributes: names(
    [0x10, 4],
    [2, 9],
    'DEN0049 RMR: Flags, Access attributes; ACPI_IORT_RMR_ATTR_*',
    'Flags (decoded below)',
    [
      'Device-nGnRnE',
      'Device-nGnRE',
      'Device-nGRE',
      'Device-GRE',
      'Normal Non-cacheable',
      'Normal Inner-Outer Write-Back',
    ],
  ),
  regionCount: number(
    [0x14, 4],
    'DEN0049 RMR: Number of Memory Range Descriptors',
    'Number of RMR Descriptors',
  ),
  regionOffset: number(
    [0x18, 4],
    'DEN0049 RMR: Reference to Memory Range Descriptors',
    'RMR Descriptor Offset',
  ),
})

/** 20 bytes each; the last four are reserved. */
export const rmrDescriptorLayout = layout({
  start: wide(0x00, 'DEN0049 RMR: Physical Range base', 'Base Address of RMR'),
  sizeBytes: wide(0x08, 'DEN0049 RMR: Physical Range length', 'Length of RMR'),
  reserved: number([0x10, 4], 'DEN0049 RMR: Reserved', 'Reserved'),
})
