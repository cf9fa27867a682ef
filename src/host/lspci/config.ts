import {
  bitsFromText,
  type Capability,
  capabilityIdFromText,
  definitionOf,
  expressLayout,
  headerLayouts,
  type Layout,
  powerManagementLayout,
  type Row,
  virtualChannelResourceLayout,
} from '../../pci/index.js'
import type { FileBytes } from '../host.js'
import { KnownBits } from './bits.js'
import type { FunctionIds } from './identity.js'
import { isVirtual, parseRegion, type Region } from './regions.js'
import type { ReportedCapability, ReportedFunction } from './report.js'

/** What the other functions of the text tell about this one. */
export interface Company {
  /** Extended capabilities could be read somewhere, so where none are printed there are none. */
  readonly showsExtended: boolean
}

/**
 * Configuration space as far as the text tells it: the bytes of its hex dump, and else every bit that can be concluded
 * from what is printed. With no bit known: undefined.
 */
export function configOf(
  reported: ReportedFunction,
  ids: FunctionIds,
  company: Company,
): FileBytes | undefined {
  const isExpress = reported.capabilities.some(
    ({ text, offset }) => offset < 0x100 && text.startsWith('Express'),
  )
  const beyond =
    reported.capabilities.some(({ offset }) => offset >= 0x100) || reported.rows.some(({ at }) => at >= 0x100)
  const bits = new KnownBits(isExpress || beyond ? 4096 : 256)
  for (const { at, bytes } of reported.rows) bits.putRow(at, bytes)
  if (reported.unknownHeader) {
    // Nothing answers; `lspci` has the ids from the kernel.
    for (let at = 0; at < 0x40; at++) bits.setBytes(at, 1, 0xff)
  } else {
    putTitle(bits, ids)
    putHeader(bits, reported)
    putCapabilities(bits, reported, { ...company, isExpress })
  }
  return bits.known.some((mask) => mask !== 0) ? { bytes: bits.bytes, known: bits.known } : undefined
}

function putTitle(bits: KnownBits, ids: FunctionIds): void {
  if (ids.vendor !== undefined) bits.setBytes(0x00, 2, ids.vendor)
  if (ids.device !== undefined) bits.setBytes(0x02, 2, ids.device)
  if (ids.revision !== undefined) bits.setBytes(0x08, 1, ids.revision)
  if (ids.programmingInterface !== undefined) bits.setBytes(0x09, 1, ids.programmingInterface)
  if (ids.class !== undefined) bits.setBytes(0x0a, 2, ids.class)
}

// ---- The header

/** `lspci -v` and more prints one of these lines for every function that it can read. */
function isVerbose({ lines }: ReportedFunction): boolean {
  return lines.has('Flags') || lines.has('Control')
}

/** PCI_HEADER_TYPE_*: bridges have a line of their bus numbers, endpoints have none. Undefined: the text is too short. */
export function headerTypeOf(reported: ReportedFunction): 0 | 1 | 2 | undefined {
  if (reported.unknownHeader) return undefined
  if (reported.lines.has('Bus')) return isCardBus.test(reported.title) ? 2 : 1
  // What follows where that line would stand.
  const past = reported.complete || reported.capabilities.length > 0
  return isVerbose(reported) && past ? 0 : undefined
}

/** PCI_CLASS_BRIDGE_CARDBUS, by name or number. */
const isCardBus = /^(CardBus bridge|(Class )?0607:|[^:]*\[0607\]:)/

function putHeader(bits: KnownBits, reported: ReportedFunction): void {
  const { lines, complete } = reported
  const type = headerTypeOf(reported)
  if (type !== undefined) bits.set(0x0e, 0, 6, type)
  const layout = type === 1 ? headerLayouts.type1 : type === 2 ? headerLayouts.type2 : headerLayouts.type0
  if (isVerbose(reported) || type !== undefined) putRows(bits, 0, layout, lines)
  putFlags(bits, lines.get('Flags'))
  // `-vv` prints the line for every endpoint with a pin or an interrupt; `pin ?` is none.
  const interrupt = lines.get('Interrupt')
  if (
    type === 0 &&
    lines.has('Control') &&
    complete &&
    (interrupt === undefined || interrupt.startsWith('pin ?'))
  )
    bits.setBytes(0x3d, 1, 0)
  if (type !== undefined) putRegions(bits, reported, type === 0 ? 6 : type === 1 ? 2 : 1)
  if (type === 0 || type === 1) putRom(bits, type === 0 ? 0x30 : 0x38, reported.rom)
}

