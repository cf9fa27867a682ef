import { type BindingPlan, type Change, planBinding, planReturn } from '../changes/index.js'
import type { Host } from '../host/index.js'
import {
  deviceNodes,
  findHolders,
  isVfioDriver,
  knownValue,
  type Machine,
  type PciFunction,
  type RoleName,
  readLockableBytes,
  readMachine,
  sizeText,
} from '../machine/index.js'
import { carryOut, carryOutReturn, type Head, type Options, readJournal, type Tools } from '../plan/index.js'
import {
  attachSlot,
  detachSlot,
  freePorts,
  type HostDriver,
  memoryOf,
  pluggedDevices,
  type Qmp,
  type RunRecord,
  slotOf,
} from '../vm/index.js'
import { bindingDocument } from './documents/binding.js'
import { CliError } from './errors.js'
import { whyUnknown } from './explain.js'
import { undoRest } from './give-back.js'
import type { RunningMachine } from './running-machine.js'
import type { PluggingDocument } from './schemas/plugging.js'
import { status } from './status.js'

/** How long the machine's system is given to take a device, and to let go of it: its button blinks for 5 s (PCI Express 6.7.1.5). */
export const takeMs = 10_000
export const letGoMs = 30_000

export type Plugging = Omit<PluggingDocument, 'schema'>

export type Noted = Pick<RunRecord, 'addresses' | 'journals'>

/** What is needed to plug. */
export interface Around {
  readonly running: Pick<RunningMachine, 'name' | 'pid'>
  /** What is noted of the run now: what it has of the host, and under which numbers that can be given back. */
  readonly noted: () => Noted
  readonly note: (noted: Noted) => void
  readonly host: Host
  readonly machine: Machine
  readonly qmp: Qmp
  readonly context: Tools
  readonly signal: AbortSignal
  readonly accept: readonly RoleName[]
  /** For the journal. */
  readonly options: Options
  /** For tests: in place of {@link takeMs} and {@link letGoMs}. */
  readonly limitMs?: number
  /** For tests: an emulated device in place of vfio-pci. */
  readonly driver?: HostDriver
}

/** Binds a device's slot to vfio-pci and puts it into a running machine; where that fails, the host has it as before. */
export async function attach(around: Around, f: PciFunction): Promise<Plugging> {
  const { running, host, machine, qmp, context, signal, accept, driver } = around
  const addresses = slotMates(machine, f).map(({ address }) => address)
  const plugged = await pluggedDevices(qmp, driver)
  const common = { machine: running.name, functions: addresses, keptBy: [], left: null }
  if (plugged.some(({ address }) => address === f.address))
    return { ...common, state: 'attached-already', port: null, taken: null, binding: null }
  // What can be known is looked at before a device leaves its driver.
  requireNotInUse(host, machine, addresses, running)
  if ((await freePorts(qmp)).length === 0) throw noPort(running)
  if (plugged.length === 0) await requireLockable(host, running, qmp)
  const plan = planBinding(host, machine, addresses, { accept })
  if (plan.refusals.length > 0)
    return { ...common, state: 'refused', port: null, taken: null, binding: bindingDocument(plan, null) }
  const { id, made } = await carryOut(plan, context, around.options)
  try {
    // Before QEMU has it: whoever ends the machine gives back what was bound for it, also when this is killed.
    const noted = around.noted()
    around.note({
      addresses: [...new Set([...noted.addresses, ...addresses])],
      journals: id === null ? noted.journals : [...noted.journals, id],
    })
    const { port, taken } = await attachSlot(qmp, addresses, {
      limitMs: around.limitMs ?? takeMs,
      signal,
      driver,
    })
    return { ...common, state: 'attached', port, taken, binding: documentOf(plan, made) }
  } catch (error) {
    const now = (await pluggedDevices(qmp, driver).catch(() => [])).map(({ address }) => address)
    if (!has(now, addresses)) {
      // By its number, as nothing can be noted of a machine that has ended meanwhile.
      await giveBack(around, addresses, now, id)
      forget(around, addresses)
    }
    throw error
  }
}

/** Has the machine's system let go of a device's slot, and gives it back to the host. */
export async function detach(around: Around, f: PciFunction): Promise<Plugging> {
  const { running, host, machine, qmp, context, signal, driver } = around
  const functions = [
    ...(await detachSlot(qmp, f.address, { limitMs: around.limitMs ?? letGoMs, signal, driver })),
  ].sort()
  const common = { machine: running.name, functions, state: 'detached', port: null, taken: null } as const
  forget(around, functions)
  const others = (await pluggedDevices(qmp, driver)).map(({ address }) => address)
  const keptBy = others.filter((other) => has(groupsOf(machine, [other]), groupsOf(machine, functions)))
  // A driver of the host may have no device of a group while the machine has another.
  if (keptBy.length > 0) return { ...common, keptBy, left: 'vfio-pci', binding: null }
  const given = await giveBack(around, functions, others)
  if (given !== 'in part') return { ...common, keptBy, left: given, binding: null }
  const plan = planReturn(readMachine(host), functions)
  if (plan.refusals.length > 0)
    return {
      ...{ ...common, keptBy, state: 'refused', left: 'vfio-pci' },
      binding: bindingDocument(plan, null),
    }
  const { made } = await carryOutReturn(plan, context, around.options)
  return { ...common, keptBy, left: 'host', binding: documentOf(plan, made) }
}

