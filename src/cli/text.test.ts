import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth, elide, escapeText, render, renderJson, wrap } from './text.js'

/** Whatever a terminal acts on, or that reorders or hides text. */
const dangerous = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

describe('text for a terminal', () => {
  it.each([
    ['plain', 'plain'],
    ['\x1b[31mred', '\\x1b[31mred'],
    ['a\tb\nc\r', 'a\\x09b\\x0ac\\x0d'],
    ['\x9b31m', '\\x9b31m'],
    ['user\u202etxt.exe', 'user\\u202etxt.exe'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800', '\\ud800'],
    ['Müller 東京', 'Müller 東京'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
  })

  it('holds nothing that a terminal acts on, whatever comes in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(render([[text], [{ text, style: 'red' }]], false).replaceAll('\n', '')).not.toMatch(dangerous)
      }),
    )
  })

  it('is coloured only where that is wanted', () => {
    const lines = [['a ', { text: 'b', style: 'bold' as const }]]
    expect(render(lines, true)).toBe('a \x1b[1mb\x1b[22m\n')
    expect(render(lines, false)).toBe('a b\n')
    expect(render(['whole'], true)).toBe('whole\n')
  })
})

describe('JSON for a terminal', () => {
  it('is the same value, with nothing in it that a terminal acts on', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' })), (value) => {
        const json = renderJson(value)
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)))
        expect(json.replaceAll('\n', '')).not.toMatch(dangerous)
      }),
    )
  })
})

describe('the width of a text', () => {
  it.each([
    ['abc', 3],
    ['東京', 4],
    ['e\u0301', 1],
    ['', 0],
  ])('%j is %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  it('is kept when the text is shortened', () => {
    expect(elide('GeForce RTX 3080', 9)).toBe('GeForce…')
    expect(elide('short', 5)).toBe('short')
    expect(elide('東京都', 4)).toBe('東…')
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, width) => {
        expect(displayWidth(elide(text, width))).toBeLessThanOrEqual(width)
      }),
    )
  })

  it('bounds the lines of a paragraph, but for words that are longer', () => {
    expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
    expect(wrap('immeasurable a', 5)).toEqual(['immeasurable', 'a'])
    expect(wrap('endless', Number.POSITIVE_INFINITY)).toEqual(['endless'])
  })
})