/** Words of the one line that `lspci -v` prints instead of `Control` and `Status` (pciutils lspci.c, show_verbose). */
const flagWords: readonly { readonly word: string; readonly at: number; readonly bit: number }[] = [
  { word: 'bus master', at: 0x04, bit: 2 }, // PCI_COMMAND_MASTER
  { word: 'VGA palette snoop', at: 0x04, bit: 5 }, // PCI_COMMAND_VGA_PALETTE
  { word: 'stepping', at: 0x04, bit: 7 }, // PCI_COMMAND_WAIT
  { word: 'fast Back2Back', at: 0x04, bit: 9 }, // PCI_COMMAND_FAST_BACK
  { word: '66MHz', at: 0x06, bit: 5 }, // PCI_STATUS_66MHZ
  { word: 'user-definable features', at: 0x06, bit: 6 }, // PCI_STATUS_UDF
]
/** PCI_STATUS_DEVSEL_MASK */
const devsel = ['fast devsel', 'medium devsel', 'slow devsel']

function putFlags(bits: KnownBits, line: string | undefined): void {
  if (line === undefined) return
  const words = line.split(', ')
  const timing = devsel.findIndex((word) => words.includes(word))
  // The words stand in this order; without the last of them the line was cut.
  if (timing < 0 && !words.includes('?? devsel')) return
  for (const { word, at, bit } of flagWords) bits.set(at, bit, bit, words.includes(word) ? 1 : 0)
  if (timing >= 0) bits.set(0x06, 9, 10, timing)
  const latency = /^latency (\d+)$/.exec(words.find((word) => word.startsWith('latency ')) ?? '')?.[1]
  if (latency !== undefined) bits.setBytes(0x0d, 1, Number(latency))
}

/** BARs. Where each stands is known from `-vv` on; one that is not printed reads zero. */
function putRegions(bits: KnownBits, reported: ReportedFunction, count: number): void {
  if (reported.bars.some(({ index }) => index === undefined)) return
  const taken = new Set<number>()
  for (const { index, text } of reported.bars) {
    const region = parseRegion(text)
    if (index === undefined || index >= count) continue
    taken.add(index)
    if (region === undefined) continue
    if (region.kind === 'memory' && region.width === '64-bit') taken.add(index + 1)
    putRegion(bits, 0x10 + 4 * index, region)
  }
  const all = reported.lines.has('Control') && (reported.complete || reported.capabilities.length > 0)
  for (let index = 0; all && index < count; index++)
    if (!taken.has(index)) bits.setBytes(0x10 + 4 * index, 4, 0)
}

const widths = ['32-bit', 'low-1M', '64-bit', 'type 3'] // PCI_BASE_ADDRESS_MEM_TYPE_MASK

/** What the BAR's register holds: its kind always, the address where the device has the one that the kernel told. */
function putRegion(bits: KnownBits, at: number, region: Region): void {
  if (region.note === 'enhanced') return
  if (region.note === 'virtual') {
    // The kernel has an address, the device has none.
    bits.setBytes(at, 4, 0)
    return
  }
  const address = region.note === 'unassigned' ? 0n : region.address
  if (region.kind === 'io') {
    bits.set(at, 0, 1, 1)
    if (address !== undefined) bits.set(at, 2, 31, address >> 2n)
    return
  }
  bits.set(at, 0, 0, 0)
  bits.set(at, 1, 2, widths.indexOf(region.width))
  bits.set(at, 3, 3, region.prefetchable ? 1 : 0)
  if (address === undefined) return
  bits.set(at, 4, 31, address >> 4n)
  if (region.width === '64-bit') bits.setBytes(at + 4, 4, address >> 32n)
}

/** The address printed is the kernel's: of the shadow copy, or one that the register does not have yet. */
function putRom(bits: KnownBits, at: number, text: string | undefined): void {
  if (text === undefined || text.includes('[enhanced]') || isVirtual(text)) return
  bits.set(at, 0, 0, text.includes('[disabled]') ? 0 : 1)
}

