/**
 * Layouts of structures in ACPI tables, as tables.
 *
 * A row is one field: the register it stands in (offset and bytes, little-endian), its bits there, what they mean,
 * where that is written down, and what ACPICA's disassembler (iasl) calls the register:
 *
 *     export const drhdLayout = layout({
 *       includeAll: flag([0x04, 1], 0, 'VT-d DRHD: Flags, INCLUDE_PCI_ALL', 'Flags'),
 *       segment: number([0x06, 2], 'VT-d DRHD: Segment Number', 'PCI Segment Number'),
 *
 * `decode(drhdLayout, view, at, end)` gives `{ includeAll: true, segment: 0 }`, and `Decoded<typeof drhdLayout>` is its type.
 * The tests use the same rows to check this program against iasl, and that each bit moves its own field and no other.
 *
 * Specifications are cited by structure and field, by their titles (section numbers move between revisions):
 * `VT-d`: Intel Virtualization Technology for Directed I/O, chapter BIOS Considerations.
 * `48882`: AMD I/O Virtualization Technology (IOMMU) Specification, chapter I/O Virtualization ACPI Table.
 * `DEN0049`: Arm IO Remapping Table. `ACPI`: Advanced Configuration and Power Interface Specification 6.5.
 * Names in capitals are macros of ACPICA `actbl1.h`, `actbl2.h`, `actbl3.h`, or of Linux where that is said.
 */

/** Where a field's register stands in its structure, and how many bytes it has. */
export type Place = readonly [at: number, bytes: number]

interface RowBase {
  readonly at: number
  readonly bytes: number
  /** Lowest and highest bit, counted from the register's bit 0. */
  readonly lo: number
  readonly hi: number
  readonly cite: string
  /** What iasl calls the register; several where its versions differ. */
  readonly iasl: readonly string[]
  /** Structures of older revisions end before it. */
  readonly optional: boolean
}

/** One bit. */
export interface FlagRow extends RowBase {
  readonly show: 'flag'
}

/** A number of at most 32 bits: `raw + plus`, or `plus << raw` where `power` is set. Its unit is in the field's name. */
export interface NumberRow extends RowBase {
  readonly show: 'number'
  readonly plus: number
  readonly power: boolean
}

/** A number of 64 bits: an address, a size, a register image. */
export interface WideRow extends RowBase {
  readonly show: 'wide'
}

/** One of a list, by raw value; what has no name (`null`, or past the list) is the raw number. */
export interface NamesRow<N extends string | number = string | number> extends RowBase {
  readonly show: 'names'
  readonly names: readonly (N | null)[]
}

/** Characters, without the spaces and zeros that fill them up. */
export interface TextRow extends RowBase {
  readonly show: 'text'
}

/** An ACPI _HID or _CID: eight characters, or a number (a compressed EISA id) where the upper half is 0. */
export interface DeviceIdRow extends RowBase {
  readonly show: 'device-id'
}

export type Row = FlagRow | NumberRow | WideRow | NamesRow | TextRow | DeviceIdRow
export type Rows = Readonly<Record<string, Row>>

export interface Layout<R extends Rows = Rows> {
  readonly rows: R
  /** Up to the end of the last field that every revision has. */
  readonly sizeBytes: number
}

type Value<R extends Row> = R extends FlagRow
  ? boolean
  : R extends NamesRow<infer N>
    ? N | number
    : R extends WideRow
      ? bigint
      : R extends TextRow
        ? string
        : R extends DeviceIdRow
          ? string | number
          : number

/** What {@link decode} gives; `undefined`: the structure ends before the field. */
export type Decoded<L extends Layout> = {
  readonly [K in keyof L['rows']]: L['rows'][K] extends { readonly optional: true }
    ? Value<L['rows'][K]> | undefined
    : Value<L['rows'][K]>
}

// ---- Building tables

export function layout<const R extends Rows>(rows: R): Layout<R> {
  const ends = Object.values(rows).map(({ at, bytes, optional }) => (optional ? 0 : at + bytes))
  return { rows, sizeBytes: Math.max(...ends) }
}