/** What goes into a machine with a function: what stands in its slot, but for bridges and virtual functions, which go alone. */
export function slotMates(machine: Machine, f: PciFunction): readonly PciFunction[] {
  const isVirtual = (one: PciFunction) => knownValue(one.physicalFunction) != null
  if (isVirtual(f)) return [f]
  return machine.functions.filter(
    (one) =>
      one === f ||
      (slotOf(one.address) === slotOf(f.address) &&
        !isVirtual(one) &&
        (knownValue(one.class) ?? 0) >> 16 !== 0x06),
  )
}

/**
 * Undoes what took `functions` from the host, where nothing that the machine keeps (`others`) was taken with them: `in part`.
 * `vfio-pci`: the host had given them away before. `id`: where it may be, beside what is noted.
 */
async function giveBack(
  around: Around,
  functions: readonly string[],
  others: readonly string[],
  id: number | null = null,
): Promise<'host' | 'vfio-pci' | 'in part'> {
  const { machine, context, options } = around
  const { root = '/' } = options
  const journals = [...around.noted().journals, id]
  const entry = readJournal(root).findLast(
    ({ head, state }) => journals.includes(head.id) && state !== 'undone' && has(boundBy(head), functions),
  )
  if (entry === undefined) return 'vfio-pci'
  if (has(groupsOf(machine, boundBy(entry.head)), groupsOf(machine, others))) return 'in part'
  await undoRest(entry.head.id, journals, context, root)
  forget(around, functions, entry.head.id)
  return 'host'
}

/** `id`: of what is undone. */
function forget({ noted, note }: Around, functions: readonly string[], id: number | null = null): void {
  const { addresses, journals } = noted()
  note({
    addresses: addresses.filter((address) => !functions.includes(address)),
    journals: journals.filter((one) => one !== id),
  })
}

const boundBy = ({ changes }: Head) =>
  changes.flatMap((change) => (change.kind === 'driver-binding' ? [change.address] : []))

const has = <T>(all: readonly T[], some: readonly T[]) => some.some((one) => all.includes(one))

function groupsOf(machine: Machine, addresses: readonly string[]): readonly number[] {
  return machine.functions
    .filter(({ address }) => addresses.includes(address))
    .flatMap(({ group }) => knownValue(group) ?? [])
}

function documentOf(plan: BindingPlan, made: readonly Change[]): PluggingDocument['binding'] {
  return plan.changes.length === 0 ? null : bindingDocument(plan, made)
}

/** What vfio-pci has, another program may have open: another machine. A driver's users are waited for when it is unbound. */
export function requireNotInUse(
  host: Host,
  machine: Machine,
  addresses: readonly string[],
  { pid }: Pick<Around['running'], 'pid'>,
): void {
  for (const { address, driver } of machine.functions.filter((one) => addresses.includes(one.address))) {
    const name = knownValue(driver)
    if (name == null || !isVfioDriver(name)) continue
    const nodes = deviceNodes(host, address, name)
    const holders = 'unknown' in nodes ? nodes : findHolders(host, nodes.value)
    if ('unknown' in holders)
      throw new CliError(status.failed, `who uses ${address} is not known: ${whyUnknown(holders)}`)
    for (const holder of holders.value)
      if (holder.kind === 'process' && holder.pid !== pid)
        throw new CliError(
          status.refused,
          `${address} is in use: ${holder.command} (process ${holder.pid}) has ${holder.path} open`,
          ['detach it from that machine, or stop that machine'],
        )
  }
}

function noPort({ name }: Around['running']): CliError {
  return new CliError(status.failed, `${name} has no free port: a device is behind every one`, [
    'detach one, or stop the machine and name the device in its description',
  ])
}

/** Its first device has all of the machine's memory pinned, which counts as locked (see requireLockableMemory in vm/machine.ts). */
async function requireLockable(host: Host, { name, pid }: Around['running'], qmp: Qmp): Promise<void> {
  const lockable = knownValue(readLockableBytes(host, pid))
  if (lockable == null) return
  const needed = BigInt(await memoryOf(qmp))
  if (lockable >= needed) return
  throw new CliError(
    status.failed,
    `QEMU of ${name} may lock ${sizeText(lockable)} of memory, and the machine's ${sizeText(needed)} must be locked for its first device`,
    ['start the machine as root, or raise memlock in /etc/security/limits.d and log in again'],
  )
}
