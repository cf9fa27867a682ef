import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keepingTerminal } from '../../../test/support/terminal.js'
import { rules } from '../../rules/index.js'
import { checkText } from '../check-text.js'
import { commands } from '../commands.js'
import { runProgram } from '../program.js'
import { type CheckDocument, checkSchema, rankSchema, rulesSchema } from '../schemas/check.js'
import { render } from '../text.js'

const lab = join(import.meta.dirname, '../../../test/recordings/lab.json')

async function handover(...words: readonly string[]) {
  const terminal = keepingTerminal(80)
  return { status: await runProgram(commands, words, terminal), ...terminal.kept }
}

const rule = (name: string) => ({ rule: name, title: `Is ${name} so?` })
const nothing: CheckDocument = {
  schema: 'handover.check/1',
  device: '0000:01:00.0',
  verdict: 'ready',
  findings: [],
  undecided: [],
  crashed: [],
  passed: [],
  notHere: [],
}
const textOf = (document: Partial<CheckDocument>, all = false) =>
  render(checkText({ ...nothing, ...document }, '0000:01:00.0 A card', 60, all), false)

describe('the text of a check', () => {
  it('begins with the verdict and its reason', () => {
    expect(textOf({})).toBe('0000:01:00.0 A card: ready\n\n')
    expect(
      textOf({
        verdict: 'ready after steps',
        findings: [
          {
            ...rule('one'),
            weight: 'step',
            says: 'the IOMMU is off',
            evidence: [{ path: '/sys/class/iommu', value: 'empty' }],
            why: 'It keeps devices apart.',
            fix: 'switch it on',
          },
        ],
        passed: [{ ...rule('two'), says: 'it is well', evidence: [] }],
      }),
    ).toBe(`\
0000:01:00.0 A card: ready after 1 step: the IOMMU is off

to do  The IOMMU is off  [one]
  /sys/class/iommu = empty
  It keeps devices apart.
  To do: Switch it on.

1 rule passed: --all shows it.
`)
  })

  it('puts what one command would decide under that command, what decides the verdict first', () => {
    const unknown = [{ unknown: 'denied', path: '/secret' }]
    const decide = 'sudo handover check'
    expect(
      textOf({
        verdict: 'unknown',
        undecided: [
          { ...rule('small'), decides: false, unknown, decide },
          { ...rule('large'), decides: true, unknown, decide },
        ],
      }),
    ).toBe(`\
0000:01:00.0 A card: unknown until a question is decided;
nothing seen stands in the way

unknown  2 questions could not be decided
  ! Is large so?  [large]
  - Is small so?  [small]
  To decide: sudo handover check

`)
  })

  it('counts what cannot change the verdict where there is much of it, and lists it when all is wanted', () => {
    const document = {
      verdict: 'unknown' as const,
      undecided: Array.from({ length: 12 }, (_, i) => ({
        ...rule(`r${i}`),
        decides: i === 5,
        unknown: [],
        decide: 'sudo handover check',
      })),
    }
    expect(textOf(document)).toContain(
      '  ! Is r5 so?  [r5]\n  and 11 that cannot change the verdict: --all lists them\n',
    )
    expect(textOf(document, true)).toContain('  - Is r11 so?  [r11]\n')
  })

  it('shows a rule that broke, and hides nothing for it', () => {
    const text = textOf({
      verdict: 'unknown',
      crashed: [{ ...rule('bad'), error: 'x is undefined' }],
      passed: [{ ...rule('two'), says: 'it is well', evidence: [] }],
    })
    expect(text).toContain('the rule bad broke, which is a defect of handover: x is undefined')
    expect(textOf({ passed: [{ ...rule('two'), says: 'it is well', evidence: [] }] }, true)).toContain(
      'ok  It is well  [two]',
    )
  })
})

describe('handover check', () => {
  it('asks one rule, of the computer or a device', async () => {
    const { status, out } = await handover('check', '--only', 'iommu-in-use', '--host', lab, '--all')
    expect(status).toBe(0)
    expect(out).toContain('ok  The kernel uses an IOMMU  [iommu-in-use]')
    const device = await handover('check', 'nvme', '--only', 'group-company', '--host', lab, '--json')
    expect(checkSchema.parse(JSON.parse(device.out))).toMatchObject({
      device: '0000:01:00.0',
      verdict: 'ready',
      passed: [{ rule: 'group-company' }],
    })
  })

  it('of every function of a recorded computer breaks no rule, and says what its schema says', async () => {
    for (const word of ['gpu', 'nvme', 'network', '1234:11e8', '00:00.0']) {
      const { out } = await handover('check', word, '--host', lab, '--json')
      expect(checkSchema.parse(JSON.parse(out))).toMatchObject({ crashed: [] })
    }
  })

  it('ranks', async () => {
    const { out } = await handover('check', '--rank', 'network', '--host', lab, '--json')
    expect(rankSchema.parse(JSON.parse(out))).toMatchObject({
      class: 'network',
      devices: [{ device: '0000:03:00.0' }],
    })
    expect((await handover('check', '--rank', 'network', '--host', lab)).out).toMatch(/^ADDRESS +DEVICE/)
  })

  it.each([
    [['--rank', 'cards'], 64, '--rank takes gpu, usb'],
    [['gpu', '--rank', 'gpu'], 64, 'leave DEVICE out'],
    [['--rank', 'audio'], 3, 'no device fits audio'],
    [['--only', 'twins'], 64, 'handover check DEVICE --only twins'],
    [['--only', 'iommu-on'], 64, 'near it: iommu-in-use'],
    [['09:00.0'], 3, 'no device fits 09:00.0'],
  ])('%j is refused', async (words, status, message) => {
    const found = await handover('check', ...words, '--host', lab)
    expect(found).toMatchObject({ status, out: '' })
    expect(found.err).toContain(message)
  })

  it('lists the rules, and explains one', async () => {
    expect((await handover('check', '--list')).out).toMatch(/^iommu-in-use +computer +Does the kernel use/m)
    const { status, out } = await handover('explain', 'iommu-in-use')
    expect(status).toBe(0)
    for (const heading of ['Why it matters', 'What it looks at', 'What to do', 'Sources'])
      expect(out).toContain(`\n${heading}\n`)
    expect(JSON.parse((await handover('explain', 'iommu-in-use', '--json')).out)).toMatchObject({
      schema: 'handover.rule/1',
      id: 'iommu-in-use',
    })
  })
})

it('the rules are listed, for a program too', async () => {
  const { status, out } = await handover('check', '--list', '--json')
  expect(status).toBe(0)
  const { rules: listed } = rulesSchema.parse(JSON.parse(out))
  expect(listed.map(({ id }) => id)).toEqual(rules.map(({ id }) => id))
  const { out: text } = await handover('check', '--list')
  expect(text.trimEnd().split('\n')).toHaveLength(1 + rules.length)
})
