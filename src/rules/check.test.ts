import { describe, expect, it } from 'vitest'
import { lab } from '../../test/support/edited-host.js'
import { readMachine } from '../machine/index.js'
import { checkComputer } from './check.js'
import { need, note, passes, step, warning } from './outcomes.js'
import type { ComputerRule, Outcome } from './rule.js'

const machine = readMachine(lab())
const rule = (id: string, atWorst: ComputerRule['atWorst'], check: () => Outcome): ComputerRule => ({
  id,
  title: 'Is it so?',
  about: 'computer',
  looksAt: ['nothing'],
  why: 'Because.',
  fix: null,
  sources: ['made'],
  atWorst,
  check,
})
const good = rule('good', 'impossible', () => passes('it is'))
const open = (atWorst: ComputerRule['atWorst']) =>
  rule('open', atWorst, () => passes(need({ unknown: 'denied', path: '/secret' })))

describe('the verdict', () => {
  it('is ready where nothing stands in the way, warnings and notes too', () => {
    const all = [good, rule('w', 'warning', () => warning('w', [])), rule('n', 'note', () => note('n', []))]
    expect(checkComputer(machine, all)).toMatchObject({
      verdict: 'ready',
      passed: [{ rule: { id: 'good' } }],
    })
  })

  it('waits for steps', () => {
    expect(checkComputer(machine, [good, rule('s', 'step', () => step('s', []))]).verdict).toBe(
      'ready after steps',
    )
  })

  it.each(['impossible', 'step'] as const)('is unknown while what could find %s is', (atWorst) => {
    expect(checkComputer(machine, [good, open(atWorst)])).toMatchObject({
      verdict: 'unknown',
      open: [{ rule: { id: 'open' }, unknown: [{ unknown: 'denied', path: '/secret' }] }],
    })
  })

  it('does not wait for what only warns', () => {
    expect(checkComputer(machine, [good, open('warning')]).verdict).toBe('ready')
  })

  it('is not possible whatever else is unknown', () => {
    const bad = rule('bad', 'impossible', () => ({ kind: 'impossible', says: 'no', evidence: [] }))
    expect(checkComputer(machine, [open('step'), bad]).verdict).toBe('not possible')
  })
})

describe('a rule that breaks', () => {
  const broken = rule('broken', 'step', () => {
    throw new TypeError('x is undefined')
  })

  it('is shown as such, and hides nothing', () => {
    const late = rule('late', 'step', () => step('s', []))
    expect(checkComputer(machine, [broken, late])).toMatchObject({
      verdict: 'unknown',
      crashed: [{ rule: { id: 'broken' }, error: 'x is undefined' }],
      findings: [{ rule: { id: 'late' } }],
    })
  })

  it('is one that finds more than it says', () => {
    expect(checkComputer(machine, [rule('heavy', 'note', () => step('s', []))]).crashed).toHaveLength(1)
  })
})

it('findings come heaviest first', () => {
  const all = [
    rule('n', 'note', () => note('n', [])),
    rule('s', 'step', () => step('s', [])),
    rule('w', 'warning', () => warning('w', [])),
  ]
  expect(checkComputer(machine, all).findings.map(({ says }) => says)).toEqual(['s', 'w', 'n'])
})
