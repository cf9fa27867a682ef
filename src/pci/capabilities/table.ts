/** Every capability by its id, with its name, what lspci calls it, and how its registers are decoded. */
import { decodeBars } from '../bars.js'
import type { ConfigSpace } from '../config-space.js'
import { type Decoded, decode, type HasPart, type Layout, layout } from '../layout.js'
import {
  enhancedAllocationEntries,
  enhancedAllocationLayout,
  enhancedAllocationLength,
} from './enhanced-allocation.js'
import { aerLayout, dpcLayout } from './errors-and-containment.js'
import { expressLayout, expressParts } from './express.js'
import {
  advancedFeaturesLayout,
  designatedVendorLayout,
  subsystemLayout,
  vendorExtendedLayout,
  vendorLayout,
} from './identity.js'
import { acsLayout, ariLayout, atsLayout, pasidLayout, priLayout } from './isolation.js'
import {
  device3Layout,
  l1SubstatesLayout,
  ltrLayout,
  ptmLayout,
  serialNumberLayout,
  virtualChannelLayout,
  virtualChannelResourceLayout,
} from './link-and-latency.js'
import { msiLayout, msiParts, msixLayout } from './msi.js'
import { powerManagementLayout } from './power-management.js'
import { resizableBarLayout, sriovLayout, tphLayout } from './virtualization.js'

/** What a capability's meaning may depend on outside itself. `undefined`: not known. */
export interface Context {
  /** PCI_EXP_TYPE_*; `null` for a function without a PCI Express capability. */
  readonly expressType: number | null | undefined
  readonly isBridge: boolean | undefined
}

export interface Definition {
  readonly id: number
  readonly extended: boolean
  readonly kind: string
  /** The specification's name for it. */
  readonly name: string
  /** How lspci's text for it begins; '' where lspci prints only the id. */
  readonly lspci: string
  /** Empty for a capability that is only identified. */
  readonly layout: Layout
  readonly parts?: (space: ConfigSpace, at: number, context: Context) => HasPart
  /** The length that the structure itself tells; `undefined`: the bits are not known. */
  readonly lengthBytes?: (space: ConfigSpace, at: number, context: Context) => number | undefined
  /** The least that {@link lengthBytes} may be. */
  readonly leastBytes?: number
  /** A count that the structure tells, and the most it may be; it must be at least 1. */
  readonly count?: {
    readonly most: number
    readonly read: (space: ConfigSpace, at: number) => number | undefined
  }
  /** What repeats in the structure, decoded beside its registers. */
  readonly more?: (space: ConfigSpace, at: number, context: Context) => object
}

const onlyIdentified = layout({})

function identified<const K extends string>(id: number, kind: K, name: string, lspci: string) {
  return { id, extended: false, kind, name, lspci, layout: onlyIdentified } as const
}

function identifiedExtended<const K extends string>(id: number, kind: K, name: string, lspci: string) {
  return { id, extended: true, kind, name, lspci, layout: onlyIdentified } as const
}

const channelCount = (space: ConfigSpace, at: number) => {
  const extended = space.readBits(at + 0x04, 4, 0, 2)
  return extended === undefined ? undefined : extended + 1
}

const virtualChannel = {
  extended: true,
  kind: 'vc',
  name: 'Virtual Channel',
  lspci: 'Virtual Channel',
  layout: virtualChannelLayout,
  lengthBytes: (space: ConfigSpace, at: number) => {
    const channels = channelCount(space, at)
    return channels === undefined ? undefined : 0x10 + 12 * channels
  },
  more: (space: ConfigSpace, at: number) => {
    const channels = channelCount(space, at) ?? 0
    return {
      channels: Array.from({ length: channels }, (_, i) => {
        return decode(virtualChannelResourceLayout, space, at + 0x10 + 12 * i)
      }),
    }
  },
} as const

const resizableCount = (space: ConfigSpace, at: number) => space.readBits(at + 0x08, 4, 5, 7)

const resizableBar = {
  extended: true,
  layout: onlyIdentified,
  lengthBytes: (space: ConfigSpace, at: number) => {
    const count = resizableCount(space, at)
    return count === undefined ? undefined : 0x04 + 8 * count
  },
  count: { most: 6, read: resizableCount },
  more: (space: ConfigSpace, at: number) => {
    const count = Math.min(resizableCount(space, at) ?? 1, 6)
    return {
      bars: Array.from({ length: count }, (_, i) => decode(resizableBarLayout, space, at + 0x04 + 8 * i)),
    }
  },
} as const

