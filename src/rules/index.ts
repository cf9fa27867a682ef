/**
 * rules/: whether a computer can hand a device over, and what stands in the way.
 *
 * In: a Machine, and where asked a device of it. Out: a verdict, with findings by weight: what was seen, why it matters,
 * what to do. What could not be read makes a rule undecided, never passed.
 *
 * One file per rule; `families.ts` lists them. Pure but for the lazy reads of the Machine.
 */

export {
  type Check,
  type Crash,
  checkComputer,
  checkDevice,
  decides,
  type Finding,
  type Open,
  type Verdict,
  verdictOn,
} from './check.js'
export { explanation, manualPage } from './explanation.js'
export { type Family, families, rules } from './families.js'
export { type Handover, handoverOf } from './handover.js'
export { type Outcome, type Rule, type Weight, weights } from './rule.js'
export { cardRest } from './video/card-functions.js'
