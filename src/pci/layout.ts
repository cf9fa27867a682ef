/**
 * Register layouts as tables.
 *
 * A layout names registers; a register says where it stands and names its fields; a field says which bits it is,
 * what they mean, where that is written down, and what `lspci -vvv` calls it:
 *
 *     export const acsLayout = layout({
 *       capability: register(0x04, 2, 'PCI_ACS_CAP', 'ACSCap', {
 *         sourceValidation: flag(0, 'PCI_ACS_SV', 'SrcValid'),
 *         egressVectorBits: number([8, 15], 'PCI_ACS_EGRESS_BITS'),
 *
 * `decode(layout, space, at)` gives `{ capability: { sourceValidation: true, egressVectorBits: 8 } }`, and
 * `Decoded<typeof acsLayout>` is its type. Every value may be `undefined`: its bits are not known.
 *
 * The same rows are used in three ways:
 * - to decode bytes (here);
 * - to read `lspci -vvv` text back into bits (`lspci-text.ts`), and to check this program against lspci;
 * - to test that each bit moves its own field and no other.
 *
 * `cite` is the macro in Linux `include/uapi/linux/pci_regs.h`, or in pciutils `lib/header.h` where Linux has none.
 * Where neither has one, it is the specification and the register's title there (section numbers move between
 * revisions, titles do not). A test compares every cited macro with the row's bits.
 */
import type { ConfigSpace, RegisterBytes } from './config-space.js'

/**
 * How `lspci -vvv` prints a field. For a flag, `label` is the word before `+` or `-`. For anything else it is the
 * words around the value, which stands as `{name}` (one of the field's names), `{d}` or `{x}`: a number field's value,
 * a names field's raw bits, in decimal or in hexadecimal without 0x.
 */
export interface LspciLabel {
  readonly label: string
  /** The label counts only after this text in the line (lspci uses some labels twice in one line). */
  readonly after?: string
  /** lspci prints the opposite of the bit. */
  readonly inverted?: true
}

/** A label, or several where lspci versions differ. */
type LabelInput = string | LspciLabel | readonly (string | LspciLabel)[]

interface FieldBase {
  /** Lowest and highest bit, counted from the register's bit 0. */
  readonly lo: number
  readonly hi: number
  readonly cite: string
  readonly lspci: readonly LspciLabel[]
}

/** One bit: `true` or `false`. */
export interface FlagField extends FieldBase {
  readonly show: 'flag'
}

/** A number: `raw * times + plus`, or `(times << raw) + plus` where `power` is set. Its unit is in the field's name. */
export interface NumberField extends FieldBase {
  readonly show: 'number'
  readonly times: number
  readonly plus: number
  readonly power: boolean
}

/** One of a list, by raw value; a value that has no name (`null`, or past the list) decodes to the raw number. */
export interface NamesField<N extends string | number = string | number> extends FieldBase {
  readonly show: 'names'
  readonly names: readonly (N | null)[]
}

/** An address or offset whose bits stay in place; the bits outside `lo..hi` read as 0. */
export interface AddressField extends FieldBase {
  readonly show: 'address'
}

export type Field = FlagField | NumberField | NamesField | AddressField

/** Where a register stands, relative to its capability (or to the start of configuration space for the header). */
export interface RegisterBase<B extends RegisterBytes = RegisterBytes> {
  readonly at: number
  readonly bytes: B
  readonly cite: string
  /** The first word of the `lspci -vvv` line that prints it, up to the colon; '' where lspci prints none. */
  readonly line: string
  /** The part of the structure it belongs to, where not every function has that part. */
  readonly part: string | undefined
}

export interface Register<B extends RegisterBytes, F extends Readonly<Record<string, Field>>>
  extends RegisterBase<B> {
  readonly fields: F
}

/** A register that is one value. */
export interface ValueRegister<B extends RegisterBytes, F extends Field> extends RegisterBase<B> {
  readonly field: F
}

