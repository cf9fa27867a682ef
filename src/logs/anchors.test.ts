import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Anchors } from './anchors.js'

/** By the words of its docstring: gaps made equal, then a plain search. */
const inOneSpace = (text: string) => text.replace(/[ \t\r\n>|]+/g, ' ')

describe('Anchors', () => {
  const anchors = new Anchors(['he', 'she', 'is not viable', 'hers', '> limit'])

  it('finds texts, also within each other, and over a line that was broken and quoted', () => {
    expect(anchors.all('ushers')).toEqual([0, 1, 3])
    expect(anchors.all('group 8 is\n> > not  viable')).toEqual([2])
    expect(anchors.all('group 8 isnot viable')).toEqual([])
    expect(anchors.all('3 > limit')).toEqual([4])
  })

  it('tells where the first one ends, within the bounds', () => {
    const bytes = Buffer.from('ushers')
    expect(anchors.find(bytes, 0, bytes.length)).toBe(3)
    expect(anchors.find(bytes, 0, 3)).toBe(-1)
    expect(anchors.find(bytes, 3, bytes.length)).toBe(-1)
  })

  it('finds what a plain search for each of them finds', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '\n', '>', 'é'), maxLength: 12 })
    const word = fc
      .string({ unit: fc.constantFrom('a', 'b', ' '), minLength: 1, maxLength: 5 })
      .map((one) => one.trim())
      .filter((one) => one !== '')
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), text, (words, where) => {
        const expected = words.flatMap((one, at) => (inOneSpace(where).includes(inOneSpace(one)) ? [at] : []))
        expect(new Anchors(words).all(where)).toEqual(expected)
        const bytes = Buffer.from(where)
        expect(new Anchors(words).find(bytes, 0, bytes.length) >= 0).toBe(expected.length > 0)
      }),
      { numRuns: 2000 },
    )
  })
})
