/** Reads and writes what lspci prints: hex dumps (`-xxxx`) and decoded reports (`-vvvnn`). */

export interface Dump {
  readonly address: string
  readonly bytes: Uint8Array
}

const functionLine = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s/i

/**
 * The functions of a hex dump, in its order; other text is passed over. Where bytes are missing in the middle (an
 * error message written into the dump), the function's bytes end there.
 */
export function readDumps(text: string): Dump[] {
  const dumps: { address: string; bytes: number[] }[] = []
  for (const line of text.split(/\r?\n/)) {
    const [, domain = '0000', address] = functionLine.exec(line) ?? []
    if (address !== undefined) dumps.push({ address: `${domain}:${address}`, bytes: [] })
    const [, offset, bytes] = /^([0-9a-f]{2,3}):((?: [0-9a-f]{2}){1,16})(?=\s|$)/i.exec(line) ?? []
    const current = dumps.at(-1)
    if (offset === undefined || current === undefined) continue
    if (Number.parseInt(offset, 16) !== current.bytes.length) continue
    current.bytes.push(
      ...bytes!
        .trim()
        .split(' ')
        .map((byte) => Number.parseInt(byte, 16)),
    )
  }
  return dumps.filter(({ bytes }) => bytes.length > 0).map((d) => ({ ...d, bytes: Uint8Array.from(d.bytes) }))
}

/** Hex dumps that `lspci -F` takes: nothing but addresses and bytes, 16 in a line. */
export function writeDumps(dumps: readonly Dump[]): string {
  return dumps
    .map(({ address, bytes }) => {
      const lines = [`${address} `]
      for (let at = 0; at < bytes.length; at += 16) {
        const row = [...bytes.subarray(at, at + 16)].map((byte) => byte.toString(16).padStart(2, '0'))
        lines.push(`${at.toString(16).padStart(2, '0')}: ${row.join(' ')}`)
      }
      return `${lines.join('\n')}\n`
    })
    .join('\n')
}

export interface Lines {
  /** By the words before the first colon; a line with more tabs than the first one continues it. */
  readonly lines: Map<string, string>
}

export interface ReportedCapability extends Lines {
  readonly offset: number
  readonly version: number | undefined
  readonly text: string
}

export interface ReportedFunction extends Lines {
  readonly address: string
  readonly title: string
  readonly regions: Map<number, string>
  readonly capabilities: ReportedCapability[]
}

/** What `lspci -vvvnn` prints, split into functions, capabilities and lines. */
export function readReport(text: string): ReportedFunction[] {
  const functions: ReportedFunction[] = []
  let block: Lines | undefined
  let name = ''
  for (const line of text.split('\n')) {
    const [, domain = '0000', address] = functionLine.exec(line) ?? []
    if (address !== undefined) {
      const fresh = {
        address: `${domain}:${address}`,
        title: line,
        regions: new Map(),
        capabilities: [],
        lines: new Map(),
      }
      functions.push(fresh)
      block = fresh
      continue
    }
    const current = functions.at(-1)
    if (current === undefined || block === undefined || !line.startsWith('\t')) continue
    const [, offset, version, rest] = /^\tCapabilities: \[([0-9a-f]+)(?: v(\d+))?\] (.*)$/.exec(line) ?? []
    if (offset !== undefined) {
      const capability = {
        offset: Number.parseInt(offset, 16),
        version: version === undefined ? undefined : Number(version),
        text: rest!,
        lines: new Map([['Capabilities', rest!]]),
      }
      current.capabilities.push(capability)
      block = capability
      continue
    }
    const [, region, rest2] = /^\tRegion (\d+): (.*)$/.exec(line) ?? []
    if (region !== undefined) current.regions.set(Number(region), rest2!)
    // Header lines have one tab, a capability's lines two; with more than that a line continues the one before.
    const depth = /^\t*/.exec(line)![0].length
    const [, prefix, content] = /^\t+([^:\t]+):\s*(.*)$/.exec(line) ?? []
    const starts =
      prefix !== undefined && !line.slice(depth).startsWith(' ') && depth === (block === current ? 1 : 2)
    if (starts) {
      name = prefix
      block.lines.set(name, content!)
    } else if (block.lines.has(name)) block.lines.set(name, `${block.lines.get(name)} ${line.trim()}`)
  }
  return functions
}
