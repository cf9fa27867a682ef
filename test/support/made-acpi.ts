/** One made table of each kind, with every structure that the program knows. */
import {
  acpiEntry,
  andd,
  bytesOf,
  dmarTable,
  drhd,
  entry4,
  entry8,
  flaggedScopes,
  idMapping,
  iortNode,
  iortTable,
  ivhd,
  ivmd,
  ivrsTable,
  rhsa,
  rmrr,
  scope,
  u8,
  u16,
  u32,
  u64,
  viotPciRange,
  viotTable,
  viotVirtioPci,
} from './acpi-tables.js'

export const madeDmar = dmarTable(
  { width: 46, flags: 0x05 },
  drhd({ base: 0xfed9_0000 }, scope(1, 0, [0x02, 0]), scope(2, 0, [0x1c, 4, 0, 0])),
  drhd(
    { base: 0xfed9_1000, all: true, size: 2 },
    scope(3, 0xf0, [0x1f, 0], 2),
    scope(4, 0, [0x1f, 0]),
    scope(5, 0, [], 1),
  ),
  rmrr(0x8b80_0000, 0x8fff_ffff, scope(1, 0, [0x02, 0])),
  flaggedScopes(2, 1, scope(2, 0, [0x1c, 4])),
  rhsa(0xfed9_0000, 3),
  andd(1, '\\_SB.PC00.I2C0\0'),
  flaggedScopes(5, 1, scope(1, 0, [0x02, 0])),
  flaggedScopes(6, 0, scope(1, 0, [0x14, 0])),
)

const entries = [
  entry4(0x02, 0x0010, 0xd7),
  entry4(0x03, 0x0100),
  entry4(0x04, 0x01ff),
  entry4(0x00, 0),
  entry8(0x42, 0x0300, 0x0200),
  entry8(0x43, 0x0400, 0x00a5),
  entry4(0x04, 0x04ff),
  entry8(0x46, 0x0500, 0, 0, 0x80),
  entry8(0x47, 0x0600, 0),
  entry4(0x04, 0x06ff),
  entry8(0x48, 0, 0x00a0, 0, 2),
  entry8(0x48, 0, 0x00a0, 33, 1),
]
export const madeIvrs = ivrsTable(
  0x0020_3043,
  ivhd(0x10, { attributes: 0x8004_8f6e }, ...entries),
  ivhd(0x11, { efr: 0x5_bf77_ef20_0000n + 0x885n }, ...entries, entry4(0x01, 0)),
  ivhd(
    0x40,
    { efr: 0x84n },
    ...entries,
    acpiEntry(0x00a5, 'AMDI0020', 2, bytesOf('\\_SB.FUR0')),
    acpiEntry(0x00a5, 'AMDI0020', 1, bytesOf(u64(7))),
  ),
  ivmd(0x20, 0x07, 0, 0, 0x1000_0000, 0x1000),
  ivmd(0x21, 0x08, 0x0100, 0, 0xc9f4_2000, 0x2_6000),
  ivmd(0x22, 0x03, 0x0200, 0x02ff, 0x2000_0000, 0x2000),
)

const memory = bytesOf(u32(1), u8(5), u16(0), u8(7))
const smmuAt = 0x30
export const madeIort = iortTable(5, [
  iortNode(
    3,
    1,
    bytesOf(
      ...[u64(0x2b40_0000), u64(0x1_0000), u32(3), u32(3), u32(0x3c), u32(2), u32(0x4c), u32(1), u32(0x5c)],
      ...[u32(5), u32(1), u32(6), u32(0), u64(0x1_0000_0007n), u64(8), u64(9)],
    ),
  ),
  iortNode(0, 1, bytesOf(u32(2), u32(1), u32(3))),
  iortNode(2, 4, bytesOf(memory, u32(7), u32(1), u8(48), u16(20), u8(0)), [
    idMapping(0, 0x1_0000, 0, smmuAt),
  ]),
  iortNode(1, 4, bytesOf(u32(0x2b), memory, u8(40), '\\_SB.ABC0\0', u8(0)), [idMapping(0, 1, 5, smmuAt, 1)]),
  iortNode(
    4,
    4,
    bytesOf(
      u64(0x2b50_0000),
      u32(0x1b),
      u32(0),
      u64(0),
      u32(1),
      u32(1),
      u32(2),
      u32(3),
      u32(4),
      u32(5),
      u32(6),
    ),
  ),
  iortNode(5, 1, bytesOf(u64(0x2b60_0000), u32(2), u32(smmuAt), u64(0x2b61_0000))),
  iortNode(
    6,
    3,
    bytesOf(u32(0x17), u32(2), u32(28), u64(0x1000), u64(0x2000), u32(0), u64(0x8000), u64(0x1000), u32(0)),
    [idMapping(0x100, 1, 5, smmuAt, 1)],
  ),
])

const viotVirtioPciAt = 0x60
export const madeViot = viotTable([
  viotPciRange([0, 0], [0, 0xffff], viotVirtioPciAt),
  bytesOf(u8(2), u8(0), u16(24), u32(5), u64(0x9000), u16(viotVirtioPciAt), new Uint8Array(6)),
  viotVirtioPci(0, 8),
  bytesOf(u8(4), u8(0), u16(16), u32(0), u64(0x7000)),
])

export const madeTables = { DMAR: madeDmar, IVRS: madeIvrs, IORT: madeIort, VIOT: madeViot } as const
