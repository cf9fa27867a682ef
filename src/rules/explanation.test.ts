import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { manualPage } from './explanation.js'
import { families, rules } from './families.js'

const folder = join(import.meta.dirname, '../../docs/rules')

it.each(families)('docs/rules/$id.md is what the rules say; scripts/write-docs.sh writes it', (family) => {
  expect(readFileSync(join(folder, `${family.id}.md`), 'utf8')).toBe(manualPage(family))
})

it('no page is there that no family has', () => {
  expect(readdirSync(folder).sort()).toEqual(families.map(({ id }) => `${id}.md`).sort())
})

it('every rule has a name of its own, is a question, and cites', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
  for (const { id, title, why, fix, sources, looksAt } of rules) {
    expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
    expect(title, id).toMatch(/^[A-Z].*\?$/)
    for (const text of [why, ...(fix === null ? [] : [fix])]) expect(text, id).toMatch(/^[^a-z].*\.$/s)
    expect(sources.length, id).toBeGreaterThan(0)
    expect(looksAt.length, id).toBeGreaterThan(0)
  }
})