// ---- Capabilities

function putCapabilities(
  bits: KnownBits,
  reported: ReportedFunction,
  { showsExtended, isExpress }: Company & { readonly isExpress: boolean },
): void {
  const { capabilities, accessDenied, complete } = reported
  const type = headerTypeOf(reported)
  // Whether the list is there: printed where it is, and where it may not be read.
  if (capabilities.length > 0 || accessDenied) bits.set(0x06, 4, 4, 1)
  else if (complete && isVerbose(reported)) bits.set(0x06, 4, 4, 0)

  const isWhole = complete && !accessDenied
  const standard = capabilities.filter(({ offset }) => offset < 0x100)
  const extended = capabilities.filter(({ offset }) => offset >= 0x100)
  // The extended ones stand after all the others.
  putStandardChain(bits, type === 2 ? 0x14 : 0x34, standard, isWhole || extended.length > 0)
  putExtendedChain(bits, extended, isWhole)
  if (extended.length === 0 && isWhole && isExpress && showsExtended) bits.setBytes(0x100, 4, 0)
  for (const one of capabilities) putCapability(bits, one)
}

const endOfChain = /^<chain (looped|broken)>/

function putStandardChain(
  bits: KnownBits,
  pointerAt: number,
  chain: readonly ReportedCapability[],
  isWhole: boolean,
): void {
  let at = pointerAt
  for (const { offset, text } of chain) {
    bits.setBytes(at, 1, offset)
    if (endOfChain.test(text)) {
      if (text.startsWith('<chain broken>')) bits.setBytes(offset, 1, 0xff)
      return
    }
    const id = capabilityIdFromText(text, false)
    if (id !== undefined) bits.setBytes(offset, 1, id)
    at = offset + 1
  }
  // A list that is said to be there, of which nothing is printed, is empty (pciutils lspci.c, show_caps).
  if (isWhole && (chain.length > 0 || bits.isSet(0x06, 4))) bits.setBytes(at, 1, 0)
}

function putExtendedChain(bits: KnownBits, chain: readonly ReportedCapability[], isWhole: boolean): void {
  for (const [index, { offset, text, version }] of chain.entries()) {
    if (endOfChain.test(text)) return
    const next = chain[index + 1]
    const id = capabilityIdFromText(text, true)
    if (id !== undefined) bits.set(offset, 0, 15, id)
    if (version !== undefined) bits.set(offset, 16, 19, version)
    if (next !== undefined) bits.set(offset, 20, 31, next.offset)
    else if (isWhole) bits.set(offset, 20, 31, 0)
  }
}

/** The registers of one capability: those of the tables, and what is told in another way than by labels. */
function putCapability(bits: KnownBits, reported: ReportedCapability): void {
  const { offset, text, lines } = reported
  const id = capabilityIdFromText(text, offset >= 0x100)
  if (id === undefined) return
  const { kind, layout } = definitionOf(id, offset >= 0x100)
  putRows(bits, offset, layout, lines)
  more[kind as Capability['kind']]?.(bits, offset, reported)
}

function putRows(bits: KnownBits, at: number, layout: Layout, lines: ReadonlyMap<string, string>): void {
  for (const row of layout.rows) {
    const { register, field } = row
    if (field.lspci.length === 0 || untold.has(row)) continue
    const text = lines.get(register.line)
    const found = text === undefined ? undefined : bitsFromText(field, text)
    if (found === undefined) continue
    const known = found === 1 && row === targetSpeed ? { lo: field.lo + 1, hi: field.hi } : field
    bits.set(at + register.at, known.lo, known.hi, found >> (known.lo - field.lo))
  }
}

/** lspci prints a target speed of 0, allowed where it is the only one, as 2.5GT/s too. */
const targetSpeed = rowOf(expressLayout, 'linkControl2.targetSpeed')

/** Before pciutils 3.8 (commit 6da04fb) these were printed from the wrong register. */
const untold: ReadonlySet<Row> = new Set([
  rowOf(powerManagementLayout, 'bridge.b2InD3hot'),
  rowOf(powerManagementLayout, 'bridge.busPowerControl'),
])

