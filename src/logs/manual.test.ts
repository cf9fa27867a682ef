import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { manual } from './manual.js'

it('docs/diagnose.md is what the tables say; scripts/write-docs.sh writes it', () => {
  expect(readFileSync(join(import.meta.dirname, '../../docs/diagnose.md'), 'utf8')).toBe(manual())
})