export type AnyRegister =
  | Register<RegisterBytes, Readonly<Record<string, Field>>>
  | ValueRegister<RegisterBytes, Field>

export type Registers = Readonly<Record<string, AnyRegister>>

/** One field with the register it stands in: what a table row is. */
export interface Row {
  /** `deviceCapabilities.flr`, or the register's own name for a register that is one value. */
  readonly path: string
  readonly register: AnyRegister
  readonly field: Field
}

export interface Layout<R extends Registers = Registers> {
  readonly registers: R
  /** Every field of every register, in the order of the table. */
  readonly rows: readonly Row[]
  readonly plan: readonly Step[]
}

/** A register made ready for {@link decode}. */
interface Step {
  readonly name: string
  readonly register: AnyRegister
  readonly fields: readonly (readonly [name: string, field: Field, mask: number])[]
}

type FieldValue<F extends Field, B extends RegisterBytes> = F extends FlagField
  ? boolean
  : F extends NamesField<infer N>
    ? N | number
    : B extends 8
      ? bigint
      : number

type Content<R> =
  R extends Register<infer B, infer F>
    ? { readonly [K in keyof F]: FieldValue<F[K], B> | undefined }
    : R extends ValueRegister<infer B, infer F>
      ? FieldValue<F, B> | undefined
      : never

/** What {@link decode} gives. A register that belongs to a part is `null` where the function lacks that part. */
export type Decoded<L extends Layout> = {
  readonly [K in keyof L['registers']]: L['registers'][K] extends { readonly part: string }
    ? Content<L['registers'][K]> | null
    : Content<L['registers'][K]>
}

/** Says whether a part of a structure is there; `undefined`: the bits that would tell are not known. */
export type HasPart = (part: string) => boolean | undefined

// ---- Building tables

export function layout<const R extends Registers>(registers: R): Layout<R> {
  const plan: Step[] = []
  const rows: Row[] = []
  for (const [name, register] of Object.entries<AnyRegister>(registers)) {
    const fields = 'field' in register ? [['', register.field] as const] : Object.entries(register.fields)
    plan.push({ name, register, fields: fields.map(([key, field]) => [key, field, maskOf(field)]) })
    for (const [key, field] of fields)
      rows.push({ path: key === '' ? name : `${name}.${key}`, register, field })
  }
  return { registers, rows, plan }
}

/** A register of named fields. `line`: see {@link RegisterBase.line}. */
export function register<B extends RegisterBytes, F extends Readonly<Record<string, Field>>>(
  at: number,
  bytes: B,
  cite: string,
  line: string,
  fields: F,
): Register<B, F> & { readonly part: undefined } {
  return { at, bytes, cite, line, part: undefined, fields }
}

/** A register that is one value; its field's bits and source are the register's own unless given. */
export function value<B extends RegisterBytes, F extends Field>(
  at: number,
  bytes: B,
  line: string,
  field: F,
): ValueRegister<B, F> & { readonly part: undefined } {
  return { at, bytes, cite: field.cite, line, part: undefined, field }
}

/** Marks a register that is there only with `part`. */
export function inPart<P extends string, R extends AnyRegister>(
  part: P,
  register: R,
): Omit<R, 'part'> & { part: P } {
  return { ...register, part }
}

export function flag(bit: number, cite: string, lspci: LabelInput = []): FlagField {
  return { show: 'flag', lo: bit, hi: bit, cite, lspci: labels(lspci) }
}

export function number(
  [lo, hi]: readonly [number, number],
  cite: string,
  options: {
    readonly times?: number
    readonly plus?: number
    readonly power?: true
    readonly lspci?: LabelInput
  } = {},
): NumberField {
  const { times = 1, plus = 0, power = false, lspci = [] } = options
  return { show: 'number', lo, hi, cite, times, plus, power, lspci: labels(lspci) }
}

