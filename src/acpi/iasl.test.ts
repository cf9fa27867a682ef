/** Made tables, and the same with any values in their fields, against the iasl of this computer. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { acpiDecoders } from '../../test/support/acpi-parts.js'
import { repaired } from '../../test/support/acpi-tables.js'
import { compareWithIasl, iaslVersion, parseIasl, runIasl } from '../../test/support/iasl-text.js'
import { madeTables } from '../../test/support/made-acpi.js'

/** The versions it was tried with: Debian 12's, which knows no RMR and no VIOT, and Debian 13's. */
const known = [
  { signature: 'DMAR', since: '20200925' },
  { signature: 'IVRS', since: '20200925' },
  { signature: 'IORT', since: '20250404' },
  { signature: 'VIOT', since: '20250404' },
] as const

const version = iaslVersion()
const able = known.filter(({ since }) => version !== undefined && version >= since)
for (const { signature, since } of known)
  if (!able.some((one) => one.signature === signature))
    console.log(
      `skipped: ${signature} needs iasl ${since} or later (acpica-tools), here is ${version ?? 'none'}`,
    )

/** Fields that say what stands where: other values make another table, which iasl may not survive. */
const structural =
  /count|offset|mapping|uidBytes|uidFormat|signature|lengthBytes|revision|checksum|type|hardwareId|compatibleId/i

describe.skipIf(able.length === 0)('iasl', () => {
  it.each(able)('agrees on every structure of a made $signature', ({ signature }) => {
    const table = madeTables[signature]
    const { problems, parts } = acpiDecoders[signature](table)
    expect(problems).toEqual([])
    const { compared, disagreements } = compareWithIasl(parseIasl(runIasl(table)), parts)
    expect(disagreements).toEqual([])
    expect(compared).toBeGreaterThan(20)
  })

  it.each(able)('agrees on a $signature whatever its fields hold', ({ signature }) => {
    const { parts } = acpiDecoders[signature](madeTables[signature])
    const places = parts.flatMap(({ at, layout }) =>
      Object.entries(layout.rows)
        .filter(([name, row]) => !structural.test(name) && row.show !== 'text')
        .map(([, row]) => ({ at: at + row.at, bytes: row.bytes })),
    )
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat(255)), (values) => {
        const table = madeTables[signature].slice()
        for (const { at, bytes } of places)
          for (let i = 0; i < bytes; i++) table[at + i] = values.next().value!
        const whole = repaired(table)
        const { disagreements } = compareWithIasl(
          parseIasl(runIasl(whole)),
          acpiDecoders[signature](whole).parts,
        )
        expect(disagreements).toEqual([])
      }),
      { numRuns: 15 },
    )
  })
})
