/**
 * The tables read backwards: from what `lspci -vvv` prints to the bits it printed it from.
 * Splitting a report into functions, capabilities and lines is the caller's work; here is one line and one field.
 */
import { type Field, type LspciLabel, maskOf } from './layout.js'

/**
 * The field's bits, shifted down to bit 0, as `text` tells them; `undefined` where the text does not say.
 *
 * @param text what stands after the line's first colon, continuation lines joined to it
 *
 * @example
 * bitsFromText(acsLayout.registers.capability.fields.sourceValidation, 'SrcValid+ TransBlk-') // 1
 */
export function bitsFromText(field: Field, text: string): number | undefined {
  for (const label of field.lspci) {
    const bits = bitsOf(field, label, text)
    if (bits !== undefined) return bits
  }
  return undefined
}

function bitsOf(field: Field, label: LspciLabel, text: string): number | undefined {
  const from = label.after === undefined ? 0 : text.indexOf(label.after)
  if (from < 0) return undefined
  const found = patternOf(field, label).exec(text.slice(from + (label.after?.length ?? 0)))?.[1]
  if (found === undefined) return undefined
  if (field.show === 'flag') return (found === '+') === (label.inverted !== true) ? 1 : 0
  if (label.label.includes('{name}'))
    return field.show === 'names' ? indexOfName(field.names, found) : undefined
  const number = Number.parseInt(found, label.label.includes('{x}') ? 16 : 10)
  const bits =
    field.show === 'number'
      ? rawOf(field, number)
      : field.show === 'address'
        ? number / 2 ** field.lo
        : number
  const fits = Number.isInteger(bits) && bits >= 0 && bits <= maskOf(field) / 2 ** field.lo
  return fits ? bits : undefined
}

function indexOfName(names: readonly (string | number | null)[], found: string): number | undefined {
  const index = names.findIndex((name) => name !== null && String(name) === found)
  return index < 0 ? undefined : index
}

function rawOf(field: { times: number; plus: number; power: boolean }, number: number): number {
  const scaled = (number - field.plus) / field.times
  return field.power ? Math.log2(scaled) : scaled
}

const patterns = new WeakMap<LspciLabel, RegExp>()

function patternOf(field: Field, label: LspciLabel): RegExp {
  let pattern = patterns.get(label)
  if (pattern === undefined) {
    const wholeWord = /^[\w{]/.test(label.label) ? '(?<![\\w-])' : ''
    pattern = new RegExp(`${wholeWord}${sourceOf(field, label.label)}(?!\\w)`)
    patterns.set(label, pattern)
  }
  return pattern
}

function sourceOf(field: Field, label: string): string {
  if (field.show === 'flag') return `${literal(label)}([+-])`
  // Longest first: `L0s L1` before `L0s`.
  const names = field.show === 'names' ? field.names.filter((name) => name !== null).map(String) : []
  const anyName = names
    .sort((a, b) => b.length - a.length)
    .map(literal)
    .join('|')
  return literal(label)
    .replace('\\{name\\}', `(${anyName})`)
    .replace('\\{d\\}', '(\\d+)')
    .replace('\\{x\\}', '([0-9a-f]+)')
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
}