/** PCI_CAP_ID_*. */
const standard = [
  identified(0x00, 'null', 'Null', 'Null'),
  {
    id: 0x01,
    extended: false,
    kind: 'pm',
    name: 'Power Management',
    lspci: 'Power Management',
    layout: powerManagementLayout,
  },
  identified(0x02, 'agp', 'Accelerated Graphics Port', 'AGP version'),
  identified(0x03, 'vpd', 'Vital Product Data', 'Vital Product Data'),
  identified(0x04, 'slot-id', 'Slot Identification', 'Slot ID'),
  {
    id: 0x05,
    extended: false,
    kind: 'msi',
    name: 'Message Signalled Interrupts',
    lspci: 'MSI:',
    layout: msiLayout,
    parts: msiParts,
  },
  identified(0x06, 'hot-swap', 'CompactPCI Hot Swap', 'CompactPCI hot-swap'),
  identified(0x07, 'pci-x', 'PCI-X', 'PCI-X'),
  identified(0x08, 'hypertransport', 'HyperTransport', 'HyperTransport'),
  {
    id: 0x09,
    extended: false,
    kind: 'vendor',
    name: 'Vendor-Specific',
    lspci: 'Vendor Specific Information',
    layout: vendorLayout,
    lengthBytes: (space: ConfigSpace, at: number) => space.read(at + 0x02, 1),
    leastBytes: 3,
  },
  identified(0x0a, 'debug-port', 'Debug Port', 'Debug port'),
  identified(
    0x0b,
    'central-resource',
    'CompactPCI Central Resource Control',
    'CompactPCI central resource control',
  ),
  identified(0x0c, 'hot-plug', 'PCI Standard Hot-Plug Controller', 'Hot-plug capable'),
  {
    id: 0x0d,
    extended: false,
    kind: 'subsystem',
    name: 'Bridge Subsystem Vendor and Device ID',
    lspci: 'Subsystem:',
    layout: subsystemLayout,
  },
  identified(0x0e, 'agp-bridge', 'AGP Target PCI-PCI Bridge', 'AGP3'),
  identified(0x0f, 'secure', 'Secure Device', 'Secure device'),
  {
    id: 0x10,
    extended: false,
    kind: 'express',
    name: 'PCI Express',
    lspci: 'Express',
    layout: expressLayout,
    parts: expressParts,
  },
  { id: 0x11, extended: false, kind: 'msix', name: 'MSI-X', lspci: 'MSI-X', layout: msixLayout },
  identified(0x12, 'sata', 'SATA Index-Data', 'SATA HBA'),
  {
    id: 0x13,
    extended: false,
    kind: 'af',
    name: 'Advanced Features',
    lspci: 'PCI Advanced Features',
    layout: advancedFeaturesLayout,
    lengthBytes: (space: ConfigSpace, at: number) => space.read(at + 0x02, 1),
    leastBytes: 6,
  },
  {
    id: 0x14,
    extended: false,
    kind: 'ea',
    name: 'Enhanced Allocation',
    lspci: 'Enhanced Allocation',
    layout: enhancedAllocationLayout,
    parts:
      (_space: ConfigSpace, _at: number, { isBridge }: Context) =>
      () =>
        isBridge,
    lengthBytes: (space: ConfigSpace, at: number, { isBridge }: Context) =>
      enhancedAllocationLength(space, at, isBridge),
    more: (space: ConfigSpace, at: number, { isBridge }: Context) => ({
      entries: enhancedAllocationEntries(space, at, isBridge),
    }),
  },
  identified(0x15, 'flattening-portal', 'Flattening Portal Bridge', ''),
] as const satisfies readonly Definition[]