export function names<const N extends string | number>(
  bits: number | readonly [number, number],
  cite: string,
  names: readonly (N | null)[],
  lspci: LabelInput = [],
): NamesField<N> {
  const [lo, hi] = typeof bits === 'number' ? [bits, bits] : bits
  return { show: 'names', lo, hi, cite, names, lspci: labels(lspci) }
}

export function address(
  [lo, hi]: readonly [number, number],
  cite: string,
  lspci: LabelInput = [],
): AddressField {
  return { show: 'address', lo, hi, cite, lspci: labels(lspci) }
}

function labels(input: LabelInput): readonly LspciLabel[] {
  const list = Array.isArray(input)
    ? (input as readonly (string | LspciLabel)[])
    : [input as string | LspciLabel]
  return list.map((label) => (typeof label === 'string' ? { label } : label))
}

// ---- Decoding

/**
 * Decodes every register of a table at offset `at` of `space`. Never throws.
 * Registers of a part for which `has` says `false` are `null`; where it cannot say, what is known is decoded.
 */
export function decode<R extends Registers>(
  { plan }: Layout<R>,
  space: ConfigSpace,
  at: number,
  has?: HasPart,
): Decoded<Layout<R>> {
  const result: Record<string, unknown> = {}
  for (const { name, register, fields } of plan) {
    if (register.part !== undefined && has?.(register.part) === false) result[name] = null
    else if (register.bytes === 8) result[name] = decode64(register, fields, space, at + register.at)
    else {
      const raw = space.rawBits(at + register.at, register.bytes)
      const known = space.knownBits(at + register.at, register.bytes)
      if ('field' in register) {
        const [, field, mask] = fields[0]!
        result[name] = (known & mask) >>> 0 === mask ? fieldValue(field, raw, mask) : undefined
        continue
      }
      const content: Record<string, unknown> = {}
      for (const [key, field, mask] of fields) {
        content[key] = (known & mask) >>> 0 === mask ? fieldValue(field, raw, mask) : undefined
      }
      result[name] = content
    }
  }
  return result as Decoded<Layout<R>>
}

function fieldValue(field: Field, raw: number, mask: number): unknown {
  const bits = (raw & mask) >>> 0
  if (field.show === 'address') return bits
  return meaningOf(field, bits >>> field.lo)
}

/** The decoded value of a field from its own bits, shifted down to bit 0. */
export function meaningOf(field: Exclude<Field, AddressField>, bits: number): boolean | number | string {
  if (field.show === 'flag') return bits === 1
  if (field.show === 'names') return field.names[bits] ?? bits
  return (field.power ? field.times * 2 ** bits : field.times * bits) + field.plus
}

function decode64(register: AnyRegister, fields: Step['fields'], space: ConfigSpace, at: number): unknown {
  const raw = (BigInt(space.rawBits(at + 4, 4)) << 32n) | BigInt(space.rawBits(at, 4))
  const known = (BigInt(space.knownBits(at + 4, 4)) << 32n) | BigInt(space.knownBits(at, 4))
  const read = (field: Field) => {
    const mask = ((1n << BigInt(field.hi - field.lo + 1)) - 1n) << BigInt(field.lo)
    if ((known & mask) !== mask) return undefined
    if (field.show === 'address') return raw & mask
    const bits = (raw & mask) >> BigInt(field.lo)
    return field.show === 'number'
      ? bits * BigInt(field.times) + BigInt(field.plus)
      : meaningOf(field, Number(bits))
  }
  if ('field' in register) return read(register.field)
  return Object.fromEntries(fields.map(([key, field]) => [key, read(field)]))
}

/** The field's bits in place, for registers of up to 4 bytes. */
export function maskOf({ lo, hi }: { readonly lo: number; readonly hi: number }): number {
  return hi > 31 ? 0 : ((2 ** (hi - lo + 1) - 1) * 2 ** lo) >>> 0
}
