import { sizeText } from '../machine/index.js'
import type { FieldTree, ShowDocument } from './schemas/show.js'

type Capability = ShowDocument['capabilities'][number]

/**
 * What of each capability matters to somebody who hands the device over. A row is either a text in which `{path}` stands for
 * a decoded field (`{path:x}`: in hexadecimal), or a flag's path with what is said when it is set and when it is clear.
 * Rows whose fields are not known, or that the function lacks, are left out. A test holds every path against the register
 * tables; `--json` has all fields.
 */
export type Phrase = string | readonly [flag: string, set: string, clear?: string]

export const phrases: Readonly<Record<string, readonly Phrase[]>> = {
  pm: [
    'in {control.powerState}',
    ['control.noSoftReset', 'D3hot does not reset it', 'D3hot resets it'],
    ['support.pmeFromD3cold', 'can wake from D3cold'],
  ],
  msi: [
    ['control.enabled', 'on', 'off'],
    '{control.vectorsEnabled} of {control.vectors} vectors',
    ['control.perVectorMasking', 'each maskable'],
    ['control.is64Bit', '64-bit', '32-bit addresses only'],
  ],
  msix: [
    ['control.enabled', 'on', 'off'],
    '{control.vectors} vectors',
    ['control.masked', 'all masked'],
    'table in BAR {table.bar} at {table.offset:x}',
    'pending bits in BAR {pendingBits.bar} at {pendingBits.offset:x}',
  ],
  express: [
    '{flags.type}',
    ['deviceCapabilities.functionLevelReset', 'function level reset', 'no function level reset'],
    'payload {deviceControl.maxPayloadBytes} of {deviceCapabilities.maxPayloadBytes} bytes',
    ['slotCapabilities.hotPlugCapable', 'hot-plug slot'],
    'ASPM {linkControl.aspm} of {linkCapabilities.aspm}',
    ['deviceCapabilities2.ariForwarding', 'forwards ARI'],
    ['deviceCapabilities2.atomicRouting', 'routes atomics'],
    ['deviceCapabilities2.atomic32', '32-bit atomics'],
    ['deviceCapabilities2.atomic64', '64-bit atomics'],
    ['deviceControl2.atomicRequester', 'may send atomics'],
    ['deviceStatus.transactionsPending', 'transactions pending'],
  ],
  af: [['capabilities.functionLevelReset', 'function level reset', 'no function level reset']],
  ats: [
    ['control.enabled', 'on', 'off'],
    ['capability.pageAlignedRequest', 'page aligned'],
  ],
  pri: [['control.enabled', 'on', 'off']],
  pasid: [['control.enabled', 'on', 'off'], '{capability.maxWidthBits} bits'],
  sriov: [
    ['control.enabled', 'on', 'off'],
    '{functionsInUse} of {totalFunctions} virtual functions',
    'device id {functionDevice:x}',
  ],
  ari: ['next function {capability.nextFunction}'],
  'l1-substates': [
    ['control1.aspmL1_1', 'ASPM L1.1'],
    ['control1.aspmL1_2', 'ASPM L1.2'],
    ['control1.pciPmL1_1', 'PCI-PM L1.1'],
    ['control1.pciPmL1_2', 'PCI-PM L1.2'],
  ],
  dpc: ['trigger: {control.trigger}', ['status.triggered', 'triggered']],
  ptm: [['control.enabled', 'on', 'off']],
  tph: ['requester {control.requester}'],
  subsystem: ['{vendor:x}:{device:x}'],
  'serial-number': ['{serialNumber}'],
  vendor: ['{lengthBytes} bytes'],
  'vendor-extended': ['id {header.id:x}', '{header.lengthBytes} bytes'],
  dvsec: ['of vendor {header1.vendor:x}', 'id {id:x}'],
}

/** Capabilities whose words depend on more than one field at a time. */
const composed: Readonly<Record<string, (fields: FieldTree) => readonly string[]>> = {
  acs: accessControl,
  aer: errorsSeen,
  rebar: resizableBars,
  'vf-rebar': resizableBars,
}

