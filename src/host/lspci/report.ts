import { capabilityIdFromText, type Definition, definitionOf } from '../../pci/index.js'
import { type Line, toLines } from './normalize.js'

/** A capability as `lspci` printed it: its title and the lines below, wrapped ones joined. */
export interface ReportedCapability {
  readonly offset: number
  readonly version: number | undefined
  /** What stands after the offset: `MSI: Enable+ Count=1/1 Maskable- 64bit+`. */
  readonly text: string
  /** By the words before the colon; the title as `Capabilities`. */
  readonly lines: ReadonlyMap<string, string>
}

/** A function as `lspci` printed it. */
export interface ReportedFunction {
  /** With its domain: `0000:01:00.0`. */
  readonly address: string
  /** What stands after the address. */
  readonly title: string
  /** From a script that lists groups: `IOMMU Group 3 01:00.0 ...`. */
  readonly group: number | undefined
  /** Lines of the header, by the words before the colon. */
  readonly lines: ReadonlyMap<string, string>
  /** `Memory at ...`, `I/O ports at ...` in their order; `-vv` and more tell the index. */
  readonly bars: readonly { readonly index: number | undefined; readonly text: string }[]
  /** What stands after `Expansion ROM at`. */
  readonly rom: string | undefined
  /** From `!!! Unknown header type 7f`: nothing could be read of it. */
  readonly unknownHeader: boolean
  readonly capabilities: readonly ReportedCapability[]
  /** The chain is not to be seen, or not to its end. */
  readonly accessDenied: boolean
  /** Rows of the hex dump. */
  readonly rows: readonly { readonly at: number; readonly bytes: Uint8Array }[]
  /** Something came after its last line that shows that it was not cut off. */
  readonly complete: boolean
}

/** `lspci -v` and more: one of these stands there for every function whose configuration space can be read. */
export function isVerbose({ lines, unknownHeader }: ReportedFunction): boolean {
  return lines.has('Flags') || lines.has('Control') || unknownHeader
}

