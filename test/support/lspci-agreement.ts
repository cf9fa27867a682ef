/**
 * Compares this program's decoding with lspci's, function by function: ids, header flags, BARs, bridge windows, the
 * chain of capabilities, and every field whose row has an lspci label.
 *
 * `compare` takes hex dumps (`lspci -xxxx`, the input of `lspci -F`) and what `lspci -vvvnn` said of the same bytes.
 */
import {
  type Bar,
  type BridgeWindow,
  bitsFromText,
  type Capability,
  ConfigSpace,
  capabilityDefinitions,
  capabilityIdFromText,
  conventionalSizeBytes,
  decodeFunction,
  definitionOf,
  type Field,
  type FunctionConfig,
  headerLayouts,
  type Layout,
  meaningOf,
  type Row,
  virtualChannelResourceLayout,
  windowsOf,
} from '../../src/pci/index.js'
import { type ReportedCapability, type ReportedFunction, readDumps, readReport } from './lspci-output.js'

export interface Disagreement {
  readonly address: string
  /** `header command.io`, `capability 0x70 express linkStatus.speed`, `chain`, `region 2`, ... */
  readonly where: string
  readonly ours: string
  readonly lspci: string
}

export interface Comparison {
  readonly functions: number
  readonly capabilities: number
  /** Fields and other facts that both sides told. */
  readonly compared: number
  readonly disagreements: readonly Disagreement[]
  /** `express deviceCapabilities.functionLevelReset`: the labelled rows that lspci printed at least once. */
  readonly rowsSeen: ReadonlySet<string>
}

// ---- Comparing

export function compare(dumpText: string, reportText: string): Comparison {
  const dumps = new Map(readDumps(dumpText).map(({ address, bytes }) => [address, bytes]))
  const reports = readReport(reportText)
  const check = new Checker()
  for (const report of reports) {
    const bytes = dumps.get(report.address)
    check.address = report.address
    if (bytes === undefined) check.same('function', 'no bytes', 'printed')
    else compareFunction(check, new ConfigSpace(bytes), report)
  }
  for (const address of dumps.keys()) {
    check.address = address
    if (!reports.some((report) => report.address === address)) check.same('function', 'bytes', 'not printed')
  }
  return { ...check, functions: reports.length }
}

class Checker {
  address = ''
  capabilities = 0
  compared = 0
  readonly disagreements: Disagreement[] = []
  readonly rowsSeen = new Set<string>()

  same(where: string, ours: unknown, lspci: unknown): void {
    this.compared++
    const [a, b] = [String(ours), String(lspci)]
    if (a !== b) this.disagreements.push({ address: this.address, where, ours: a, lspci: b })
  }
}

function compareFunction(check: Checker, space: ConfigSpace, report: ReportedFunction): void {
  const config = decodeFunction(space)
  compareTitle(check, config, report)
  if (config.header.kind !== 'unknown') {
    compareRows(check, 'header', headerLayouts[config.header.kind], config.header.fields, report.lines)
    compareBars(check, 'region', config.bars, report.regions)
    compareRom(check, config, report)
    compareWindows(check, config, report)
  }
  compareChain(check, config, report.capabilities)
  for (const reported of report.capabilities) {
    const capability = config.capabilities.find(({ offset }) => offset === reported.offset)
    if (capability === undefined) continue
    check.capabilities++
    const where = `capability 0x${reported.offset.toString(16)} ${capability.kind}`
    const { layout } = definitionOf(capability.id, capability.extended)
    compareRows(check, where, layout, capability.fields, reported.lines)
    if (capability.kind === 'vc') {
      capability.fields.channels.forEach((channel, i) => {
        const line = reported.lines.get(`VC${i}`)
        const lines = new Map(line === undefined || line === '<unreadable>' ? [] : [['VC', line]])
        compareRows(check, `${where} channel ${i}`, virtualChannelResourceLayout, channel, lines)
      })
    }
    if (capability.kind === 'sriov') {
      const regions = [...reported.lines].flatMap(([name, text]) => {
        const [, index] = /^Region (\d+)$/.exec(name) ?? []
        return index === undefined ? [] : [[Number(index), text] as const]
      })
      compareBars(check, `${where} region`, capability.fields.bars, new Map(regions))
    }
    if (capability.kind === 'serial-number') {
      const serial = capability.fields.serialNumber?.toString(16).padStart(16, '0')
      check.same(
        `${where} serialNumber`,
        serial,
        reported.text.replace(/^Device Serial Number /, '').replaceAll('-', ''),
      )
    }
    if (capability.kind === 'ea') compareAllocation(check, where, capability, reported)
  }
}