/** A few words each; empty for a capability that has nothing to say here. */
export function capabilityWords({ kind, fields }: Capability): readonly string[] {
  const compose = composed[kind]
  if (compose) return compose(fields)
  return (phrases[kind] ?? []).flatMap((phrase) => {
    if (typeof phrase === 'string') return fill(phrase, fields) ?? []
    const [path, set, clear] = phrase
    const value = fieldAt(fields, path)
    return (value === true ? set : value === false ? clear : undefined) ?? []
  })
}

/** The field paths that a row needs. */
export function pathsOf(phrase: Phrase): readonly string[] {
  return typeof phrase === 'string' ? [...phrase.matchAll(slots)].map(([, path]) => path!) : [phrase[0]]
}

const slots = /\{([\w.]+)(:x)?\}/g

function fill(text: string, fields: FieldTree): string | undefined {
  let known = 0
  const filled = text.replace(slots, (_, path: string, hex: string | undefined) => {
    const value = fieldAt(fields, path)
    if (value === null) return '?'
    known++
    return hex && typeof value === 'number' ? `0x${value.toString(16)}` : String(value)
  })
  return known > 0 ? filled : undefined
}

function fieldAt(fields: FieldTree, path: string): FieldTree {
  let at: FieldTree = fields
  for (const name of path.split('.')) {
    if (at === null || typeof at !== 'object' || Array.isArray(at)) return null
    at = (at as { readonly [name: string]: FieldTree })[name] ?? null
  }
  return at
}

/** The names that lspci uses, with + and - in its manner, of what the function can do at all. */
const accessControls: readonly (readonly [field: string, word: string])[] = [
  ['sourceValidation', 'SrcValid'],
  ['translationBlocking', 'TransBlk'],
  ['requestRedirect', 'ReqRedir'],
  ['completionRedirect', 'CmpltRedir'],
  ['upstreamForwarding', 'UpstreamFwd'],
  ['egressControl', 'EgressCtrl'],
  ['directTranslated', 'DirectTrans'],
]

function accessControl(fields: FieldTree): readonly string[] {
  const words = accessControls.flatMap(([field, word]) => {
    if (fieldAt(fields, `capability.${field}`) !== true) return []
    const on = fieldAt(fields, `control.${field}`)
    return `${word}${on === null ? '?' : on ? '+' : '-'}`
  })
  return [words.length === 0 ? 'can do nothing' : words.join(' ')]
}

/** Names of the error bits that are set, so that nobody blames the hand-over for what was there before. */
function errorsSeen(fields: FieldTree): readonly string[] {
  const set = ['uncorrectableStatus', 'correctableStatus'].flatMap((register) => {
    const bits = fieldAt(fields, register)
    return bits !== null && typeof bits === 'object'
      ? Object.entries(bits).flatMap(([name, bit]) => (bit === true ? name : []))
      : []
  })
  return set.length === 0 ? [] : [`errors seen: ${set.map(spaced).join(', ')}`]
}

/** `unsupportedRequest` as words. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
}

function resizableBars(fields: FieldTree): readonly string[] {
  const bars = fieldAt(fields, 'bars')
  if (!Array.isArray(bars)) return []
  return bars.map((bar: FieldTree) => {
    const exponent = fieldAt(bar, 'control.sizeExponent')
    const sizes = sizeExponents(bar).map((one) => sizeText(1n << BigInt(20 + one)))
    const now =
      typeof exponent === 'number' ? sizeText(1n << BigInt(20 + exponent)) : 'of a size that is not known'
    return `BAR ${fieldAt(bar, 'control.bar') ?? '?'} is ${now}${sizes.length === 0 ? '' : `, can be ${sizes.join(', ')}`}`
  })
}

/** Which sizes a resizable BAR can have: exponents of two, from 1 MiB up. */
function sizeExponents(bar: FieldTree): readonly number[] {
  const small = fieldAt(bar, 'supportedSizes')
  const large = fieldAt(bar, 'control.supportedLargeSizes')
  const bits = (value: FieldTree, first: number) =>
    typeof value === 'number'
      ? Array.from({ length: 32 }, (_, bit) => bit).flatMap((bit) =>
          (value / 2 ** bit) & 1 ? first + bit : [],
        )
      : []
  return [...bits(small, 0), ...bits(large, 28)]
}
