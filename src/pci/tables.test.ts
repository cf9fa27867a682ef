/** Every row of every register table: the bits it claims, the source it cites, and that it alone moves its field. */
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  barLayout,
  ConfigSpace,
  capabilityDefinitions,
  decode,
  definitionOf,
  efiRomHeaderLayout,
  enhancedAllocationEntryLayout,
  headerLayouts,
  type Layout,
  type Row,
  resizableBarLayout,
  romDataLayout,
  romHeaderLayout,
  virtualChannelResourceLayout,
} from './index.js'

interface Table {
  readonly name: string
  readonly layout: Layout
  /** What the offsets of the cited macros are counted from, where it is not what the table counts from. */
  readonly base: number
}

const tables: readonly Table[] = [
  ...Object.entries(headerLayouts).map(([name, layout]) => ({ name, layout, base: 0 })),
  ...capabilityDefinitions
    .filter(({ layout }) => layout.rows.length > 0)
    .map(({ kind, id, layout }) => ({ name: `${kind} (${id.toString(16)})`, layout, base: 0 })),
  { name: 'BAR', layout: barLayout, base: 0x10 },
  { name: 'Resizable BAR entry', layout: resizableBarLayout, base: 0x04 },
  { name: 'virtual channel', layout: virtualChannelResourceLayout, base: 0x10 },
  { name: 'ROM header', layout: romHeaderLayout, base: 0 },
  { name: 'EFI ROM header', layout: efiRomHeaderLayout, base: 0 },
  { name: 'ROM data structure', layout: romDataLayout, base: 0 },
  { name: 'Enhanced Allocation entry', layout: enhancedAllocationEntryLayout, base: 0 },
]

const rows = tables.flatMap(({ name, layout, base }) =>
  layout.rows.map((row) => ({ name: `${name}: ${row.path}`, base, row })),
)

const bitsOf = ({ register, field }: Row) =>
  Array.from({ length: field.hi - field.lo + 1 }, (_, i) => 8 * register.at + field.lo + i)

const sizeBytes = 0x44
const bytesWith = (bits: readonly number[], on: boolean) => {
  const bytes = new Uint8Array(sizeBytes).fill(on ? 0 : 0xff)
  for (const bit of bits) bytes[bit >> 3]! ^= 1 << (bit & 7)
  return bytes
}

/** Every decoded value by its row's path. */
function valuesOf(layout: Layout, space: ConfigSpace): Map<string, unknown> {
  const decoded = decode(layout, space, 0) as Record<string, unknown>
  return new Map(
    layout.rows.map(({ path }) => {
      const [register, field] = path.split('.')
      const content = decoded[register!]
      return [path, field === undefined ? content : (content as Record<string, unknown>)[field]]
    }),
  )
}

/** The rows whose values differ between two spaces. */
function changed(layout: Layout, a: ConfigSpace, b: ConfigSpace): string[] {
  const before = valuesOf(layout, a)
  const after = valuesOf(layout, b)
  return [...before.keys()].filter((path) => before.get(path) !== after.get(path))
}

describe('a row', () => {
  it.each(tables)('of $name lies within its register', ({ layout }) => {
    for (const { path, register, field } of layout.rows) {
      expect(field.lo, path).toBeLessThanOrEqual(field.hi)
      expect(field.hi, path).toBeLessThan(8 * register.bytes)
      if (field.show === 'names')
        expect(field.names.length, path).toBeLessThanOrEqual(2 ** (field.hi - field.lo + 1))
    }
  })

  it.each(tables)('of $name changes with each of its bits alone, and no other does', ({ layout }) => {
    const claimed = (bit: number) =>
      layout.rows.filter((row) => bitsOf(row).includes(bit)).map(({ path }) => path)
    for (const row of layout.rows) {
      for (const on of [true, false]) {
        const base = new ConfigSpace(bytesWith([], on))
        for (const bit of bitsOf(row)) {
          const flipped = changed(layout, base, new ConfigSpace(bytesWith([bit], on)))
          expect(flipped, `${row.path}: bit ${bit} ${on ? 'set' : 'cleared'}`).toEqual(claimed(bit))
          expect(flipped).toContain(row.path)
        }
      }
    }
  })

  it.each(tables)('of $name is unknown when one of its bits is, and no other is', ({ layout }) => {
    const bytes = bytesWith([], true)
    for (const row of layout.rows) {
      for (const bit of bitsOf(row)) {
        const values = valuesOf(layout, new ConfigSpace(bytes, bytesWith([bit], false)))
        const unknown = layout.rows.filter(({ path }) => values.get(path) === undefined)
        expect(unknown, `bit ${bit}`).toEqual(layout.rows.filter((other) => bitsOf(other).includes(bit)))
        expect(unknown).toContain(row)
      }
    }
  })

  it.each(tables)('of $name claims no bit twice', ({ name, layout }) => {
    const owners = new Map<number, string[]>()
    for (const row of layout.rows) {
      // Two ways to read one place: which one holds depends on other bits.
      if (row.register.part !== undefined && name.startsWith('msi (')) continue
      for (const bit of bitsOf(row)) owners.set(bit, [...(owners.get(bit) ?? []), row.path])
    }
    const shared = [...new Set([...owners.values()].filter((paths) => paths.length > 1).map(String))]
    // A BAR's first bit says whether it is an I/O or a memory address; the memory type stands in I/O address bits.
    const expected = [
      'low.type,low.ioAddress',
      'low.prefetchable,low.ioAddress',
      'low.memoryAddress,low.ioAddress',
    ]
    expect(shared).toEqual(name === 'BAR' ? expected.filter((pair) => shared.includes(pair)) : [])
  })
})

