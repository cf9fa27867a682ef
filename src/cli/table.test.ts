import { describe, expect, it } from 'vitest'
import { table } from './table.js'
import { render } from './text.js'

const columns = [
  { title: 'NO', align: 'right' },
  { title: 'NAME', least: 6 },
  { title: 'NOTE', least: 4 },
] as const
const rows = [{ cells: ['1', 'a rather long name', 'and a note'] }, { cells: ['20', 'b', ''] }]
const text = (width: number) => render(table(columns, rows, width), false)

describe('a table', () => {
  it('takes the room that its cells need', () => {
    expect(text(80)).toBe(`NO  NAME                NOTE
 1  a rather long name  and a note
20  b
`)
  })

  it('shortens its widest columns first where there is less', () => {
    expect(text(24)).toBe(`NO  NAME       NOTE
 1  a rather…  and a no…
20  b
`)
  })

  it('goes no further than columns may give way', () => {
    expect(text(1).split('\n')[1]).toBe(' 1  a rat…  and…')
  })

  it('makes harmless what its cells hold', () => {
    expect(render(table([{ title: 'A' }], [{ cells: ['\x1b[2J'] }], 80), true)).toContain('\\x1b[2J')
  })
})
