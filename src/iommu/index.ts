/**
 * iommu/: the IOMMU groups that Linux makes, worked out from configuration space by Linux's own rules.
 *
 * In: a Machine. Out: its groups as predicted, what about them cannot be known and why, the steps by which a function
 * came to its group, and the same for a machine changed on paper (another slot, another card, another kernel).
 *
 * Pure: nothing is read but the Machine, nothing is printed. The facts are from Linux 6.1.192, 6.12.117 and 7.3.4;
 * a row of a table that does not hold for all of them says so.
 */

export { type AcsBit, acsBitNames, acsBits, requiredBits } from './acs-bits.js'
export { type AcsQuirk, acsQuirks } from './acs-quirks.js'
export type { AcsVerdict } from './acs-verdict.js'
export { type AliasQuirk, aliasQuirks } from './alias-quirks.js'
export { type Cause, causesOf } from './causes.js'
export { type Difference, differences, type Membership, membershipOf } from './compare.js'
export { PredictionInputError } from './errors.js'
export { hasSince, isWithin, type KernelVersion, parseKernelVersion, sourcesRead } from './kernel-version.js'
export { kernelParameters } from './parameters.js'
export {
  type PredictedGroup,
  type Prediction,
  predictFrom,
  predictGroups,
  type UnknownGroup,
} from './predict.js'
export { type Premise, type PremiseKind, premisesOf } from './premises.js'
export { defaultRules, lateAcs, type Rules, rulesFor } from './rules.js'
export { type Slot, slotsOf } from './slots.js'
export { type Missing, type Subject, subjectsOf } from './subject.js'
export { changeMachine, type WhatIf } from './what-if.js'
export { type Step, type Why, whyFrom, whyGroup } from './why.js'
