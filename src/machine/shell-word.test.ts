import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { shellWord } from './shell-word.js'

it('is read back by a shell', () => {
  expect(shellWord('/srv/win.qcow2')).toBe('/srv/win.qcow2')
  expect(shellWord("it's")).toBe("'it'\\''s'")
  const words = fc.array(
    fc.string({ unit: 'binary' }).map((word) => word.replaceAll('\0', '')),
    {
      minLength: 1,
    },
  )
  fc.assert(
    fc.property(words, (all) => {
      const said = execFileSync('sh', ['-c', `printf '%s\\0' ${all.map(shellWord).join(' ')}`])
      expect(said).toEqual(Buffer.from(`${all.join('\0')}\0`))
    }),
    { numRuns: 30 },
  )
})
