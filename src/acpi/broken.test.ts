/** Broken tables: what is there is decoded, what is wrong is listed, and nothing throws or hangs. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acpiDecoders } from '../../test/support/acpi-parts.js'
import {
  acpiEntry,
  acpiTable,
  andd,
  bytesOf,
  dmarTable,
  drhd,
  entry4,
  idMapping,
  iortNode,
  iortTable,
  ivhd,
  ivmd,
  ivrsTable,
  repaired,
  rmrr,
  scope,
  u8,
  u16,
  u32,
  u64,
  viotPciRange,
  viotTable,
} from '../../test/support/acpi-tables.js'
import { madeTables } from '../../test/support/made-acpi.js'
import { decodeDmar, decodeIort, decodeIvrs, decodeViot } from './index.js'

const unit = drhd({ base: 0xfed9_0000, all: true })
const structure = (type: number, length: number, bytes = 4) =>
  bytesOf(u16(type), u16(length), new Uint8Array(bytes - 4))
const kinds = ({ structures }: { structures: readonly { kind: string }[] }) =>
  structures.map(({ kind }) => kind)

describe('a table', () => {
  it('that has no room for its header', () => {
    expect(decodeDmar(new Uint8Array(35))).toEqual({
      header: null,
      fields: null,
      structures: [],
      problems: [{ kind: 'past-end', at: 0, lengthBytes: 36, hereBytes: 35 }],
    })
  })

  it.each(Object.keys(madeTables) as (keyof typeof madeTables)[])(
    '%s that ends with its header, or says that it is shorter',
    (signature) => {
      const header = acpiTable(signature, 1)
      expect(acpiDecoders[signature](header)).toMatchObject({
        header: { signature, oemId: 'MADE', oemTableId: 'TABLE', creatorId: 'TEST', lengthBytes: 36 },
        fields: null,
        problems: [{ kind: 'too-short', at: 0, lengthBytes: 36, leastBytes: 48 }],
      })
      header[4] = 8
      expect(acpiDecoders[signature](header).problems).toContainEqual({
        kind: 'too-short',
        at: 0,
        lengthBytes: 8,
        leastBytes: 36,
      })
    },
  )

  it('of another signature, with a wrong checksum, is decoded all the same', () => {
    const table = dmarTable({}, unit)
    table[0] = 'X'.charCodeAt(0)
    const { problems, ...rest } = decodeDmar(table)
    expect(kinds(rest)).toEqual(['drhd'])
    expect(problems).toEqual([
      { kind: 'wrong-signature', at: 0, signature: 'XMAR', wanted: 'DMAR' },
      { kind: 'wrong-checksum', at: 9, checksum: table[9], right: (table[9]! + 256 - 20) % 256 },
    ])
    table[9] = (table[9]! + 256 - 20) % 256
    expect(decodeDmar(table).problems).toHaveLength(1)
  })

  it('that was cut says so and nothing of its checksum; bytes behind it are told', () => {
    const table = dmarTable({}, unit, rmrr(0x1000, 0x1fff))
    const cut = decodeDmar(table.subarray(0, table.length - 8))
    expect(kinds(cut)).toEqual(['drhd'])
    expect(cut.problems).toEqual([
      { kind: 'past-end', at: 0, lengthBytes: 88, hereBytes: 80 },
      { kind: 'past-end', at: 64, lengthBytes: 24, hereBytes: 16 },
    ])
    expect(decodeDmar(bytesOf(table, u16(0))).problems).toEqual([
      { kind: 'trailing-bytes', at: 88, hereBytes: 2 },
    ])
  })
})

describe('DMAR', () => {
  it.each([
    ['of length 0', structure(0, 0), { kind: 'too-short', at: 64, lengthBytes: 0, leastBytes: 4 }, 1],
    [
      'shorter than its fields',
      structure(0, 8, 8),
      { kind: 'too-short', at: 64, lengthBytes: 8, leastBytes: 16 },
      2,
    ],
    [
      'of an unknown type',
      structure(7, 8, 8),
      { kind: 'unknown-type', at: 64, what: 'structure', type: 7, lengthBytes: 8 },
      2,
    ],
    [
      'longer than the table',
      structure(1, 200, 24),
      { kind: 'past-end', at: 64, lengthBytes: 200, hereBytes: 40 },
      2,
    ],
  ])('finds what it can around a structure %s', (_, broken, problem, units) => {
    const { problems, structures } = decodeDmar(dmarTable({}, unit, broken, unit))
    expect(problems[0]).toEqual(problem)
    expect(structures).toHaveLength(units)
  })

  it('notes bytes too few for a structure', () => {
    expect(decodeDmar(dmarTable({}, unit, bytesOf(u16(0)))).problems).toEqual([
      { kind: 'trailing-bytes', at: 64, hereBytes: 2 },
    ])
  })

  it('notes scopes of unknown types, of no length, with half a path', () => {
    const problemsOf = (...scopes: Uint8Array[]) =>
      decodeDmar(dmarTable({}, drhd({ base: 0 }, ...scopes))).problems
    expect(problemsOf(scope(6, 0, [1, 0]))).toEqual([
      { kind: 'unknown-type', at: 64, what: 'device-scope', type: 6, lengthBytes: 8 },
    ])
    expect(problemsOf(bytesOf(u8(1), u8(0), u32(0)))).toEqual([
      { kind: 'too-short', at: 64, lengthBytes: 0, leastBytes: 6 },
    ])
    expect(problemsOf(scope(1, 0, [1, 0, 2]))).toEqual([{ kind: 'trailing-bytes', at: 72, hereBytes: 1 }])
  })

  it.each([
    [0x2000, 0x0fff],
    [0x1001, 0x1fff],
    [0x1000, 0x1ffe],
  ])('notes a region from 0x%x to 0x%x', (start, end) => {
    expect(decodeDmar(dmarTable({}, rmrr(start, end))).problems).toEqual([
      { kind: 'bad-region', at: 48, start: BigInt(start), end: BigInt(end) },
    ])
  })

  it('reads a name that nothing ends up to the end of its structure', () => {
    const { problems, structures } = decodeDmar(dmarTable({}, andd(1, '\\_SB.X'), unit))
    expect(structures[0]).toMatchObject({ kind: 'andd', name: '\\_SB.X' })
    expect(problems).toEqual([{ kind: 'unterminated-name', at: 56 }])
  })
})

describe('IVRS', () => {
  const problemsOf = (...entries: Uint8Array[]) =>
    decodeIvrs(ivrsTable(0, ivhd(0x10, {}, ...entries))).problems

  it.each([
    ['of 4 bytes', bytesOf(u8(0x05), new Uint8Array(3)), 4],
    ['of 8 bytes', bytesOf(u8(0x49), new Uint8Array(7)), 8],
    ['of 16 bytes', bytesOf(u8(0x80), new Uint8Array(15)), 16],
    ['of 32 bytes', bytesOf(u8(0xc1), new Uint8Array(31)), 32],
  ])('goes on behind an unknown entry %s', (_, entry, lengthBytes) => {
    const { problems, structures } = decodeIvrs(ivrsTable(0, ivhd(0x10, {}, entry, entry4(0x02, 8))))
    expect(problems).toEqual([
      { kind: 'unknown-type', at: 0x48, what: 'device-entry', type: entry[0], lengthBytes },
    ])
    expect(structures[0]).toMatchObject({ entries: [{ kind: 'select', deviceId: 8 }] })
  })

  it('goes on with the next block behind an entry of no known length', () => {
    const { problems, structures } = decodeIvrs(
      ivrsTable(0, ivhd(0x10, {}, entry4(0xf1, 0)), ivmd(0x21, 8, 1, 0, 0x1000, 0x1000)),
    )
    expect(problems).toEqual([
      { kind: 'unknown-type', at: 0x48, what: 'device-entry', type: 0xf1, lengthBytes: undefined },
    ])
    expect(structures).toHaveLength(2)
  })

  it('notes entries that are cut, and ranges without a start or an end', () => {
    expect(problemsOf(entry4(0x42, 0))).toEqual([
      { kind: 'past-end', at: 0x48, lengthBytes: 8, hereBytes: 4 },
    ])
    expect(problemsOf(entry4(0xf0, 0))).toEqual([
      { kind: 'past-end', at: 0x48, lengthBytes: 22, hereBytes: 4 },
    ])
    const cut = acpiEntry(0, 'AMDI0020', 2, bytesOf('\\_SB.FUR0')).subarray(0, 25)
    expect(problemsOf(cut)).toEqual([{ kind: 'past-end', at: 0x48, lengthBytes: 31, hereBytes: 25 }])
    expect(problemsOf(entry4(0x04, 8))).toEqual([{ kind: 'half-range', at: 0x48 }])
    expect(problemsOf(entry4(0x03, 8))).toEqual([{ kind: 'half-range', at: 0x48 }])
    expect(problemsOf(entry4(0x03, 8), entry4(0x03, 9), entry4(0x04, 10))).toEqual([
      { kind: 'half-range', at: 0x48 },
    ])
  })

  it('tells UIDs by their format', () => {
    const uids = [
      [0, bytesOf(), null],
      [1, bytesOf(u64(7)), 7n],
      [1, bytesOf(u32(7)), null],
      [2, bytesOf('\\_SB.X'), '\\_SB.X'],
      [3, bytesOf(u8(1)), null],
    ] as const
    const entries = uids.map(([format, uid]) => acpiEntry(8, 'PNP0A03', format, uid))
    const { structures, problems } = decodeIvrs(ivrsTable(0, ivhd(0x40, {}, ...entries)))
    expect(structures[0]).toMatchObject({
      entries: uids.map(([, , uid]) => ({ uid, hardwareId: 'PNP0A03', compatibleId: 0 })),
    })
    expect(problems).toEqual([])
  })

  it('notes a block of memory of odd size', () => {
    expect(decodeIvrs(ivrsTable(0, ivmd(0x20, 1, 0, 0, 0x1000, 0))).problems).toEqual([
      { kind: 'bad-region', at: 48, start: 0x1000n, end: 0xfffn },
    ])
  })
})

describe('IORT and VIOT', () => {
  it('note nodes that are not where the table says, counts that are not right, references to nowhere', () => {
    const its = iortNode(0, 1, bytesOf(u32(3), u32(1)))
    const complex = iortNode(2, 0, bytesOf(u64(0), u32(0), u32(0)), [idMapping(0, 1, 0, 0x31)])
    const { nodes, problems } = decodeIort(iortTable(0, [its, complex], 3))
    expect(nodes).toMatchObject([
      { kind: 'its-group', identifiers: [1] },
      { kind: 'root-complex', memoryAddressBits: undefined, maxPasidBits: undefined },
    ])
    expect(problems).toEqual([
      { kind: 'past-end', at: 0x44, lengthBytes: 12, hereBytes: 4 },
      { kind: 'wrong-count', at: 0x24, count: 3, found: 2 },
      { kind: 'dangling-reference', at: 0x68, target: 0x31 },
    ])
    const viot = decodeViot(viotTable([viotPciRange([0, 0], [0, 8], 0x90)], 2))
    expect(viot.problems).toEqual([
      { kind: 'wrong-count', at: 0x24, count: 2, found: 1 },
      { kind: 'dangling-reference', at: 0x30, target: 0x90 },
    ])
    const moved = repaired(Uint8Array.from(viotTable([]), (byte, at) => (at === 0x26 ? 0x31 : byte)))
    expect(decodeViot(moved).problems).toEqual([{ kind: 'dangling-reference', at: 0x26, target: 0x31 }])
  })

  it('keep to the node, whatever its offsets say', () => {
    const lying = iortNode(
      3,
      1,
      bytesOf(u64(0), u64(0), u32(0), u32(0), u32(0xffff_fff0), u32(2), u32(0), u32(0), u32(0)),
    )
    const node = decodeIort(iortTable(5, [lying])).nodes[0]
    // They start where the node does.
    expect(node).toMatchObject({ globalInterrupts: null, contextInterrupts: [{ gsiv: 0x0100_3c03 }, {}] })
    const mapped = iortNode(4, 4, new Uint8Array(44)).map((byte, at) => (at === 8 ? 0xff : byte))
    const { nodes, problems } = decodeIort(iortTable(5, [mapped]))
    expect(nodes[0]).toMatchObject({ kind: 'smmu-v3', mappings: [{}, {}, {}] })
    expect(problems[0]).toMatchObject({ kind: 'past-end', at: 0x30, lengthBytes: 0xff * 20, hereBytes: 60 })
  })
})

describe.each(Object.keys(madeTables) as (keyof typeof madeTables)[])('any bytes as %s', (signature) => {
  const decode = acpiDecoders[signature]

  it('are decoded without a throw, in as many parts as there is room for', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const { parts, problems } = decode(bytes)
        // The least of all structures has 4 bytes; mappings and interrupts of several nodes cannot stand in one place.
        expect(parts.length).toBeLessThanOrEqual(2 + bytes.length / 4)
        expect(problems.length).toBeLessThanOrEqual(6 + bytes.length)
      }),
      { numRuns: 300 },
    )
  })

  it('that were a good table are decoded too, cut and changed anywhere', () => {
    const table = madeTables[signature]
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(table.length - 1), fc.nat(255)), { maxLength: 12 }),
        fc.nat(table.length),
        (changes, cut) => {
          const bytes = table.slice(0, table.length - cut)
          for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
          const { header, parts } = decode(bytes)
          expect(header === null).toBe(bytes.length < 36)
          for (const { at, layout } of parts) expect(at + layout.sizeBytes).toBeLessThanOrEqual(bytes.length)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('say of a changed byte that the checksum is wrong', () => {
    const table = madeTables[signature]
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: table.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, more) => {
          const bytes = table.slice()
          bytes[at] = (bytes[at]! + more) % 256
          expect(decode(bytes).problems).toContainEqual(
            expect.objectContaining({ kind: 'wrong-checksum', at: 9 }),
          )
        },
      ),
      { numRuns: 50 },
    )
  })
})
