/**
 * Every capability by its id, with its name, what lspci calls it, and how its registers are decoded.
 * To decode one that is only identified, write its layout and name it in its row.
 */
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

type Rest = Omit<Partial<Definition>, 'id' | 'extended' | 'kind' | 'name' | 'lspci' | 'layout'>

const onlyIdentified = layout({})

function standard<const K extends string, L extends Layout = typeof onlyIdentified, O extends Rest = object>(
  id: number,
  kind: K,
  name: string,
  lspci: string,
  layout?: L,
  rest?: O,
) {
  return {
    id,
    extended: false,
    kind,
    name,
    lspci,
    layout: layout ?? (onlyIdentified as Layout as L),
    ...(rest as O),
  }
}

function extended<const K extends string, L extends Layout = typeof onlyIdentified, O extends Rest = object>(
  id: number,
  kind: K,
  name: string,
  lspci: string,
  layout?: L,
  rest?: O,
) {
  return { ...standard(id, kind, name, lspci, layout, rest), extended: true }
}

// ---- What repeats, and what tells its own length

const enhancedAllocation = {
  parts:
    (_space: ConfigSpace, _at: number, { isBridge }: Context) =>
    () =>
      isBridge,
  lengthBytes: (space: ConfigSpace, at: number, { isBridge }: Context) =>
    enhancedAllocationLength(space, at, isBridge),
  more: (space: ConfigSpace, at: number, { isBridge }: Context) => ({
    entries: enhancedAllocationEntries(space, at, isBridge),
  }),
}

/** Root registers are in root ports and root complex event collectors. */
const errorReporting = {
  parts: (_space: ConfigSpace, _at: number, { expressType }: Context) => {
    const hasRoot = expressType === undefined ? undefined : expressType === 0x4 || expressType === 0xa
    return () => hasRoot
  },
}

const channelCount = (space: ConfigSpace, at: number) => {
  const beyondFirst = space.readBits(at + 0x04, 4, 0, 2)
  return beyondFirst === undefined ? undefined : beyondFirst + 1
}

const virtualChannel = {
  lengthBytes: (space: ConfigSpace, at: number) => {
    const count = channelCount(space, at)
    return count === undefined ? undefined : 0x10 + 12 * count
  },
  more: (space: ConfigSpace, at: number) => ({
    channels: Array.from({ length: channelCount(space, at) ?? 0 }, (_, i) => {
      return decode(virtualChannelResourceLayout, space, at + 0x10 + 12 * i)
    }),
  }),
}

const resizableCount = (space: ConfigSpace, at: number) => space.readBits(at + 0x08, 4, 5, 7)

const resizableBar = {
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
}

/** PCI_SRIOV_BAR, PCI_SRIOV_NUM_BARS. */
const virtualFunctionBars = {
  more: (space: ConfigSpace, at: number) => ({ bars: decodeBars(space, at + 0x24, 6).bars }),
}

const lengthInByte2 = (space: ConfigSpace, at: number) => space.read(at + 0x02, 1)
const lengthInHeader = (space: ConfigSpace, at: number) => space.readBits(at + 0x04, 4, 20, 31)

// ---- The table