function compareTitle(check: Checker, { header }: FunctionConfig, { title }: ReportedFunction): void {
  const hex = (value: number | undefined, digits: number) => value?.toString(16).padStart(digits, '0')
  const { fields } = header
  const [, classCode] = /\[([0-9a-f]{4})\]:/.exec(title) ?? []
  const ids = [...title.matchAll(/\[([0-9a-f]{4}):([0-9a-f]{4})\]/g)].at(-1)
  check.same('class', hex(fields.class, 6)?.slice(0, 4), classCode)
  check.same('ids', `${hex(fields.vendor, 4)}:${hex(fields.device, 4)}`, ids?.slice(1).join(':'))
  check.same('revision', hex(fields.revision, 2), /\(rev ([0-9a-f]{2})\)/.exec(title)?.[1] ?? '00')
  const progIf = /\(prog-if ([0-9a-f]{2})/.exec(title)?.[1]
  check.same('programming interface', hex(fields.class, 6)?.slice(4), progIf ?? '00')
}

function compareRows(
  check: Checker,
  where: string,
  layout: Layout,
  fields: object,
  lines: ReadonlyMap<string, string>,
): void {
  for (const row of layout.rows) {
    const text = lines.get(row.register.line)
    if (text === undefined || row.field.lspci.length === 0) continue
    const bits = bitsFromText(row.field, text)
    const ours = valueAt(fields, row)
    if (bits === undefined) {
      // lspci may have printed a value that our table has no name for; then ours must be without a name too.
      if (!isMentioned(row.field, text)) continue
      check.same(
        `${where} ${row.path}`,
        typeof ours === 'number' && row.field.show === 'names' ? 'no name' : ours,
        'no name',
      )
      continue
    }
    check.rowsSeen.add(`${where.replace(/^capability 0x\w+ | \d+$/g, '')} ${row.path}`)
    const theirs = row.field.show === 'address' ? bits * 2 ** row.field.lo : meaningOf(row.field, bits)
    check.same(`${where} ${row.path}`, ours, theirs)
  }
}

function valueAt(fields: object, { path }: Row): unknown {
  let value: unknown = fields
  for (const name of path.split('.')) {
    if (value === null || value === undefined) return value
    value = (value as Record<string, unknown>)[name]
  }
  return value
}

function isMentioned(field: Field, text: string): boolean {
  return field.lspci.some(({ label, after = '' }) => {
    const words = label.split('{')[0]!
    const from = text.indexOf(after)
    return field.show !== 'flag' && words !== '' && from >= 0 && text.indexOf(words, from) >= 0
  })
}

function compareBars(
  check: Checker,
  where: string,
  bars: readonly Bar[],
  regions: ReadonlyMap<number, string>,
): void {
  const indexes = new Set([...regions.keys(), ...bars.map(({ index }) => index)])
  for (const index of indexes) {
    const bar = bars.find((candidate) => candidate.index === index)
    const text = regions.get(index)
    check.same(
      `${where} ${index}`,
      bar === undefined ? 'none' : barText(bar),
      text === undefined ? 'none' : regionText(text),
    )
  }
}

/** Both sides reduced to `memory f0000000 64-bit prefetchable` and `io 3000`. */
function barText(bar: Bar): string {
  if (bar.kind === 'unknown') return 'unknown'
  if (bar.kind === 'io') return `io ${bar.address?.toString(16)}`
  const type = typeof bar.type === 'number' ? 'type 3' : bar.type === 'below 1M' ? 'low-1M' : bar.type
  return `memory ${bar.address?.toString(16)} ${type} ${bar.prefetchable ? '' : 'non-'}prefetchable`
}

function regionText(text: string): string {
  const [, ports] = /^I\/O ports at (\S+)/.exec(text) ?? []
  if (ports !== undefined) return `io ${addressText(ports)}`
  const [, address, type, prefetchable] = /^Memory at (\S+) \((.*?), (.*?)\)/.exec(text) ?? []
  return address === undefined ? text : `memory ${addressText(address)} ${type} ${prefetchable}`
}

function addressText(text: string): string {
  if (text === '<broken-64-bit-slot>') return 'undefined'
  return /^[0-9a-f]+$/.test(text) ? BigInt(`0x${text}`).toString(16) : text === '<unassigned>' ? '0' : text
}

function compareRom(check: Checker, { header }: FunctionConfig, { lines }: ReportedFunction): void {
  if (header.kind !== 'type0' && header.kind !== 'type1') return
  const { address, enabled } = header.fields.expansionRom
  // `Expansion ROM at f7d00000 [disabled]` has no colon, so it is not among the lines by itself.
  const [, text] =
    [...lines.values(), ''].map((line) => /Expansion ROM at (.*)$/.exec(line)).find(Boolean) ?? []
  if (text === undefined) return
  check.same('expansion ROM', address?.toString(16), addressText(text.split(' ')[0]!))
  check.same('expansion ROM enabled', enabled, !text.includes('[disabled]'))
}

function compareWindows(check: Checker, config: FunctionConfig, { lines }: ReportedFunction): void {
  const windows = windowsOf(config)
  if (windows === null) return
  const text = (window: BridgeWindow | null | undefined) =>
    window && `${window.base.toString(16)}-${window.limit.toString(16)}${window.open ? '' : ' closed'}`
  for (const [name, window] of [
    ['I/O behind bridge', windows.io],
    ['Memory behind bridge', windows.memory],
    ['Prefetchable memory behind bridge', windows.prefetchable],
  ] as const) {
    const line = lines.get(name)
    const [, base, limit] = /^([0-9a-f]+)-([0-9a-f]+)/.exec(line ?? '') ?? []
    if (base === undefined) continue
    const closed = line!.includes('[disabled]') ? ' closed' : ''
    check.same(name, text(window), `${addressText(base)}-${addressText(limit!)}${closed}`)
  }
}

/** lspci goes on where the kernel stops (a pointer below 0x40), and prints why it stopped as an entry of its own. */
function compareChain(check: Checker, config: FunctionConfig, reported: readonly ReportedCapability[]): void {
  const stop = reported.find(({ text }) => /^<(chain looped|chain broken)>/.test(text))
  const theirs = reported.filter((entry) => entry !== stop)
  check.same(
    'chain',
    config.capabilities.map((capability) => entryText(capability)).join(' '),
    theirs.map((entry) => reportedEntryText(entry, config)).join(' '),
  )
  const problems = new Set(config.problems.map(({ kind }) => kind))
  if (stop?.text.startsWith('<chain looped>'))
    check.same('chain end', problems.has('loop') ? 'loop' : 'none', 'loop')
  if (stop?.text.startsWith('<chain broken>')) {
    check.same('chain end', problems.has('broken-chain') ? 'broken' : 'none', 'broken')
  }
}

function entryText({ offset, extended, id, version }: Capability): string {
  return `${offset.toString(16)}${extended ? ` v${version}` : ''}=${id.toString(16)}`
}

function reportedEntryText({ offset, version, text }: ReportedCapability, config: FunctionConfig): string {
  const extended = offset >= conventionalSizeBytes
  const id = capabilityIdFromText(text, extended)
  const ours = config.capabilities.find((capability) => capability.offset === offset)
  // `Virtual Channel` is the text of two ids: 0x02 and 0x09. Before 3.0.1 lspci did not print versions.
  const same = id === 0x02 && extended && ours?.id === 0x09 ? 0x09 : id
  const versionText = extended ? ` v${version ?? ours?.version}` : ''
  return `${offset.toString(16)}${versionText}=${same === undefined ? text : same.toString(16)}`
}

function compareAllocation(
  check: Checker,
  where: string,
  { fields }: Extract<Capability, { kind: 'ea' }>,
  { lines }: ReportedCapability,
): void {
  fields.entries.forEach((entry, i) => {
    const text = lines.get(`Entry ${i}`)
    if (text === undefined) return
    const [, base] = /\bBase: ([0-9a-f]+)/.exec(text) ?? []
    const [, maxOffset] = /\bMaxOffset: ([0-9a-f]+)/.exec(text) ?? []
    check.same(`${where} entry ${i} base`, entry.base?.toString(16), BigInt(`0x${base}`).toString(16))
    check.same(
      `${where} entry ${i} maxOffset`,
      entry.maxOffset?.toString(16),
      BigInt(`0x${maxOffset}`).toString(16),
    )
    check.same(`${where} entry ${i} enabled`, entry.header.enabled, /\bEnable\+/.test(text))
  })
}

/** Every row with an lspci label, as {@link Comparison.rowsSeen} names it. */
export function labelledRows(): string[] {
  const labelled = (owner: string, { rows }: Layout) =>
    rows.filter(({ field }) => field.lspci.length > 0).map(({ path }) => `${owner} ${path}`)
  return [
    ...new Set([
      ...Object.values(headerLayouts).flatMap((layout) => labelled('header', layout)),
      ...capabilityDefinitions.flatMap(({ kind, layout }) => labelled(kind, layout)),
      ...labelled('vc channel', virtualChannelResourceLayout),
    ]),
  ]
}
