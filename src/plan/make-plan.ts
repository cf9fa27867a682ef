import {
  type BindingPlan,
  type Change,
  planBinding,
  type Refusal,
  type UnreadableError,
} from '../changes/index.js'
import type { Host } from '../host/index.js'
import type { Machine, RoleName } from '../machine/index.js'
import type { ByHand } from './boot/by-hand.js'
import type { Awaits } from './journal.js'
import { type Loss, lossesOf } from './losses.js'
import { planBoot } from './plan-boot.js'
import { type Risk, risksOf } from './risks.js'

/** What is wanted. */
export interface Intent {
  /** Addresses, sorted. */
  readonly devices: readonly string[]
  /** From boot on; else until the next restart. */
  readonly boot: boolean
  /** Roles that the host may lose. */
  readonly accept: readonly RoleName[]
}

/** What would be done for it. */
export interface Plan {
  readonly intent: Intent
  /** Functions that leave the host, sorted. */
  readonly takes: readonly string[]
  readonly changes: readonly Change[]
  /** While there are any, nothing is done. */
  readonly refusals: readonly Refusal[]
  readonly accepted: readonly Refusal[]
  readonly notes: BindingPlan['notes']
  readonly byHand: readonly ByHand[]
  readonly needsRestart: boolean
  /** How the computer is started without the change, in a sentence; null where no boot entry is changed. */
  readonly wayBack: string | null
  /** Words that are added to the kernel's command line. */
  readonly words: readonly string[]
  /** What the next start is to bring; null: it does not wait for one. */
  readonly awaits: Awaits | null
  readonly losses: readonly Loss[]
  readonly risks: readonly Risk[]
  /** What could not be read: what else is to be done, or stands against it, is not known. `why`: `denied`, an errno name, a reason. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[]
  /** Which boot loader is changed, and by what it is known to be the right one; null where none is. */
  readonly bootLoader: string | null
}

/** Throws NoSuchFunctionError. */
export function makePlan(host: Host, machine: Machine, intent: Intent): Plan {
  const unreadable = new Map<string, string>()
  const made = makeChanges(host, machine, intent, ({ path, reason }) => unreadable.set(path, reason))
  const losses = lossesOf(machine, made.takes)
  return {
    ...made,
    intent,
    losses,
    risks: risksOf({ ...made, losses, boot: intent.boot }),
    unreadable: [...unreadable].map(([path, why]) => ({ path, why })),
  }
}

function makeChanges(
  host: Host,
  machine: Machine,
  { devices, boot, accept }: Intent,
  onUnreadable: (error: UnreadableError) => void,
): Omit<Plan, 'intent' | 'losses' | 'risks' | 'unreadable'> {
  const options = { accept, onUnreadable }
  if (boot) {
    const { functions, ...plan } = planBoot(host, machine, devices, options)
    return { takes: functions, notes: [], needsRestart: plan.changes.length > 0, ...plan }
  }
  const { members, ...plan } = planBinding(host, machine, devices, options)
  const takes = members.filter(({ fate }) => fate !== 'stays').map(({ address }) => address)
  const none = { wayBack: null, bootLoader: null, words: [], awaits: null }
  return { takes, ...plan, byHand: [], needsRestart: false, ...none }
}