/** PCI_CAP_ID_*. */
// biome-ignore format: one row, one capability
const standardCapabilities = [
  standard(0x00, 'null', 'Null', 'Null'),
  standard(0x01, 'pm', 'Power Management', 'Power Management', powerManagementLayout),
  standard(0x02, 'agp', 'Accelerated Graphics Port', 'AGP version'),
  standard(0x03, 'vpd', 'Vital Product Data', 'Vital Product Data'),
  standard(0x04, 'slot-id', 'Slot Identification', 'Slot ID'),
  standard(0x05, 'msi', 'Message Signalled Interrupts', 'MSI:', msiLayout, { parts: msiParts }),
  standard(0x06, 'hot-swap', 'CompactPCI Hot Swap', 'CompactPCI hot-swap'),
  standard(0x07, 'pci-x', 'PCI-X', 'PCI-X'),
  standard(0x08, 'hypertransport', 'HyperTransport', 'HyperTransport'),
  standard(0x09, 'vendor', 'Vendor-Specific', 'Vendor Specific Information', vendorLayout, { lengthBytes: lengthInByte2, leastBytes: 3 }),
  standard(0x0a, 'debug-port', 'Debug Port', 'Debug port'),
  standard(0x0b, 'central-resource', 'CompactPCI Central Resource Control', 'CompactPCI central resource control'),
  standard(0x0c, 'hot-plug', 'PCI Standard Hot-Plug Controller', 'Hot-plug capable'),
  standard(0x0d, 'subsystem', 'Bridge Subsystem Vendor and Device ID', 'Subsystem:', subsystemLayout),
  standard(0x0e, 'agp-bridge', 'AGP Target PCI-PCI Bridge', 'AGP3'),
  standard(0x0f, 'secure', 'Secure Device', 'Secure device'),
  standard(0x10, 'express', 'PCI Express', 'Express', expressLayout, { parts: expressParts }),
  standard(0x11, 'msix', 'MSI-X', 'MSI-X', msixLayout),
  standard(0x12, 'sata', 'SATA Index-Data', 'SATA HBA'),
  standard(0x13, 'af', 'Advanced Features', 'PCI Advanced Features', advancedFeaturesLayout, { lengthBytes: lengthInByte2, leastBytes: 6 }),
  standard(0x14, 'ea', 'Enhanced Allocation', 'Enhanced Allocation', enhancedAllocationLayout, enhancedAllocation),
  standard(0x15, 'flattening-portal', 'Flattening Portal Bridge', ''),
] as const