/** PCI_EXT_CAP_ID_*. */
const extended = [
  identifiedExtended(0x00, 'null-extended', 'Null', 'Null'),
  {
    id: 0x01,
    extended: true,
    kind: 'aer',
    name: 'Advanced Error Reporting',
    lspci: 'Advanced Error Reporting',
    layout: aerLayout,
    parts:
      (_space: ConfigSpace, _at: number, { expressType: type }: Context) =>
      () =>
        type === undefined ? undefined : type === 0x4 || type === 0xa,
  },
  { ...virtualChannel, id: 0x02 },
  {
    id: 0x03,
    extended: true,
    kind: 'serial-number',
    name: 'Device Serial Number',
    lspci: 'Device Serial Number',
    layout: serialNumberLayout,
  },
  identifiedExtended(0x04, 'power-budgeting', 'Power Budgeting', 'Power Budgeting'),
  identifiedExtended(0x05, 'root-complex-link', 'Root Complex Link Declaration', 'Root Complex Link'),
  identifiedExtended(
    0x06,
    'root-complex-internal-link',
    'Root Complex Internal Link Control',
    'Root Complex Internal Link',
  ),
  identifiedExtended(
    0x07,
    'event-collector',
    'Root Complex Event Collector Endpoint Association',
    'Root Complex Event Collector',
  ),
  identifiedExtended(
    0x08,
    'multi-function-vc',
    'Multi-Function Virtual Channel',
    'Multi-Function Virtual Channel',
  ),
  { ...virtualChannel, id: 0x09 },
  identifiedExtended(0x0a, 'rcrb', 'Root Complex Register Block Header', 'Root Complex Register Block'),
  {
    id: 0x0b,
    extended: true,
    kind: 'vendor-extended',
    name: 'Vendor-Specific',
    lspci: 'Vendor Specific Information',
    layout: vendorExtendedLayout,
    lengthBytes: (space: ConfigSpace, at: number) => space.readBits(at + 0x04, 4, 20, 31),
    leastBytes: 8,
  },
  identifiedExtended(0x0c, 'config-access', 'Configuration Access Correlation', ''),
  {
    id: 0x0d,
    extended: true,
    kind: 'acs',
    name: 'Access Control Services',
    lspci: 'Access Control Services',
    layout: acsLayout,
  },
  {
    id: 0x0e,
    extended: true,
    kind: 'ari',
    name: 'Alternative Routing-ID Interpretation',
    lspci: 'Alternative Routing-ID Interpretation',
    layout: ariLayout,
  },
  {
    id: 0x0f,
    extended: true,
    kind: 'ats',
    name: 'Address Translation Services',
    lspci: 'Address Translation Service',
    layout: atsLayout,
  },
  {
    id: 0x10,
    extended: true,
    kind: 'sriov',
    name: 'Single Root I/O Virtualization',
    lspci: 'Single Root I/O Virtualization',
    layout: sriovLayout,
    /** PCI_SRIOV_BAR, PCI_SRIOV_NUM_BARS. */
    more: (space: ConfigSpace, at: number) => ({ bars: decodeBars(space, at + 0x24, 6).bars }),
  },
  identifiedExtended(0x11, 'mriov', 'Multi-Root I/O Virtualization', 'Multi-Root I/O Virtualization'),
  identifiedExtended(0x12, 'multicast', 'Multicast', 'Multicast'),
  {
    id: 0x13,
    extended: true,
    kind: 'pri',
    name: 'Page Request Interface',
    lspci: 'Page Request Interface',
    layout: priLayout,
  },
  identifiedExtended(0x14, 'amd', 'Reserved for AMD', ''),
  { ...resizableBar, id: 0x15, kind: 'rebar', name: 'Resizable BAR', lspci: 'Physical Resizable BAR' },
  identifiedExtended(0x16, 'dynamic-power', 'Dynamic Power Allocation', 'Dynamic Power Allocation'),
  {
    id: 0x17,
    extended: true,
    kind: 'tph',
    name: 'TPH Requester',
    lspci: 'Transaction Processing Hints',
    layout: tphLayout,
  },
  {
    id: 0x18,
    extended: true,
    kind: 'ltr',
    name: 'Latency Tolerance Reporting',
    lspci: 'Latency Tolerance Reporting',
    layout: ltrLayout,
  },
  identifiedExtended(0x19, 'secondary-express', 'Secondary PCI Express', 'Secondary PCI Express'),
  identifiedExtended(0x1a, 'protocol-multiplexing', 'Protocol Multiplexing', 'Protocol Multiplexing'),
  {
    id: 0x1b,
    extended: true,
    kind: 'pasid',
    name: 'Process Address Space ID',
    lspci: 'Process Address Space ID',
    layout: pasidLayout,
  },
  identifiedExtended(0x1c, 'ln-requester', 'LN Requester', 'LN Requester'),
  {
    id: 0x1d,
    extended: true,
    kind: 'dpc',
    name: 'Downstream Port Containment',
    lspci: 'Downstream Port Containment',
    layout: dpcLayout,
  },
  {
    id: 0x1e,
    extended: true,
    kind: 'l1-substates',
    name: 'L1 PM Substates',
    lspci: 'L1 PM Substates',
    layout: l1SubstatesLayout,
  },
  {
    id: 0x1f,
    extended: true,
    kind: 'ptm',
    name: 'Precision Time Measurement',
    lspci: 'Precision Time Measurement',
    layout: ptmLayout,
  },
  identifiedExtended(0x20, 'm-pcie', 'PCI Express over M-PHY', 'PCI Express over M_PHY'),
  identifiedExtended(0x21, 'frs', 'FRS Queueing', 'FRS Queueing'),
  identifiedExtended(0x22, 'readiness-time', 'Readiness Time Reporting', 'Readiness Time Reporting'),
  {
    id: 0x23,
    extended: true,
    kind: 'dvsec',
    name: 'Designated Vendor-Specific',
    lspci: 'Designated Vendor-Specific',
    layout: designatedVendorLayout,
    lengthBytes: (space: ConfigSpace, at: number) => space.readBits(at + 0x04, 4, 20, 31),
    leastBytes: 10,
  },
  { ...resizableBar, id: 0x24, kind: 'vf-rebar', name: 'VF Resizable BAR', lspci: 'Virtual Resizable BAR' },
  identifiedExtended(0x25, 'data-link-feature', 'Data Link Feature', 'Data Link Feature'),
  identifiedExtended(0x26, 'physical-16gt', 'Physical Layer 16.0 GT/s', 'Physical Layer 16.0 GT/s'),
  identifiedExtended(
    0x27,
    'lane-margining',
    'Lane Margining at the Receiver',
    'Lane Margining at the Receiver',
  ),
  identifiedExtended(0x28, 'hierarchy-id', 'Hierarchy ID', 'Hierarchy ID'),
  identifiedExtended(0x29, 'npem', 'Native PCIe Enclosure Management', 'Native PCIe Enclosure Management'),
  identifiedExtended(0x2a, 'physical-32gt', 'Physical Layer 32.0 GT/s', 'Physical Layer 32.0 GT/s'),
  identifiedExtended(0x2b, 'alternate-protocol', 'Alternate Protocol', ''),
  identifiedExtended(0x2c, 'sfi', 'System Firmware Intermediary', ''),
  identifiedExtended(0x2e, 'doe', 'Data Object Exchange', 'Data Object Exchange'),
  { id: 0x2f, extended: true, kind: 'device3', name: 'Device 3', lspci: 'Device 3', layout: device3Layout },
  identifiedExtended(0x30, 'ide', 'Integrity and Data Encryption', 'Integrity & Data Encryption'),
  identifiedExtended(0x31, 'physical-64gt', 'Physical Layer 64.0 GT/s', 'Physical Layer 64.0 GT/s'),
  identifiedExtended(0x32, 'flit-logging', 'Flit Logging', 'Flit Logging'),
  identifiedExtended(0x33, 'flit-performance', 'Flit Performance Measurement', ''),
  identifiedExtended(0x34, 'flit-error-injection', 'Flit Error Injection', 'Flit Error Injection'),
  identifiedExtended(0x35, 'streamlined-vc', 'Streamlined Virtual Channel', ''),
  identifiedExtended(
    0x36,
    'mmio-block-locator',
    'MMIO Register Block Locator',
    'MMIO Register Block Locator',
  ),
  identifiedExtended(0x37, 'nop-flit', 'NOP Flit', ''),
  identifiedExtended(0x38, 'siov', 'Scalable I/O Virtualization', ''),
  identifiedExtended(0x39, 'physical-128gt', 'Physical Layer 128.0 GT/s', ''),
  identifiedExtended(0x3a, 'captured-data', 'Captured Data', ''),
] as const satisfies readonly Definition[]

