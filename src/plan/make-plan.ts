import {
  attempt,
  type BindingPlan,
  type Change,
  NoSuchFunctionError,
  planBinding,
  type Refusal,
  targetOf,
  type UnreadableError,
} from '../changes/index.js'
import type { Host } from '../host/index.js'
import type { Machine, PciFunction, RoleName } from '../machine/index.js'
import type { ByHand } from './boot/by-hand.js'
import { planIdleSleep } from './host/idle-sleep.js'
import { planHost } from './host/plan-host.js'
import type { About, Wishes } from './host/wish.js'
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
  /** With `boot`: by the ids of devices, not by their place. */
  readonly byId: boolean
  /** Roles that the host may lose. */
  readonly accept: readonly RoleName[]
  /** What else is wanted of the host. */
  readonly host?: Wishes | undefined
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
  /** Changes that take effect with the next start, by their targets: none where no restart is needed. */
  readonly restartFor: readonly string[]
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

/** Throws NoSuchFunctionError, WishError. */
export function makePlan(host: Host, machine: Machine, intent: Intent): Plan {
  const unreadable = new Map<string, string>()
  const onUnreadable = ({ path, reason }: UnreadableError) => void unreadable.set(path, reason)
  const { devices, boot, byId, accept } = intent
  const asked = devices.map((one) => functionAt(machine, one))
  const about: About = { host, machine, devices: asked, boot, accept, onUnreadable }
  const wished = planHost(intent.host ?? {}, about)
  const leaving = wished.keepsDevices ? [] : devices
  const plan = boot && devices.length > 0 ? fromBoot(about, leaving, byId) : now(about, leaving)
  const changes = [...wished.before, ...plan.changes, ...wished.after]
  const restartFor = boot ? changes.filter(waits).map(targetOf) : []
  const losses = lossesOf(machine, plan.takes)
  return {
    intent,
    ...plan,
    changes,
    refusals: [...wished.refusals, ...plan.refusals],
    accepted: [...wished.accepted, ...plan.accepted],
    byHand: [...plan.byHand, ...wished.byHand],
    restartFor,
    losses,
    risks: risksOf({ ...plan, changes, losses, boot }),
    unreadable: [...unreadable].map(([path, why]) => ({ path, why })),
  }
}

/** Whether it has no effect before a restart: no running program is told of it. */
function waits(change: Change): boolean {
  return change.kind === 'configuration' && !change.commands.some(({ tells }) => tells)
}

function now({ host, machine, accept, onUnreadable }: About, devices: readonly string[]) {
  const { members, ...plan } = planBinding(host, machine, devices, { accept, onUnreadable })
  const takes = members.filter(({ fate }) => fate !== 'stays').map(({ address }) => address)
  return { takes, ...plan, byHand: [], wayBack: null, bootLoader: null, words: [], awaits: null }
}

function fromBoot(about: About, devices: readonly string[], byId: boolean) {
  const { host, machine, accept, onUnreadable } = about
  const idleSleep = attempt(() => planIdleSleep(about), onUnreadable)
  const options = { accept, byId, idleSleep, onUnreadable }
  const { functions, ...plan } = planBoot(host, machine, devices, options)
  return { takes: functions, notes: [], ...plan }
}

function functionAt(machine: Machine, address: string): PciFunction {
  const found = machine.functions.find((f) => f.address === address)
  if (!found) throw new NoSuchFunctionError(address)
  return found
}
