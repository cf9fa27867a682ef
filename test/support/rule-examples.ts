import { describe, expect, it } from 'vitest'
import type { Host } from '../../src/host/index.js'
import { readMachine } from '../../src/machine/index.js'
import { checkComputer, checkDevice, type Rule, type weights } from '../../src/rules/index.js'

/** A computer, and what a rule says of it. */
export interface Example {
  /** In a test's name: `VT-d off on the command line`. */
  readonly name: string
  readonly host: Host
  /** The function that a rule about a device is asked of; 0000:01:00.0 where absent. */
  readonly device?: string
  /** The kinds of its outcomes, in any order; `unknown`: it cannot be decided. */
  readonly gives: Kind | readonly Kind[]
  /** Fits the text, evidence and fix of its outcomes, or what is not known. */
  readonly says?: RegExp
}

type Kind = (typeof weights)[number] | 'passes' | 'not here' | 'unknown'

/**
 * Tests of all rules of a family. Every rule has a computer that passes, one that does not, one of which it cannot know; and
 * one where it finds the heaviest that it says it finds.
 */
export function describeRules(
  rules: readonly Rule[],
  examples: Readonly<Record<string, readonly Example[]>>,
): void {
  it('every rule has examples, and no other', () => {
    expect(Object.keys(examples).sort()).toEqual(rules.map(({ id }) => id).sort())
  })
  describe.each(rules)('$id', (rule) => {
    const own = examples[rule.id] ?? []
    it.each(own)('$name', ({ host, device = '0000:01:00.0', gives, says }) => {
      const { kinds, text } = outcomesOf(rule, host, device)
      expect(kinds.toSorted(), text).toEqual([gives].flat().toSorted())
      if (says) expect(text).toMatch(says)
    })
    it('has an example of each sort', () => {
      const kinds = own.flatMap(({ gives }) => gives)
      expect(kinds).toContain('unknown')
      expect(kinds).toContain(rule.atWorst)
      expect(kinds.some((kind) => kind === 'passes' || kind === 'not here')).toBe(true)
    })
  })
}

function outcomesOf(rule: Rule, host: Host, address: string) {
  const machine = readMachine(host)
  const device = machine.functions.find((f) => f.address === address)
  if (rule.about === 'device' && device === undefined) throw new Error(`no ${address} in this example`)
  const check =
    rule.about === 'computer' ? checkComputer(machine, [rule]) : checkDevice(machine, device!, [rule])
  for (const { error } of check.crashed) throw new Error(error)
  const found = [...check.findings, ...check.passed, ...check.notHere]
  return {
    kinds: [...found.map(({ kind }) => kind as Kind), ...check.open.map((): Kind => 'unknown')],
    text: [
      ...found.flatMap(({ says, evidence, fix, why }) => [
        says,
        ...evidence.map(({ path, value }) => `${path} = ${value}`),
        fix ?? '',
        why ?? '',
      ]),
      ...check.open.flatMap(({ unknown }) => unknown.map((one) => `${one.unknown} ${one.path}`)),
    ].join('\n'),
  }
}