const unknown = { ...identified(-1, 'unknown', 'Unknown', '') }

/** All of them, standard ones first, each in the order of its ids. */
export const capabilityDefinitions: readonly Definition[] = [...standard, ...extended]

type Known = (typeof standard)[number] | (typeof extended)[number] | typeof unknown

export type CapabilityKind = Known['kind']

/** The decoded registers of a capability, and what repeats in it. */
export type FieldsOf<K extends CapabilityKind> =
  Extract<Known, { readonly kind: K }> extends infer D extends Definition
    ? Decoded<D['layout']> & (D extends { more: (...args: never) => infer M } ? Readonly<M> : unknown)
    : never

const byId = new Map(
  capabilityDefinitions.map((definition) => [keyOf(definition.id, definition.extended), definition]),
)

export function definitionOf(id: number, extended: boolean): Definition {
  return byId.get(keyOf(id, extended)) ?? unknown
}

function keyOf(id: number, extended: boolean): number {
  return extended ? id + 0x10000 : id
}

/**
 * The id of a capability from what lspci prints after its offset (`MSI-X: Enable+ ...`); `undefined` where the text
 * tells none. Two ids share a text in one case: `Virtual Channel` gives 0x02, never 0x09.
 */
export function capabilityIdFromText(text: string, extended: boolean): number | undefined {
  const numbered = /^(?:(?:Extended )?Capability ID 0x|#)([0-9a-f]+)\b/.exec(text)
  if (numbered !== null) return Number.parseInt(numbered[1]!, 16)
  const matches = capabilityDefinitions.filter(
    (definition) =>
      definition.extended === extended && definition.lspci !== '' && text.startsWith(definition.lspci),
  )
  // `Root Complex Link` and `Root Complex Internal Link` differ early, but the longest match is always the right one.
  return matches.reduce<Definition | undefined>(
    (best, next) => (best === undefined || next.lspci.length > best.lspci.length ? next : best),
    undefined,
  )?.id
}
