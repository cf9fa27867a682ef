import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { element, render, textElement, unescaped } from './xml.js'

describe('XML', () => {
  it('is written an element a line', () => {
    expect(
      render(
        element(
          'a',
          { b: 1, c: undefined },
          textElement('d', 'e'),
          undefined,
          element('f', {}, element('g')),
        ),
      ),
    ).toBe('<a b="1">\n  <d>e</d>\n  <f>\n    <g/>\n  </f>\n</a>\n')
  })

  it.each([
    ['&<>"\'', '&amp;&lt;&gt;&quot;&apos;'],
    ['a\tb\n', 'a&#9;b&#10;'],
  ])('escapes %j', (text, wanted) => {
    expect(render(element('a', { b: text }))).toBe(`<a b="${wanted}"/>\n`)
    expect(render(textElement('a', text))).toBe(`<a>${wanted}</a>\n`)
    expect(unescaped(wanted)).toBe(text)
  })

  it('knows characters by number, of either kind', () => {
    expect(unescaped('&#x1F4BE;&#228;')).toBe('💾ä')
  })

  it('says the same again, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const [, value] = /b="([^"]*)"/.exec(render(element('a', { b: text })))!
        expect(value).not.toMatch(/[<>]/)
        expect(unescaped(value!)).toBe(text)
      }),
    )
  })
})
