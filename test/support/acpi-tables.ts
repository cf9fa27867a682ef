/** Builds ACPI tables for tests, from structures given as bytes. */

type Part = Uint8Array | string | readonly [value: number | bigint, bytes: number]

/** Little-endian numbers, texts and bytes, one after the other. */
export function bytesOf(...parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (part instanceof Uint8Array) return [...part]
      if (typeof part === 'string') return [...new TextEncoder().encode(part)]
      const [value, bytes] = part
      return Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn))
    }),
  )
}

export const u8 = (value: number) => [value, 1] as const
export const u16 = (value: number) => [value, 2] as const
export const u32 = (value: number) => [value, 4] as const
export const u64 = (value: number | bigint) => [value, 8] as const

/** A whole table: header, then `parts`; length and checksum are right. */
export function acpiTable(signature: string, revision: number, ...parts: readonly Part[]): Uint8Array {
  const body = bytesOf(...parts)
  const head = bytesOf(
    signature,
    u32(36 + body.length),
    u8(revision),
    u8(0),
    'MADE  ',
    'TABLE   ',
    u32(1),
    'TEST',
    u32(1),
  )
  const table = bytesOf(head, body)
  table[9] = (256 - (table.reduce((sum, byte) => sum + byte, 0) % 256)) % 256
  return table
}

/** Puts the right length and checksum into a table that was changed. */
export function repaired(table: Uint8Array): Uint8Array {
  const copy = table.slice()
  new DataView(copy.buffer).setUint32(4, copy.length, true)
  copy[9] = 0
  copy[9] = (256 - (copy.reduce((sum, byte) => sum + byte, 0) % 256)) % 256
  return copy
}

export const dmarTable = (
  fields: { readonly width?: number; readonly flags?: number },
  ...structures: Uint8Array[]
) =>
  acpiTable('DMAR', 1, u8((fields.width ?? 39) - 1), u8(fields.flags ?? 0), new Uint8Array(10), ...structures)

/** `path`: device and function at each level. */
export const scope = (type: number, startBus: number, path: readonly number[], enumerationId = 0) =>
  bytesOf(u8(type), u8(6 + path.length), u16(0), u8(enumerationId), u8(startBus), Uint8Array.from(path))

const dmarStructure = (type: number, ...parts: readonly Part[]) => {
  const body = bytesOf(...parts)
  return bytesOf(u16(type), u16(4 + body.length), body)
}
export const drhd = (
  fields: {
    readonly all?: boolean
    readonly size?: number
    readonly segment?: number
    readonly base: number
  },
  ...scopes: Uint8Array[]
) =>
  dmarStructure(
    0,
    u8(fields.all ? 1 : 0),
    u8(fields.size ?? 0),
    u16(fields.segment ?? 0),
    u64(fields.base),
    ...scopes,
  )
export const rmrr = (start: number, end: number, ...scopes: Uint8Array[]) =>
  dmarStructure(1, u16(0), u16(0), u64(start), u64(end), ...scopes)
export const flaggedScopes = (type: 2 | 5 | 6, flags: number, ...scopes: Uint8Array[]) =>
  dmarStructure(type, u8(flags), u8(0), u16(0), ...scopes)
export const rhsa = (base: number, domain: number) => dmarStructure(3, u32(0), u64(base), u32(domain))
export const andd = (number: number, name: string) => dmarStructure(4, new Uint8Array(3), u8(number), name)

export const ivrsTable = (info: number, ...structures: Uint8Array[]) =>
  acpiTable('IVRS', 2, u32(info), u64(0), ...structures)
export const ivhd = (
  type: 0x10 | 0x11 | 0x40,
  fields: {
    readonly deviceId?: number
    readonly base?: number
    readonly segment?: number
    readonly attributes?: number
    readonly efr?: bigint
  },
  ...entries: Uint8Array[]
) => {
  const { deviceId = 0x0002, base = 0xfeb8_0000, segment = 0, attributes = 0, efr = 0n } = fields
  const image = type === 0x10 ? new Uint8Array() : bytesOf(u64(efr), u64(0))
  const body = bytesOf(
    u16(deviceId),
    u16(0x40),
    u64(base),
    u16(segment),
    u16(0),
    u32(attributes),
    image,
    ...entries,
  )
  return bytesOf(u8(type), u8(0xb0), u16(4 + body.length), body)
}
export const entry4 = (type: number, deviceId: number, setting = 0) =>
  bytesOf(u8(type), u16(deviceId), u8(setting))
/** `sourceId` in bytes 5 and 6; `last`: the last byte. */
export const entry8 = (type: number, deviceId: number, sourceId: number, first = 0, last = 0) =>
  bytesOf(u8(type), u16(deviceId), u8(0), u8(first), u16(sourceId), u8(last))
export const acpiEntry = (deviceId: number, hid: string, format: number, uid: Uint8Array) =>
  bytesOf(u8(0xf0), u16(deviceId), u8(0), hid.padEnd(8, '\0'), u64(0), u8(format), u8(uid.length), uid)
export const ivmd = (
  type: 0x20 | 0x21 | 0x22,
  flags: number,
  deviceId: number,
  last: number,
  start: number,
  size: number,
) =>
  bytesOf(
    u8(type),
    u8(flags),
    u16(0x20),
    u16(deviceId),
    u16(last),
    u16(0),
    new Uint8Array(6),
    u64(start),
    u64(size),
  )

/** Nodes are laid out from 0x30 on; offsets in them are for the tests to know. */
export const iortTable = (revision: number, nodes: readonly Uint8Array[], count = nodes.length) =>
  acpiTable('IORT', revision, u32(count), u32(0x30), u32(0), ...nodes)
export const iortNode = (
  type: number,
  revision: number,
  body: Uint8Array,
  mappings: readonly Uint8Array[] = [],
) => {
  const at = 16 + body.length
  return bytesOf(
    u8(type),
    u16(at + 20 * mappings.length),
    u8(revision),
    u32(7),
    u32(mappings.length),
    u32(mappings.length === 0 ? 0 : at),
    body,
    ...mappings,
  )
}
export const idMapping = (input: number, count: number, output: number, reference: number, flags = 0) =>
  bytesOf(u32(input), u32(count - 1), u32(output), u32(reference), u32(flags))

export const viotTable = (nodes: readonly Uint8Array[], count = nodes.length) =>
  acpiTable('VIOT', 0, u16(count), u16(0x30), u64(0), ...nodes)
export const viotPciRange = (
  segments: readonly [number, number],
  bdfs: readonly [number, number],
  output: number,
) =>
  bytesOf(u8(1), u8(0), u16(24), u32(0), ...[...segments, ...bdfs].map(u16), u16(output), new Uint8Array(6))
export const viotVirtioPci = (segment: number, bdf: number) =>
  bytesOf(u8(3), u8(0), u16(16), u16(segment), u16(bdf), u64(0))
