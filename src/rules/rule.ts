import type { Evidence, Machine, Unknown } from '../machine/index.js'
import type { Handover } from './handover.js'

/**
 * How much a finding weighs, heaviest first:
 * - `impossible`: as the computer is, the device cannot be handed over
 * - `step`: it can, after this was done
 * - `warning`: it can, and something will not be as wished
 * - `note`: good to know
 */
export const weights = ['impossible', 'step', 'warning', 'note'] as const
export type Weight = (typeof weights)[number]

/** What a rule came to: a finding of some weight, or that all is well, or that the question does not arise here. */
export interface Outcome {
  readonly kind: Weight | 'passes' | 'not here'
  /** One sentence, without its full stop: what is so. */
  readonly says: string
  /** What was looked at. A `pass` has some too. */
  readonly evidence: readonly Evidence[]
  /** What to do, one sentence without its full stop; the rule's own where absent. */
  readonly fix?: string
  /** Why it matters here, where that is not what the rule says anyway. */
  readonly why?: string
}

/** What every rule says of itself: what `explain` prints and docs/rules/ holds. Sentences of `why` and `fix` are whole. */
interface About {
  /** Stable: `iommu-in-use`. */
  readonly id: string
  /** A question that all is well to when the answer is yes: `Does the kernel use the IOMMU?` */
  readonly title: string
  /** The paths and facts it decides by. */
  readonly looksAt: readonly string[]
  readonly why: string
  /** Null: nothing can be done about it. */
  readonly fix: string | null
  /** Versions that matter: `Linux 6.2: ...` */
  readonly since?: readonly string[]
  /** Kernel file and function, specification and section, vendor's document. */
  readonly sources: readonly string[]
  /** The heaviest that it finds. While it cannot be decided, the verdict cannot be better than that allows. */
  readonly atWorst: Weight
}

type Outcomes = Outcome | readonly Outcome[]

/** A rule about the whole computer. */
export interface ComputerRule extends About {
  readonly about: 'computer'
  check(machine: Machine): Outcomes
}

/** A rule about a device on its way to a virtual machine, and about what goes with it. */
export interface DeviceRule extends About {
  readonly about: 'device'
  check(handover: Handover): Outcomes
}

export type Rule = ComputerRule | DeviceRule

/**
 * Thrown by {@link need}. Whoever runs a rule makes of it that the rule could not be decided. No Error: nobody looks at where
 * it came from, and on a large computer it is thrown many thousand times.
 */
export class Undecided {
  constructor(readonly unknown: readonly Unknown[]) {}
}