/** The class begins with a capital or a digit in all of pci.ids; a sentence about a function mostly does not. */
const title =
  /^(?:IOMMU [Gg]roup (\d+):? )?(?:([\da-fA-F]{4,8}):)?([\da-fA-F]{2}:[01][\da-fA-F]\.[0-7]) ((?:[\da-f]{4}|[A-Z\d][^:"]{1,80}):(?: .*)?)$/

/** Words before a colon, in the lines of a function's header (pciutils lspci.c). */
const headerNames =
  /^(DeviceName|Subsystem|Physical Slot|Device tree node|Control|Status|Latency|Interrupt|NUMA node|IOMMU group|Flags|BIST result|Region \d|Bus|I\/O behind bridge|Memory behind bridge|Prefetchable memory behind bridge|Unknown resource behind bridge|Memory window \d|I\/O window \d|Secondary status|BridgeCtl|Capabilities|Kernel driver in use|Kernel modules) ?: ?(.*)$/
const afterCapabilities = /^(Capabilities|Kernel driver in use|Kernel modules) ?: ?(.*)$/
const resource = /^((?:\[virtual\] )?(?:I\/O ports|Memory) at|(?:\[virtual\] )?Expansion ROM at)(?: (.*))?$/
const note = /^(!!! |BIST is running|16-bit legacy interface|<access denied|WARNING:)/
const capability = /^\[([0-9a-f]{2,3})(?: v(\d+))?\] ?(.*)$/
const row = /^([0-9a-f]{2,3}): ?((?:[0-9a-f]{2} )*[0-9a-f]{2})$/i
const rowEnd = /^[0-9a-f]{2}(?: [0-9a-f]{2})*$/i
const cut = /^\W*(\.\.\.|…|snip\b)/i

/**
 * Words before a colon in the lines of a capability that no table names (pciutils ls-caps.c, ls-ecaps.c). What begins
 * with none of a capability's own words continues the line before it.
 */
const moreNames: Readonly<Record<string, string>> = {
  msi: 'Address|Masking',
  aer: 'HeaderLog',
  vc: 'VC\\d+|Port Arbitration Table',
  sriov: 'Region \\d',
  ea: 'Entry \\d+',
  rebar: 'BAR \\d',
  'vf-rebar': 'BAR \\d',
  ltr: 'Max snoop latency|Max no snoop latency',
}

/** Splits a pasted text into what it tells of each function, in the text's order. One address may come several times. */
export function readReport(text: string): readonly ReportedFunction[] {
  const reader = new Reader()
  for (const line of toLines(text)) reader.take(line)
  return reader.functions.map((one) => one.finished())
}

class Reader {
  readonly functions: FunctionReader[] = []
  #current: FunctionReader | undefined
  #afterBlank = false
  #group: number | undefined

  take(line: Line): void {
    if (line.text === '') {
      this.#afterBlank = true
      this.#group = undefined
      return
    }
    const [, group, domain = '0000', address, rest] = title.exec(line.text) ?? []
    if (address !== undefined && rest !== undefined) {
      if (this.#current) this.#current.complete = true
      const number = group ?? this.#group
      this.#current = new FunctionReader(
        `${domain}:${address}`.toLowerCase(),
        rest,
        number === undefined ? undefined : Number(number),
        line.quoted,
      )
      this.functions.push(this.#current)
    } else {
      // Of a script: the group's number stands in a line of its own, above its functions.
      const [, groupAbove] = /^IOMMU [Gg]roup (\d+):?$/.exec(line.text) ?? []
      if (groupAbove !== undefined) this.#group = Number(groupAbove)
      // A line that is quoted otherwise is someone else's.
      else if (this.#current?.quoted !== line.quoted) this.#current = undefined
      else this.#current.take(line.text, this.#afterBlank)
    }
    this.#afterBlank = false
  }
}

/** Lines being put together: a name, and the text so far. */
interface Open {
  readonly lines: Map<string, string>
  readonly name: string
}

/** No line of lspci goes on for longer, however narrow the window; prose without a blank line before it does. */
const mostContinuations = 32

class FunctionReader {
  readonly quoted: number
  complete = false
  readonly #address: string
  #title: string
  readonly #group: number | undefined
  readonly #lines = new Map<string, string>()
  readonly #bars: { index: number | undefined; text: string }[] = []
  #rom: string | undefined
  #unknownHeader = false
  #accessDenied = false
  #wasCut = false
  readonly #capabilities: { offset: number; version: number | undefined; lines: Map<string, string> }[] = []
  readonly #rows: { at: number; bytes: Uint8Array }[] = []
  /** The capability that lines belong to now, and the words that begin its lines. */
  #names: RegExp | undefined
  #continuations = 0
  /** Adds a continuation to the line before; undefined where nothing can be continued. */
  #continue: ((text: string) => void) | undefined

  constructor(address: string, rest: string, group: number | undefined, quoted: number) {
    this.#address = address
    this.#title = rest
    this.#group = group
    this.quoted = quoted
    this.#continue = (text) => {
      this.#title += ` ${text}`
    }
  }

  take(text: string, afterBlank: boolean): void {
    if (this.#takeRow(text)) return
    const inCapability = this.#capabilities.length > 0
    const [, name, content = ''] = (inCapability ? afterCapabilities : headerNames).exec(text) ?? []
    if (name !== undefined) this.#takeHeader(name, content)
    else if (inCapability && this.#names?.test(text)) this.#takeCapabilityLine(text)
    else if (!inCapability && resource.test(text) && !this.#waitsForMore()) this.#takeResource(text)
    else if (!inCapability && note.test(text)) this.#takeNote(text)
    else if (cut.test(text)) {
      this.#wasCut = true
      this.#continue = undefined
    } else if (!afterBlank && this.#continuations < mostContinuations) {
      this.#continuations++
      this.#continue?.(text)
      return
    } else this.#continue = undefined
    this.#continuations = 0
  }

  finished(): ReportedFunction {
    return {
      address: this.#address,
      title: this.#title,
      group: this.#group,
      lines: this.#lines,
      bars: this.#bars,
      rom: this.#rom,
      unknownHeader: this.#unknownHeader,
      capabilities: this.#capabilities.map((one) => ({ ...one, text: one.lines.get('Capabilities') ?? '' })),
      accessDenied: this.#accessDenied,
      rows: this.#rows,
      complete: this.#hasEnd() && !this.#wasCut,
    }
  }

  /** The driver's lines and the hex dump come last. */
  #hasEnd(): boolean {
    const lasts = ['Kernel driver in use', 'Kernel modules']
    return this.complete || this.#rows.length > 0 || lasts.some((name) => this.#lines.has(name))
  }

  #takeRow(text: string): boolean {
    const [, offset, bytes] = row.exec(text) ?? []
    const last = this.#rows.at(-1)
    if (offset !== undefined && bytes !== undefined) {
      this.#rows.push({ at: Number.parseInt(offset, 16), bytes: toBytes(bytes).subarray(0, 16) })
    } else if (last !== undefined && last.bytes.length < 16 && rowEnd.test(text)) {
      last.bytes = Buffer.concat([last.bytes, toBytes(text)]).subarray(0, 16)
    } else return false
    this.#continue = undefined
    return true
  }

  #takeHeader(name: string, content: string): void {
    if (name === 'Capabilities') this.#takeCapability(content)
    else if (name.startsWith('Region ')) {
      const bar = { index: Number(name.slice('Region '.length)), text: content }
      this.#bars.push(bar)
      this.#continue = (text) => {
        bar.text = `${bar.text} ${text}`.trim()
      }
    } else {
      this.#names = undefined
      this.#open({ lines: this.#lines, name }, content)
    }
  }

  #takeResource(text: string): void {
    const rom = /^(\[virtual\] )?Expansion ROM at ?(.*)$/.exec(text)
    if (rom) {
      this.#rom = `${rom[2]}${rom[1] === undefined ? '' : ' [virtual]'}`
      this.#continue = (more) => {
        this.#rom += ` ${more}`
      }
      return
    }
    const bar = { index: undefined, text }
    this.#bars.push(bar)
    this.#continue = (more) => {
      bar.text += ` ${more}`
    }
  }

  /** `Region 0:` was the end of a wrapped line. */
  #waitsForMore(): boolean {
    return this.#bars.at(-1)?.text === ''
  }

  #takeNote(text: string): void {
    if (/^!!! Unknown header type/.test(text)) this.#unknownHeader = true
    if (/^<access denied/.test(text)) this.#accessDenied = true
    this.#continue = undefined
  }

  #takeCapability(content: string): void {
    if (content === '') {
      // The rest stands in the next line.
      this.#continue = (text) => this.#takeCapability(text)
      return
    }
    const [, offset, version, rest = ''] = capability.exec(content) ?? []
    if (offset === undefined) {
      // `<access denied>`, and `<available only to root>` in old versions.
      this.#accessDenied ||= content.startsWith('<')
      this.#continue = undefined
      return
    }
    const at = Number.parseInt(offset, 16)
    const lines = new Map<string, string>()
    this.#capabilities.push({
      offset: at,
      version: version === undefined ? undefined : Number(version),
      lines,
    })
    this.#names = namesOf(rest, at >= 0x100)
    this.#open({ lines, name: 'Capabilities' }, rest)
    const join = this.#continue
    this.#continue = (text) => {
      join?.(text)
      this.#names = namesOf(lines.get('Capabilities')!, at >= 0x100)
    }
  }

  #takeCapabilityLine(text: string): void {
    const [, name, content] = /^([^:]+?) ?: ?(.*)$/.exec(text)!
    const { lines } = this.#capabilities.at(-1)!
    this.#open({ lines, name: name! }, content!)
    // Below a virtual channel stand lines of the same names as the port's, and they are the channel's.
    if (/^VC\d+$/.test(name!)) this.#names = channelNames
  }

  /** Of a line that comes twice the first one counts. */
  #open({ lines, name }: Open, content: string): void {
    if (lines.has(name)) {
      this.#continue = undefined
      return
    }
    lines.set(name, content)
    this.#continue = (text) => lines.set(name, `${lines.get(name)} ${text}`.trim())
  }
}

const channelNames = new RegExp(`^(${moreNames.vc}) ?:`)
const namesByKind = new Map<string, RegExp>()

/** What begins the lines of a capability. */
function namesOf(text: string, extended: boolean): RegExp | undefined {
  const id = capabilityIdFromText(text, extended)
  const definition: Definition | undefined = id === undefined ? undefined : definitionOf(id, extended)
  if (definition === undefined) return undefined
  let names = namesByKind.get(definition.kind)
  if (names === undefined) {
    const ofTables = definition.layout.rows.map(({ register }) => register.line)
    const all = new Set([...ofTables, moreNames[definition.kind] ?? ''])
    all.delete('')
    all.delete('Capabilities')
    names = all.size === 0 ? /^\b\B/ : new RegExp(`^(${[...all].join('|')}) ?:`)
    namesByKind.set(definition.kind, names)
  }
  return names
}

function toBytes(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(' ', ''), 'hex')
}
