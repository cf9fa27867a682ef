/** DMAR and IVRS of real machines: decoded without a problem that is not explained here, and as iasl decodes them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { acpiDecoders } from '../../test/support/acpi-parts.js'
import { compareWithIasl, parseIasl } from '../../test/support/iasl-text.js'

const shared = process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../shared')
const folder = join(shared, 'corpus/acpi')
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((name) => name.endsWith('.aml'))
      .map((name) => name.slice(0, -'.aml'.length))
  : []
if (names.length === 0) console.log(`skipped: no tables of real machines in ${folder}`)
const described = names.filter((name) => existsSync(join(folder, `${name}.dsl.txt`)))

const decode = (name: string) =>
  acpiDecoders[name.endsWith('.DMAR') ? 'DMAR' : 'IVRS'](readFileSync(join(folder, `${name}.aml`)))

/** No specification says what a block of type 51h is; three notebooks of one maker end their IVRS with one. */
const explainedProblem = { kind: 'unknown-type', what: 'structure', type: 0x51, lengthBytes: 0x20 }

const explainedDisagreements = [
  {
    why: 'an OEM table id of one control character; iasl leaves out what cannot be printed',
    pattern: /^0x0 header oemTableId: \p{Cc}, iasl: $/u,
  },
  {
    why: 'iasl leaves out the format and the length of a UID that is not there',
    pattern: /^0x[0-9a-f]+ entry acpi uid(Format|Bytes): iasl tells nothing$/,
  },
]

describe.skipIf(names.length === 0)('the tables of real machines', () => {
  it.each(names)('%s has no unexplained problem', (name) => {
    const { problems, parts } = decode(name)
    expect(problems.filter((problem) => !('what' in problem && problem.type === 0x51))).toEqual([])
    for (const { at, ...problem } of problems) expect(problem).toEqual(explainedProblem)
    expect(parts.length).toBeGreaterThan(3)
  })

  it.each(described)('%s is as iasl says', (name) => {
    const lines = parseIasl(readFileSync(join(folder, `${name}.dsl.txt`), 'latin1'))
    const { compared, disagreements } = compareWithIasl(lines, decode(name).parts)
    expect(compared).toBeGreaterThan(30)
    const isExplained = (text: string) => explainedDisagreements.some(({ pattern }) => pattern.test(text))
    expect(disagreements.filter((text) => !isExplained(text))).toEqual([])
  })
})