type Label = string | readonly string[]

function base([at, bytes]: Place, [lo, hi]: readonly [number, number], cite: string, iasl: Label) {
  return { at, bytes, lo, hi, cite, iasl: [iasl].flat(), optional: false as const }
}

const whole = ([, bytes]: Place) => [0, 8 * bytes - 1] as const

export function flag(place: Place, bit: number, cite: string, iasl: Label) {
  return { ...base(place, [bit, bit], cite, iasl), show: 'flag' as const }
}

export function number(
  place: Place,
  cite: string,
  iasl: Label,
  options: {
    readonly bits?: readonly [number, number]
    readonly plus?: number
    readonly power?: true
  } = {},
) {
  const { bits = whole(place), plus = 0, power = false } = options
  return { ...base(place, bits, cite, iasl), show: 'number' as const, plus, power }
}

export function wide(at: number, cite: string, iasl: Label) {
  return { ...base([at, 8], [0, 63], cite, iasl), show: 'wide' as const }
}

export function names<const N extends string | number>(
  place: Place,
  bits: readonly [number, number] | null,
  cite: string,
  iasl: Label,
  names: readonly (N | null)[],
) {
  return { ...base(place, bits ?? whole(place), cite, iasl), show: 'names' as const, names }
}

export function text(place: Place, cite: string, iasl: Label) {
  return { ...base(place, whole(place), cite, iasl), show: 'text' as const }
}

export function deviceId(at: number, cite: string, iasl: Label) {
  return { ...base([at, 8], [0, 63], cite, iasl), show: 'device-id' as const }
}

/** A field that structures of older revisions lack. */
export function optional<R extends Row>(row: R): Omit<R, 'optional'> & { readonly optional: true } {
  return { ...row, optional: true }
}

// ---- Decoding

/** Decodes the structure at `at`, of which everything up to `end` is there: at least `layout.sizeBytes`. */
export function decode<R extends Rows>(
  { rows }: Layout<R>,
  view: DataView,
  at: number,
  end: number,
): Decoded<Layout<R>> {
  const result: Record<string, unknown> = {}
  for (const [name, row] of Object.entries(rows))
    result[name] = at + row.at + row.bytes > end ? undefined : rowValue(row, view, at + row.at)
  return result as Decoded<Layout<R>>
}

function rowValue(row: Row, view: DataView, at: number): unknown {
  if (row.show === 'text') return textAt(view, at, row.bytes)
  if (row.show === 'device-id')
    return view.getUint32(at + 4, true) === 0 ? view.getUint32(at, true) : textAt(view, at, 8)
  return meaningOf(row, bitsAt(view, at, row))
}

/** A row's meaning of its own bits, shifted down to bit 0. */
export function meaningOf(
  row: Exclude<Row, TextRow | DeviceIdRow>,
  bits: bigint,
): boolean | number | string | bigint {
  if (row.show === 'flag') return bits === 1n
  if (row.show === 'wide') return bits
  const raw = Number(bits)
  if (row.show === 'names') return row.names[raw] ?? raw
  return row.power ? row.plus * 2 ** raw : raw + row.plus
}

function bitsAt(view: DataView, at: number, { bytes, lo, hi }: RowBase): bigint {
  let raw = 0n
  for (let i = bytes - 1; i >= 0; i--) raw = (raw << 8n) | BigInt(view.getUint8(at + i))
  return (raw >> BigInt(lo)) & ((1n << BigInt(hi - lo + 1)) - 1n)
}

/** Bytes as Latin-1 characters, one each, up to the first zero, without spaces at the end. */
export function textAt(view: DataView, at: number, bytes: number): string {
  let characters = ''
  for (let i = at; i < at + bytes; i++) {
    const code = view.getUint8(i)
    if (code === 0) break
    characters += String.fromCharCode(code)
  }
  return characters.trimEnd()
}
