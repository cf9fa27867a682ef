import {
  type BindingPlan,
  type Change,
  NoSuchFunctionError,
  planBinding,
  type Refusal,
} from '../changes/index.js'
import type { Host } from '../host/index.js'
import type { Machine, PciFunction, RoleName } from '../machine/index.js'
import type { ByHand } from './boot/by-hand.js'
import { planIdleSleep } from './host/idle-sleep.js'
import { planHost } from './host/plan-host.js'
import type { About, Wishes } from './host/wish.js'
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
  readonly needsRestart: boolean
  /** How the computer is started without the change, in a sentence; null where no boot entry is changed. */
  readonly wayBack: string | null
  /** Which boot loader is changed, and by what it is known to be the right one; null where none is. */
  readonly bootLoader: string | null
}

/** Throws NoSuchFunctionError, UnreadableError, WishError. */
export function makePlan(host: Host, machine: Machine, intent: Intent): Plan {
  const { devices, boot, byId, accept } = intent
  const about = { host, machine, devices: devices.map((one) => functionAt(machine, one)), boot, accept }
  const wished = planHost(intent.host ?? {}, about)
  const leaving = wished.keepsDevices ? [] : devices
  const plan = boot && devices.length > 0 ? fromBoot(about, leaving, byId) : now(about, leaving)
  const changes = [...wished.before, ...plan.changes, ...wished.after]
  return {
    intent,
    ...plan,
    changes,
    refusals: [...wished.refusals, ...plan.refusals],
    accepted: [...wished.accepted, ...plan.accepted],
    byHand: [...plan.byHand, ...wished.byHand],
    needsRestart: boot && changes.some(waits),
  }
}

/** Whether it has no effect before a restart: no running program is told of it. */
function waits(change: Change): boolean {
  return change.kind === 'configuration' && !change.commands.some(({ tells }) => tells)
}

function now({ host, machine, accept }: About, devices: readonly string[]) {
  const { members, ...plan } = planBinding(host, machine, devices, { accept })
  const takes = members.filter(({ fate }) => fate !== 'stays').map(({ address }) => address)
  return { takes, ...plan, byHand: [], wayBack: null, bootLoader: null }
}

function fromBoot(about: About, devices: readonly string[], byId: boolean) {
  const { host, machine, accept } = about
  const idleSleep = planIdleSleep(about)
  const { functions, ...plan } = planBoot(host, machine, devices, { accept, byId, idleSleep })
  return { takes: functions, notes: [], ...plan }
}

function functionAt(machine: Machine, address: string): PciFunction {
  const found = machine.functions.find((f) => f.address === address)
  if (!found) throw new NoSuchFunctionError(address)
  return found
}
