import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findJsonMistake } from './json-mistake.js'

it.each([
  ['{"a":1,\n"b": x}', 13],
  ['{"a" 1}', 5],
  ['{"a":1,}', 7],
  ['[1 2]', 3],
  ['[1,]', 3],
  ['{"a":"\n"}', 5],
  ['{"a":"\\q"}', 5],
  ['{]', 1],
  ['{"a":[1}', 7],
  ['{} {}', 3],
  ['{1:2}', 1],
  ['{"a":{"b":[1,{"c":tru}]}}', 18],
  ['', 0],
  ['{"a":[1,', 8],
  ['[1\n', 3],
])('%j is no JSON from %i on', (text, at) => {
  expect(findJsonMistake(text)).toBe(at)
})

it('finds the sign that was put into any JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (json, seed) => {
      const text = JSON.stringify(JSON.parse(json), undefined, 1)
      const at = seed % (text.length + 1)
      const broken = `${text.slice(0, at)}\u0001${text.slice(at)}`
      // A sign inside a string or a number makes the whole token wrong.
      const found = findJsonMistake(broken)
      expect(found).toBeLessThanOrEqual(at)
      expect(() => JSON.parse(broken.slice(0, found).trimEnd() + broken.slice(at))).toThrow()
      expect(findJsonMistake(text)).toBe(text.length)
    }),
  )
})
