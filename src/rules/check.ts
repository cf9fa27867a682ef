import type { Machine, PciFunction, Unknown } from '../machine/index.js'
import { rules as allRules } from './families.js'
import { type Handover, handoverOf } from './handover.js'
import { type ComputerRule, type Outcome, type Rule, Undecided, type Weight, weights } from './rule.js'

/** An outcome, with the rule that came to it. */
export interface Finding extends Outcome {
  readonly rule: Rule
}

/** A rule that could not be decided, and what it would have to know. */
export interface Open {
  readonly rule: Rule
  readonly unknown: readonly Unknown[]
}

/** A rule that broke: a defect of this program, which hides nothing else. */
export interface Crash {
  readonly rule: Rule
  readonly error: string
}

/**
 * - `ready`: nothing stands in the way
 * - `ready after steps`: it works once these were done
 * - `not possible`: as the computer is, it cannot
 * - `unknown`: something that decides about it is not known
 */
export type Verdict = 'ready' | 'ready after steps' | 'not possible' | 'unknown'

export interface Check {
  readonly verdict: Verdict
  /** Findings of a weight, heaviest first, in the order of the rules. */
  readonly findings: readonly Finding[]
  readonly open: readonly Open[]
  readonly crashed: readonly Crash[]
  readonly passed: readonly Finding[]
  readonly notHere: readonly Finding[]
}

/** Whether this computer can hand devices over at all. `rules`: those to ask; all where absent. */
export function checkComputer(machine: Machine, rules: readonly Rule[] = allRules): Check {
  return run(rules, machine, undefined)
}

/** Whether this device can go to a virtual machine, on this computer: rules about the computer count too. */
export function checkDevice(machine: Machine, device: PciFunction, rules: readonly Rule[] = allRules): Check {
  return run(rules, machine, handoverOf(machine, device))
}

/** The verdict of {@link checkDevice} alone, for many devices: rules that cannot change it are not asked. */
export function verdictOn(machine: Machine, device: PciFunction): Verdict {
  return checkDevice(machine, device, deciding).verdict
}

function run(rules: readonly Rule[], machine: Machine, handover: Handover | undefined): Check {
  const answers = rules
    .filter(({ about }) => about === 'computer' || handover !== undefined)
    .map((rule) =>
      rule.about === 'computer' ? askOnce(rule, machine) : ask(rule, () => rule.check(handover!)),
    )
  const found = answers.flatMap(({ findings = [] }) => findings)
  const open = answers.flatMap((one) => one.open ?? [])
  const crashed = answers.flatMap((one) => one.crash ?? [])
  const ofKind = (kind: Outcome['kind']) => found.filter((one) => one.kind === kind)
  const findings = weights.flatMap(ofKind)
  return {
    verdict: verdictOf(findings, [...open, ...crashed]),
    findings,
    open,
    crashed,
    passed: ofKind('passes'),
    notHere: ofKind('not here'),
  }
}

/** What asking a rule came to: one of these. */
interface Answer {
  readonly findings?: readonly Finding[]
  readonly open?: Open
  readonly crash?: Crash
}

function ask(rule: Rule, check: () => Outcome | readonly Outcome[]): Answer {
  try {
    return { findings: [check()].flat().map((outcome) => ({ ...checked(rule, outcome), rule })) }
  } catch (error) {
    if (error instanceof Undecided) return { open: { rule, unknown: error.unknown } }
    return { crash: { rule, error: error instanceof Error ? error.message : String(error) } }
  }
}

const asked = new WeakMap<Machine, Map<Rule, Answer>>()

/** A rule about the computer answers the same for every device of it. */
function askOnce(rule: ComputerRule, machine: Machine): Answer {
  const answers = asked.get(machine) ?? new Map<Rule, Answer>()
  asked.set(machine, answers)
  let answer = answers.get(rule)
  if (answer === undefined) {
    answer = ask(rule, () => rule.check(machine))
    answers.set(rule, answer)
  }
  return answer
}

/** A rule that found what it says that it never finds would make a wrong verdict of what is unknown. */
function checked(rule: Rule, outcome: Outcome): Outcome {
  const weight = weights.indexOf(outcome.kind as Weight)
  if (weight >= 0 && weight < weights.indexOf(rule.atWorst))
    throw new Error(`rule ${rule.id} found ${outcome.kind}, and says that at worst it finds ${rule.atWorst}`)
  return outcome
}

/** What is not decided counts as far as it could change the verdict. */
function verdictOf(findings: readonly Finding[], undecided: readonly { readonly rule: Rule }[]): Verdict {
  const some = (weight: Weight) => findings.some(({ kind }) => kind === weight)
  if (some('impossible')) return 'not possible'
  if (undecided.some(({ rule }) => decides(rule))) return 'unknown'
  return some('step') ? 'ready after steps' : 'ready'
}

/** Whether a rule can change the verdict. */
export function decides({ atWorst }: Rule): boolean {
  return atWorst === 'impossible' || atWorst === 'step'
}

const deciding = allRules.filter(decides)
