/**
 * This program against lspci, on real dumps and on made ones. Every disagreement that is accepted stands in
 * `explained`, with the reason; one that no dump shows any more fails the test too.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compare, type Disagreement, labelledRows } from '../../test/support/lspci-agreement.js'
import { type Dump, readDumps, writeDumps } from '../../test/support/lspci-output.js'
import { capabilityDefinitions, headerLayouts, type Row, virtualChannelResourceLayout } from './index.js'

const shared = process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../shared')
const folder = join(shared, 'corpus/hexdumps')
const files = existsSync(folder)
  ? (readdirSync(folder, { recursive: true, encoding: 'utf8' }) as string[])
      .filter((name) => statSync(join(folder, name)).isFile())
      .sort()
  : []
const lspci = process.env.HANDOVER_LSPCI ?? 'lspci'
const versionText = spawnSync(lspci, ['--version'], { encoding: 'utf8' }).stdout ?? ''
const version = /(\d+)\.(\d+)/.exec(versionText)?.slice(1).map(Number) as [number, number] | undefined
const isBefore = (minor: number) => version !== undefined && version[0] === 3 && version[1] < minor

const noLspci = version === undefined ? ' (skipped: no lspci here)' : ` (lspci ${version.join('.')})`
const noCorpus = files.length === 0 ? ' (skipped: no shared/corpus/hexdumps beside this checkout)' : ''

const scratch = mkdtempSync(join(tmpdir(), 'handover-lspci-'))
afterAll(() => rmSync(scratch, { recursive: true }))

/** What lspci says of these bytes. */
function decodedByLspci(dumps: readonly Dump[]): string {
  const file = join(scratch, 'dump')
  writeFileSync(file, writeDumps(dumps))
  return execFileSync(lspci, ['-F', file, '-vvvnn'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

type Found = Disagreement & { readonly file?: string }

interface Explained {
  readonly why: string
  readonly is: (disagreement: Found) => boolean
}

const everyOracle: readonly Explained[] = [
  {
    why: 'a target speed of 0 is allowed where 2.5GT/s is the only one; lspci prints what it means, we keep the 0',
    is: ({ where, ours, lspci }) =>
      where.endsWith('linkControl2.targetSpeed') && ours === '0' && lspci === '2.5GT/s',
  },
  {
    why: 'lspci prints the longest exit latency as "unlimited"; it is "more than 4 us" and "more than 64 us" (PCI Express Base Specification, Link Capabilities Register)',
    is: ({ where, ours }) => /l(0s|1)ExitLatency$/.test(where) && /^>(4|64)us$/.test(ours),
  },
]

const whenDecoding: readonly Explained[] = [
  ...everyOracle,
  {
    why: 'with -F lspci takes the upper half of a 64-bit BAR for a BAR of its own (show_bases in lspci.c)',
    is: ({ where, ours, lspci }) => /region \d$/.test(where) && ours === 'none' && / 0( |$)/.test(lspci),
  },
  {
    why: 'lspci prints an interrupt line without a pin as "pin ?"',
    is: ({ where, ours, lspci }) => where === 'header interruptPin' && ours === 'none' && lspci === 'no name',
  },
]

const cutNames: Explained = {
  why: 'lspci before 3.10 drops a name with its ids when they have 128 characters or more (devbuf in show_terse)',
  is: ({ where, lspci }) => where === 'ids' && lspci === 'undefined',
}

function check(disagreements: readonly Found[], explained: readonly Explained[]): void {
  const open = disagreements.filter((disagreement) => !explained.some(({ is }) => is(disagreement)))
  expect(open).toEqual([])
  const unused = explained.filter(({ is }) => !disagreements.some(is))
  expect(unused.map(({ why }) => why)).toEqual([])
}

describe(`lspci on real dumps${noLspci}${noCorpus}`, () => {
  it.skipIf(files.length === 0 || version === undefined)('agrees on every function', () => {
    let compared = 0
    const disagreements = files.flatMap((name) => {
      const dumps = readDumps(readFileSync(join(folder, name), 'utf8'))
      const comparison = compare(writeDumps(dumps), decodedByLspci(dumps))
      expect(comparison.functions, name).toBe(dumps.length)
      compared += comparison.compared
      return comparison.disagreements.map((disagreement) => ({ file: name, ...disagreement }))
    })
    expect(compared).toBeGreaterThan(30_000)
    check(disagreements, [...whenDecoding, ...(isBefore(10) ? [cutNames] : [])])
  })
})

/** What the text above each dump, printed by an lspci of the time on the machine itself, may say otherwise. */
const whenPrinted: readonly Explained[] = [
  ...everyOracle,
  {
    why: 'the text tells where the kernel put resources, the bytes what is in the registers',
    is: ({ where }) =>
      /^(region \d|expansion ROM|(I\/O|Memory|Prefetchable memory) behind bridge)/.test(where),
  },
  {
    why: 'the function sleeps, its bytes are all ones; the kernel remembers its ids',
    is: ({ where, ours }) =>
      /^(ids|class|programming interface|revision)$/.test(where) && /^[f:]+$/.test(ours),
  },
  {
    why: 'the text was printed with names only, or with numbers only',
    is: ({ where, lspci }) => /^(ids|class)$/.test(where) && lspci === 'undefined',
  },
  {
    why: 'the dump has only the bytes of the text above it, the text was printed from all of them, or the other way round',
    is: ({ where, ours, lspci }) => where === 'chain' && (lspci.startsWith(ours) || ours.startsWith(lspci)),
  },
  {
    why: 'lspci before 3.8 took the bridge flags of power management from the wrong register (pciutils 6da04fb)',
    is: ({ where }) => / pm bridge\./.test(where),
  },
  {
    why: 'an lspci of 2009, of which this dump shows the mistakes: slot number and root capabilities',
    is: ({ file, where }) =>
      file === 'pciutils/cap-pcie-1' && /(physicalSlot|rootCapabilities\.retryStatusVisible)$/.test(where),
  },
  {
    why: 'a title printed without its programming interface',
    is: ({ file, where }) => file === 'pciutils/tree-fsl-p2020' && where === 'programming interface',
  },
]

describe(`the text above real dumps${noCorpus}`, () => {
  it.skipIf(files.length === 0)('agrees on every field', () => {
    const disagreements = files.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'utf8')
      return compare(writeDumps(readDumps(text)), text).disagreements.map((d) => ({ file: name, ...d }))
    })
    check(disagreements, whenPrinted)
  })
})

