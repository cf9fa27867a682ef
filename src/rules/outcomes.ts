import type { Evidence, Fact, Unknown } from '../machine/index.js'
import { type Outcome, Undecided, type Weight } from './rule.js'

/**
 * The value of a fact that a rule cannot do without. Where it is not known the rule ends here, undecided: so what could
 * not be read never counts as fine.
 */
export function need<T>(fact: Fact<T>): T {
  if ('unknown' in fact) throw new Undecided([fact])
  return fact.value
}

/** Ends a rule that cannot be decided for a reason of its own. */
export function undecided(unknown: string, path: string): never {
  throw new Undecided([{ unknown, path }])
}

/** The first that holds; false where none can; undecided where one that is not known could. For facts of several functions. */
export function needSome<T>(list: readonly T[], holds: (one: T) => Fact<boolean>): T | undefined {
  const open: Unknown[] = []
  for (const one of list) {
    const fact = holds(one)
    if ('unknown' in fact) open.push(fact)
    else if (fact.value) return one
  }
  if (open.length > 0) throw new Undecided(open)
  return undefined
}

export function seen(path: string, value: string): Evidence {
  return { path, value }
}

type Rest = Pick<Outcome, 'fix' | 'why'>

function finding(kind: Weight) {
  return (says: string, evidence: Evidence | readonly Evidence[], rest: Rest = {}): Outcome => ({
    kind,
    says,
    evidence: Array.isArray(evidence) ? evidence : [evidence as Evidence],
    ...rest,
  })
}

export const impossible = finding('impossible')
export const step = finding('step')
export const warning = finding('warning')
export const note = finding('note')

export function passes(says: string, ...evidence: readonly Evidence[]): Outcome {
  return { kind: 'passes', says, evidence }
}

/** The question does not arise on this computer or for this device. */
export function notHere(says: string, ...evidence: readonly Evidence[]): Outcome {
  return { kind: 'not here', says, evidence }
}
