/** Every row of every layout: its bits, and that each of them alone moves its field and no other. */
import { describe, expect, it } from 'vitest'
import { acpiLayouts } from '../../test/support/acpi-parts.js'
import { decode, type Layout, type Row } from './index.js'

const sizeBytes = 0x60

const bitsOf = ({ at, lo, hi }: Row) => Array.from({ length: hi - lo + 1 }, (_, i) => 8 * at + lo + i)

/** Bytes that are all zero or all ones, but for one bit. */
function bytesWith(bit: number | undefined, on: boolean): DataView {
  const bytes = new Uint8Array(sizeBytes).fill(on ? 0 : 0xff)
  if (bit !== undefined) bytes[bit >> 3]! ^= 1 << (bit & 7)
  return new DataView(bytes.buffer)
}

const changed = (layout: Layout, a: DataView, b: DataView) => {
  const before: Record<string, unknown> = decode(layout, a, 0, sizeBytes)
  const after: Record<string, unknown> = decode(layout, b, 0, sizeBytes)
  return Object.keys(layout.rows).filter((name) => before[name] !== after[name])
}

/** Rows that tell parts of what another row tells whole. */
const wholes = new Set(['extendedFeatureRegister'])

describe.each(acpiLayouts)('$name', ({ layout }) => {
  const rows = Object.entries(layout.rows)

  it('has rows within their registers, and a source for each', () => {
    for (const [name, row] of rows) {
      expect(row.lo, name).toBeLessThanOrEqual(row.hi)
      expect(row.hi, name).toBeLessThan(8 * row.bytes)
      expect(row.cite, name).toMatch(/^(VT-d|48882|DEN0049|ACPI) /)
      if (row.show === 'number') expect(row.hi - row.lo, name).toBeLessThan(32)
      if (row.show === 'names') expect(row.names.length, name).toBeLessThanOrEqual(2 ** (row.hi - row.lo + 1))
      if (!row.optional) expect(row.at + row.bytes, name).toBeLessThanOrEqual(layout.sizeBytes)
    }
  })

  it('claims no bit twice', () => {
    const owners = new Map<number, string>()
    for (const [name, row] of rows) {
      if (wholes.has(name)) continue
      for (const bit of bitsOf(row)) {
        expect(owners.get(bit), `${name}: bit ${bit}`).toBeUndefined()
        owners.set(bit, name)
      }
    }
  })

  it('changes a field with each of its bits alone, and no other field', () => {
    for (const [name, row] of rows) {
      if (row.show === 'text' || row.show === 'device-id') continue
      for (const on of [true, false])
        for (const bit of bitsOf(row)) {
          const names = changed(layout, bytesWith(undefined, on), bytesWith(bit, on))
          expect(
            names.filter((one) => !wholes.has(one) || one === name),
            `${name}: bit ${bit} ${on ? 'set' : 'cleared'}`,
          ).toEqual(wholes.has(name) ? expect.arrayContaining([name]) : [name])
        }
    }
  })

  it('reads every character of a text', () => {
    for (const [name, row] of rows) {
      if (row.show !== 'text' && row.show !== 'device-id') continue
      for (let i = 0; i < row.bytes; i++) {
        const bytes = new Uint8Array(sizeBytes).fill('x'.charCodeAt(0))
        bytes[row.at + i] = 'y'.charCodeAt(0)
        const value = (decode(layout, new DataView(bytes.buffer), 0, sizeBytes) as Record<string, unknown>)[
          name
        ]
        expect(value, name).toBe(`${'x'.repeat(i)}y${'x'.repeat(row.bytes - i - 1)}`)
      }
    }
  })

  it('gives undefined for what a structure of an older revision lacks', () => {
    const decoded: Record<string, unknown> = decode(layout, bytesWith(undefined, true), 0, layout.sizeBytes)
    for (const [name, row] of rows)
      expect(decoded[name] === undefined, name).toBe(row.optional && row.at + row.bytes > layout.sizeBytes)
  })
})