// ---- Made dumps: one function for every bit of every row that lspci has a label for

const put16 = (bytes: Uint8Array, at: number, value: number) => {
  bytes[at] = value & 0xff
  bytes[at + 1] = value >> 8
}

/** A function with a PCI Express capability of this type at 0x40, as the place for everything else. */
function blank(type: number, sizeBytes: number, headerType = 0): Uint8Array {
  const bytes = new Uint8Array(sizeBytes)
  put16(bytes, 0x00, 0x1234)
  put16(bytes, 0x02, 0x5678)
  put16(bytes, 0x06, 0x10)
  put16(bytes, 0x0a, headerType === 1 ? 0x0604 : headerType === 2 ? 0x0607 : 0x0000)
  bytes[0x0e] = headerType
  bytes[headerType === 2 ? 0x14 : 0x34] = 0x40
  bytes[0x40] = 0x10
  put16(bytes, 0x42, 0x0002 | (type << 4) | 0x0100)
  return bytes
}

/** Types that between them have every register of the PCI Express capability, and print every label. */
const expressTypes = [0x0, 0x1, 0x4, 0x5, 0x6, 0x7, 0x8, 0x9, 0xa]

/** One copy of `base` for each bit of each row, that bit turned over. */
function eachBit(base: Uint8Array, at: number, rows: readonly Row[]): Uint8Array[] {
  return rows.flatMap(({ register, field }) =>
    Array.from({ length: field.hi - field.lo + 1 }, (_, i) => {
      const bit = 8 * (at + register.at) + field.lo + i
      const bytes = Uint8Array.from(base)
      bytes[bit >> 3]! ^= 1 << (bit & 7)
      return bytes
    }),
  )
}