function rowOf({ rows }: Layout, path: string): Row {
  const row = rows.find((one) => one.path === path)
  if (row === undefined) throw new Error(`the layout has no row ${path}`)
  return row
}

type Put = (bits: KnownBits, at: number, reported: ReportedCapability) => void

const putResizableBars: Put = (bits, at, { lines }) => {
  const bars = [...lines].flatMap(([name, text]) => {
    const [, index] = /^BAR (\d)$/.exec(name) ?? []
    return index === undefined ? [] : [{ index: Number(index), text }]
  })
  // How many there are stands in the first one (PCI_REBAR_CTRL_NBAR_MASK).
  if (bars.length > 0) bits.set(at + 0x08, 5, 7, bars.length)
  for (const [i, { index, text }] of bars.entries()) {
    const [, current = '', supported = ''] = /^current size: (\S+?), supported: ?(.*)$/.exec(text) ?? []
    const control = at + 0x08 + 8 * i
    bits.set(control, 0, 2, index) // PCI_REBAR_CTRL_BAR_IDX
    const exponent = sizeExponent(current)
    if (exponent !== undefined) bits.set(control, 8, 13, exponent) // PCI_REBAR_CTRL_BAR_SIZE
    const exponents = supported.split(' ').map(sizeExponent)
    if (supported === '' || exponents.includes(undefined)) continue
    for (let bit = 4; bit <= 31; bit++) bits.set(control - 4, bit, bit, exponents.includes(bit - 4) ? 1 : 0) // PCI_REBAR_CAP_SIZES
    for (let bit = 16; bit <= 31; bit++) bits.set(control, bit, bit, exponents.includes(bit + 12) ? 1 : 0)
  }
}

/** What a size stands for in Resizable BAR: 2^(this + 20) bytes. */
function sizeExponent(text: string): number | undefined {
  const [, number, unit] = /^(\d+)([MGTPE])B$/.exec(text) ?? []
  if (number === undefined || unit === undefined) return undefined
  const exponent = Math.log2(Number(number)) + 10 * 'MGTPE'.indexOf(unit)
  return Number.isInteger(exponent) ? exponent : undefined
}

const more: Partial<Record<Capability['kind'], Put>> = {
  /** `Device Serial Number 00-1b-21-ff-ff-aa-bb-cc`: the highest byte first (PCI_DSN). */
  'serial-number': (bits, at, { text }) => {
    const [serial] = /([0-9a-f]{2}-){7}[0-9a-f]{2}/.exec(text) ?? []
    if (serial !== undefined) bits.setBytes(at + 0x04, 8, BigInt(`0x${serial.replaceAll('-', '')}`))
  },
  /** `Subsystem: Vendor Device [1458:5000]`, `Subsystem: 1458:5000` (PCI_SSVID_VENDOR_ID). */
  subsystem: (bits, at, { text }) => {
    const [, vendor, device] = /(?:\[|: )([0-9a-f]{4}):([0-9a-f]{4})\]?$/.exec(text) ?? []
    if (vendor === undefined || device === undefined) return
    bits.setBytes(at + 0x04, 2, Number.parseInt(vendor, 16))
    bits.setBytes(at + 0x06, 2, Number.parseInt(device, 16))
  },
  vc: (bits, at, { lines }) => {
    const channels = [...lines.keys()].flatMap((name) => /^VC(\d+)$/.exec(name)?.[1] ?? []).map(Number)
    if (channels.length > 0) bits.set(at + 0x04, 0, 2, channels.length - 1) // PCI_VC_CAP1_EVCC
    for (const channel of channels) {
      const text = lines.get(`VC${channel}`)!
      putRows(bits, at + 0x10 + 12 * channel, virtualChannelResourceLayout, new Map([['VC', text]]))
    }
  },
  /** The functions' BARs stand in the capability (PCI_SRIOV_BAR), and are printed as the registers hold them. */
  sriov: (bits, at, { lines }) => {
    for (const [name, text] of lines) {
      const [, index] = /^Region (\d)$/.exec(name) ?? []
      const region = index === undefined ? undefined : parseRegion(text)
      if (region !== undefined) putRegion(bits, at + 0x24 + 4 * Number(index), region)
    }
  },
  rebar: putResizableBars,
  'vf-rebar': putResizableBars,
}
