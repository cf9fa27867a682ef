import { type BindingPlan, type Change, planBinding, type Refusal } from '../changes/index.js'
import type { Host } from '../host/index.js'
import type { Machine, RoleName } from '../machine/index.js'
import type { ByHand } from './boot/by-hand.js'
import { planBoot } from './plan-boot.js'

/** What is wanted. */
export interface Intent {
  /** Addresses, sorted. */
  readonly devices: readonly string[]
  /** From boot on; else until the next restart. */
  readonly boot: boolean
  /** With `boot`: by the ids of devices, not by their place. */
  readonly byId: boolean
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
  /** Which boot loader is changed, and by what it is known to be the right one; null where none is. */
  readonly bootLoader: string | null
}

/** Throws NoSuchFunctionError, UnreadableError. */
export function makePlan(host: Host, machine: Machine, intent: Intent): Plan {
  const { devices, boot, byId, accept } = intent
  if (!boot) {
    const { members, ...plan } = planBinding(host, machine, devices, { accept })
    const takes = members.filter(({ fate }) => fate !== 'stays').map(({ address }) => address)
    return { intent, takes, ...plan, byHand: [], needsRestart: false, wayBack: null, bootLoader: null }
  }
  const { functions, ...plan } = planBoot(host, machine, devices, { accept, byId })
  return { intent, takes: functions, notes: [], needsRestart: plan.changes.length > 0, ...plan }
}