function madeFunctions(): Uint8Array[] {
  const made: Uint8Array[] = []
  for (const [headerType, { rows }] of [
    headerLayouts.type0,
    headerLayouts.type1,
    headerLayouts.type2,
  ].entries()) {
    const base = blank(0, 0x80, headerType)
    put16(base, 0x06, 0)
    base.fill(0, 0x40)
    // The bus master bit makes lspci print the latency line. The header type itself is not turned over.
    base[0x04] = 0x04
    made.push(
      ...eachBit(
        base,
        0,
        rows.filter(({ path }) => !path.startsWith('headerType') && path !== 'capabilityPointer'),
      ),
    )
  }
  for (const { kind, id, extended, layout } of capabilityDefinitions) {
    const rows = layout.rows.filter(({ field }) => field.lspci.length > 0)
    if (rows.length === 0) continue
    if (kind === 'express') {
      for (const type of expressTypes) made.push(...eachBit(blank(type, 0x80), 0x40, rows))
      // Function 0 behind a port prints these only when another bit is set.
      for (const bits of [
        [0x44 + 3, 0x10],
        [0x64 + 2, 0x20],
        [0x6c + 3, 0x80],
        [0x4c + 1, 0x0c],
      ] as const) {
        for (const type of [0x0, 0x4]) {
          const base = blank(type, 0x80)
          base[bits[0]]! |= bits[1]
          made.push(...eachBit(base, 0x40, rows))
        }
      }
    } else if (extended) {
      for (const type of [0x0, 0x4]) {
        const base = blank(type, 0x180)
        put16(base, 0x100, id)
        put16(base, 0x102, 1)
        made.push(...eachBit(base, 0x100, rows))
        if (kind === 'l1-substates') {
          base[0x104] = 0x0f
          made.push(...eachBit(base, 0x100, rows))
        }
        if (kind === 'device3') {
          base[0x104] = 0x08
          made.push(...eachBit(base, 0x100, rows))
        }
        if (kind === 'vc') made.push(...eachBit(base, 0x110, virtualChannelResourceLayout.rows))
      }
    } else {
      for (const headerType of [0, 1]) {
        const base = blank(0, 0x100, headerType)
        base[0x41] = 0x80
        base[0x80] = id
        // lspci gives up on an entry of Enhanced Allocation without its two dwords.
        if (kind === 'ea')
          for (let entry = headerType === 1 ? 0x88 : 0x84; entry < 0x100; entry += 12) base[entry] = 2
        made.push(...eachBit(base, 0x80, rows))
      }
    }
  }
  return made
}

/** What lspci began to print in 3.N. */
const printedSince: readonly (readonly [minor: number, rows: RegExp])[] = [
  [11, /^express deviceControl2\.(ido|emergencyPower|endToEnd)|^pri status\.pasidRequired$/],
  [12, /^express deviceCapabilities\.teeIo$/],
  [13, /^aer correctable(Status|Mask)\.(internal|headerLogOverflow)$/],
  [
    13,
    /^aer uncorrectable\w+\.(internal|multicast|atomic|prefix|poisonedEgress|deferrable|ide|misrouted|pcrc|translation)/,
  ],
  [14, /^express (linkControl|linkStatus2)\.flitMode|^device3 /],
]

describe(`lspci on made dumps${noLspci}`, () => {
  it.skipIf(version === undefined)('agrees on each bit alone, and prints every label of the tables', () => {
    const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0')
    const dumps = madeFunctions().map((bytes, i) => ({
      address: `${hex(i >> 8, 4)}:${hex(i & 0xff, 2)}:00.0`,
      bytes,
    }))
    const { functions, disagreements, rowsSeen } = compare(writeDumps(dumps), decodedByLspci(dumps))
    expect(functions).toBe(dumps.length)
    check(disagreements, [everyOracle[0]!, whenDecoding.at(-1)!])
    const tooNew = (row: string) => printedSince.some(([minor, rows]) => isBefore(minor) && rows.test(row))
    expect(labelledRows().filter((row) => !rowsSeen.has(row))).toEqual(labelledRows().filter(tooNew))
  })
})