/** PCI_EXT_CAP_ID_*. */
// biome-ignore format: one row, one capability
const extendedCapabilities = [
  extended(0x00, 'null-extended', 'Null', 'Null'),
  extended(0x01, 'aer', 'Advanced Error Reporting', 'Advanced Error Reporting', aerLayout, errorReporting),
  extended(0x02, 'vc', 'Virtual Channel', 'Virtual Channel', virtualChannelLayout, virtualChannel),
  extended(0x03, 'serial-number', 'Device Serial Number', 'Device Serial Number', serialNumberLayout),
  extended(0x04, 'power-budgeting', 'Power Budgeting', 'Power Budgeting'),
  extended(0x05, 'root-complex-link', 'Root Complex Link Declaration', 'Root Complex Link'),
  extended(0x06, 'root-complex-internal-link', 'Root Complex Internal Link Control', 'Root Complex Internal Link'),
  extended(0x07, 'event-collector', 'Root Complex Event Collector Endpoint Association', 'Root Complex Event Collector'),
  extended(0x08, 'multi-function-vc', 'Multi-Function Virtual Channel', 'Multi-Function Virtual Channel'),
  extended(0x09, 'vc', 'Virtual Channel', 'Virtual Channel', virtualChannelLayout, virtualChannel),
  extended(0x0a, 'rcrb', 'Root Complex Register Block Header', 'Root Complex Register Block'),
  extended(0x0b, 'vendor-extended', 'Vendor-Specific', 'Vendor Specific Information', vendorExtendedLayout, { lengthBytes: lengthInHeader, leastBytes: 8 }),
  extended(0x0c, 'config-access', 'Configuration Access Correlation', ''),
  extended(0x0d, 'acs', 'Access Control Services', 'Access Control Services', acsLayout),
  extended(0x0e, 'ari', 'Alternative Routing-ID Interpretation', 'Alternative Routing-ID Interpretation', ariLayout),
  extended(0x0f, 'ats', 'Address Translation Services', 'Address Translation Service', atsLayout),
  extended(0x10, 'sriov', 'Single Root I/O Virtualization', 'Single Root I/O Virtualization', sriovLayout, virtualFunctionBars),
  extended(0x11, 'mriov', 'Multi-Root I/O Virtualization', 'Multi-Root I/O Virtualization'),
  extended(0x12, 'multicast', 'Multicast', 'Multicast'),
  extended(0x13, 'pri', 'Page Request Interface', 'Page Request Interface', priLayout),
  extended(0x14, 'amd', 'Reserved for AMD', ''),
  extended(0x15, 'rebar', 'Resizable BAR', 'Physical Resizable BAR', onlyIdentified, resizableBar),
  extended(0x16, 'dynamic-power', 'Dynamic Power Allocation', 'Dynamic Power Allocation'),
  extended(0x17, 'tph', 'TPH Requester', 'Transaction Processing Hints', tphLayout),
  extended(0x18, 'ltr', 'Latency Tolerance Reporting', 'Latency Tolerance Reporting', ltrLayout),
  extended(0x19, 'secondary-express', 'Secondary PCI Express', 'Secondary PCI Express'),
  extended(0x1a, 'protocol-multiplexing', 'Protocol Multiplexing', 'Protocol Multiplexing'),
  extended(0x1b, 'pasid', 'Process Address Space ID', 'Process Address Space ID', pasidLayout),
  extended(0x1c, 'ln-requester', 'LN Requester', 'LN Requester'),
  extended(0x1d, 'dpc', 'Downstream Port Containment', 'Downstream Port Containment', dpcLayout),
  extended(0x1e, 'l1-substates', 'L1 PM Substates', 'L1 PM Substates', l1SubstatesLayout),
  extended(0x1f, 'ptm', 'Precision Time Measurement', 'Precision Time Measurement', ptmLayout),
  extended(0x20, 'm-pcie', 'PCI Express over M-PHY', 'PCI Express over M_PHY'),
  extended(0x21, 'frs', 'FRS Queueing', 'FRS Queueing'),
  extended(0x22, 'readiness-time', 'Readiness Time Reporting', 'Readiness Time Reporting'),
  extended(0x23, 'dvsec', 'Designated Vendor-Specific', 'Designated Vendor-Specific', designatedVendorLayout, { lengthBytes: lengthInHeader, leastBytes: 10 }),
  extended(0x24, 'vf-rebar', 'VF Resizable BAR', 'Virtual Resizable BAR', onlyIdentified, resizableBar),
  extended(0x25, 'data-link-feature', 'Data Link Feature', 'Data Link Feature'),
  extended(0x26, 'physical-16gt', 'Physical Layer 16.0 GT/s', 'Physical Layer 16.0 GT/s'),
  extended(0x27, 'lane-margining', 'Lane Margining at the Receiver', 'Lane Margining at the Receiver'),
  extended(0x28, 'hierarchy-id', 'Hierarchy ID', 'Hierarchy ID'),
  extended(0x29, 'npem', 'Native PCIe Enclosure Management', 'Native PCIe Enclosure Management'),
  extended(0x2a, 'physical-32gt', 'Physical Layer 32.0 GT/s', 'Physical Layer 32.0 GT/s'),
  extended(0x2b, 'alternate-protocol', 'Alternate Protocol', ''),
  extended(0x2c, 'sfi', 'System Firmware Intermediary', ''),
  extended(0x2e, 'doe', 'Data Object Exchange', 'Data Object Exchange'),
  extended(0x2f, 'device3', 'Device 3', 'Device 3', device3Layout),
  extended(0x30, 'ide', 'Integrity and Data Encryption', 'Integrity & Data Encryption'),
  extended(0x31, 'physical-64gt', 'Physical Layer 64.0 GT/s', 'Physical Layer 64.0 GT/s'),
  extended(0x32, 'flit-logging', 'Flit Logging', 'Flit Logging'),
  extended(0x33, 'flit-performance', 'Flit Performance Measurement', ''),
  extended(0x34, 'flit-error-injection', 'Flit Error Injection', 'Flit Error Injection'),
  extended(0x35, 'streamlined-vc', 'Streamlined Virtual Channel', ''),
  extended(0x36, 'mmio-block-locator', 'MMIO Register Block Locator', 'MMIO Register Block Locator'),
  extended(0x37, 'nop-flit', 'NOP Flit', ''),
  extended(0x38, 'siov', 'Scalable I/O Virtualization', ''),
  extended(0x39, 'physical-128gt', 'Physical Layer 128.0 GT/s', ''),
  extended(0x3a, 'captured-data', 'Captured Data', ''),
] as const

const unknown = standard(-1, 'unknown', 'Unknown', '')

/** All of them, standard ones first, each in the order of its ids. */
export const capabilityDefinitions: readonly Definition[] = [...standardCapabilities, ...extendedCapabilities]

type Known = (typeof standardCapabilities)[number] | (typeof extendedCapabilities)[number] | typeof unknown

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