describe('what is read outside the known bytes', () => {
  it.each(tables)('is unknown throughout in $name', ({ layout }) => {
    for (const value of valuesOf(layout, new ConfigSpace(new Uint8Array(0))).values())
      expect(value).toBeUndefined()
  })
})

// ---- The cited macros

/** Headers that define the macros; with HANDOVER_PCI_HEADERS (paths, colons between) every macro must be in one. */
const given = process.env.HANDOVER_PCI_HEADERS?.split(':')
const headers = (given ?? ['/usr/include/linux/pci_regs.h']).filter((path) => existsSync(path))
const hint = headers.length > 0 ? '' : ' (skipped: no linux/pci_regs.h here; it is in linux-libc-dev)'

/** `#define NAME 0x10`, `#define NAME(x) (((x) >> 8) & 0xff)`, ... as a number: an offset or a mask. */
function macrosIn(text: string): Map<string, number> {
  const macros = new Map<string, number>()
  for (const [, name, , body] of text.matchAll(/^#\s*define\s+(PCI_\w+)(\(x\))?\s+(.+)$/gm)) {
    const value = macroValue(body!.replace(/\/\*.*$|\/\/.*$/, '').trim(), macros)
    // The first header wins: pciutils has some names of Linux with other meanings.
    if (value !== undefined && !macros.has(name!)) macros.set(name!, value)
  }
  return macros
}

function macroValue(body: string, macros: ReadonlyMap<string, number>): number | undefined {
  const number = (text: string) => Number(text.replace(/[UL]+$/i, ''))
  const is = (pattern: RegExp) => pattern.exec(body)?.slice(1)
  const plain = is(/^\(?(0x[0-9a-f]+|\d+)(?:[UL]*)\)?$/i)
  if (plain) return number(plain[0]!)
  const complement = is(/^\(?~\(?(?:\(pciaddr_t\))?(0x[0-9a-f]+)U?L*\)?\)?$/i)
  if (complement) return ~number(complement[0]!) >>> 0
  const genmask = is(/^__GENMASK\((\d+), (\d+)\)$/)
  if (genmask) return ((2 ** (+genmask[0]! - +genmask[1]! + 1) - 1) * 2 ** +genmask[1]!) >>> 0
  const low = is(/^\(\(x\) & ~?(0x[0-9a-f]+|\d+)\)$/i)
  if (low) return body.includes('~') ? ~number(low[0]!) >>> 0 : number(low[0]!)
  const shifted = is(/^\(\(\(x\) >> (\d+)\) & (0x[0-9a-f]+|\d+)\)$/i)
  if (shifted) return (number(shifted[1]!) * 2 ** +shifted[0]!) >>> 0
  const top = is(/^\(\(x\) >> (\d+)\)$/)
  if (top) return (0xffffffff & (0xffffffff << +top[0]!)) >>> 0
  const alias = is(/^(PCI_\w+)$/)
  return alias ? macros.get(alias[0]!) : undefined
}

/** What a macro was in older headers, before a revision of the specification widened the field. */
const outdated = new Map([['PCI_REBAR_CAP_SIZES', 0xfffff0]])

describe(`the cited macros${hint}`, () => {
  const macros = macrosIn(headers.map((path) => readFileSync(path, 'utf8')).join('\n'))
  const lookUp = (cite: string) => {
    const [, name, plus] = /^(PCI_\w+)(?: \+ (\d+))?$/.exec(cite) ?? []
    const found = name === undefined ? undefined : macros.get(name)
    return found === undefined ? undefined : found + Number(plus ?? 0)
  }

  it('are macros, or name a specification', () => {
    for (const { row } of rows) {
      for (const { cite } of [row.register, row.field])
        expect(cite).toMatch(/^(PCI_[A-Za-z0-9_]+( \+ \d+)?|(PCIe?|UEFI)\b.*: .+)$/)
    }
  })

  it.skipIf(headers.length === 0)('have a name here for every capability id', () => {
    const ids = [...macros].filter(([name]) => /^PCI_(EXT_)?CAP_ID_(?!MAX|MASK)/.test(name))
    expect(ids.length).toBeGreaterThan(50)
    const unnamed = ids.filter(
      ([name, id]) => definitionOf(id, name.startsWith('PCI_EXT')).kind === 'unknown',
    )
    expect(unnamed).toEqual([])
  })

  it.skipIf(headers.length === 0)('say the same as the rows', () => {
    const missing = new Set<string>()
    const different: string[] = []
    let checked = 0
    for (const { name, base, row } of rows) {
      const { register, field } = row
      const mask = Number(((1n << BigInt(field.hi - field.lo + 1)) - 1n) << BigInt(field.lo))
      // A field that fills whole bytes is cited by its offset where there is no mask for it.
      const place = register.at + base + field.lo / 8
      for (const [cite, right] of [
        [register.cite, 'field' in register ? [mask, register.at + base, place] : [register.at + base]],
        [field.cite, 'field' in register ? [mask, register.at + base, place] : [mask, place]],
      ] as const) {
        const found = lookUp(cite)
        if (found === undefined) missing.add(cite)
        else if (found !== outdated.get(cite)) {
          checked++
          // Linux writes ~0x0f for a mask of any width.
          const cut = register.bytes < 4 && found >= 2 ** 31 ? found % 2 ** (8 * register.bytes) : found
          if (!(right as readonly number[]).includes(cut))
            different.push(`${name}: ${cite} is 0x${found.toString(16)}`)
        }
      }
    }
    expect(different).toEqual([])
    const macroNames = [...missing].filter((cite) => cite.startsWith('PCI_'))
    if (given !== undefined) expect(macroNames).toEqual([])
    expect(checked).toBeGreaterThan(500)
  })
})
