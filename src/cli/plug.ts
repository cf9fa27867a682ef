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
import { carryOut, carryOutReturn, type Options, readJournal, type Tools, undoEntry } from '../plan/index.js'
import {
  attachedSlots,
  attachSlot,
  detachSlot,
  freePorts,
  type HostDriver,
  memoryOf,
  noteAttached,
  pluggedDevices,
  type Qmp,
  slotOf,
} from '../vm/index.js'
import { bindingDocument } from './documents/binding.js'
import { CliError } from './errors.js'
import { whyUnknown } from './explain.js'
import type { RunningMachine } from './running-machine.js'
import type { PluggingDocument } from './schemas/plugging.js'
import { status } from './status.js'

/** How long the machine's system is given to take a device, and to let go of it: its button blinks for 5 s (PCI Express 6.7.1.5). */
export const takeMs = 10_000
const letGoMs = 30_000

export type Plugging = Omit<PluggingDocument, 'schema'>

/** What is needed to plug. */
export interface Around {
  readonly running: Pick<RunningMachine, 'name' | 'pid' | 'folder' | 'journal'>
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
  // Before QEMU has it: whoever ends the machine gives back what was bound for it, also when this is killed.
  const slots = attachedSlots(running.folder)
  const before = slots.find((slot) => has(slot.addresses, addresses))
  noteAttached(running.folder, [
    ...slots.filter((slot) => slot !== before),
    { addresses, journal: id ?? before?.journal ?? null },
  ])
  try {
    const { port, taken } = await attachSlot(qmp, addresses, {
      limitMs: around.limitMs ?? takeMs,
      signal,
      driver,
    })
    return { ...common, state: 'attached', port, taken, binding: documentOf(plan, made) }
  } catch (error) {
    const now = (await pluggedDevices(qmp, driver).catch(() => [])).map(({ address }) => address)
    if (!has(now, addresses)) await giveBackAttached(around, addresses)
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
  const groups = groupsOf(machine, functions)
  const others = (await pluggedDevices(qmp, driver)).map(({ address }) => address)
  const keptBy = others.filter((other) => groupsOf(machine, [other]).some((group) => groups.includes(group)))
  // A driver of the host may have no device of a group while the machine has another.
  if (keptBy.length > 0) return { ...common, keptBy, left: 'vfio-pci', binding: null }
  const given = await giveBackAttached(around, functions)
  if (given !== undefined) return { ...common, keptBy, left: given, binding: null }
  if (!wasBound(around, functions)) return { ...common, keptBy, left: 'vfio-pci', binding: null }
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
 * Undoes what was made for a slot that was attached while the machine ran, and says where it is then. Undefined: the machine
 * had it from the start.
 */
async function giveBackAttached(
  { running: { folder }, context, options }: Around,
  functions: readonly string[],
): Promise<'host' | 'vfio-pci' | undefined> {
  const slots = attachedSlots(folder)
  const slot = slots.find(({ addresses }) => has(addresses, functions))
  if (slot === undefined) return undefined
  const entry = readJournal(options.root ?? '/').find(
    ({ head, state }) => head.id === slot.journal && state !== 'undone',
  )
  if (entry) await undoEntry(entry, context, { root: options.root ?? '/' })
  noteAttached(
    folder,
    slots.filter((one) => one !== slot),
  )
  return entry ? 'host' : 'vfio-pci'
}

/** Whether the machine's start took one of them from the host; what was with vfio-pci before stays there. */
function wasBound({ running, options }: Around, functions: readonly string[]): boolean {
  const entry = readJournal(options.root ?? '/').find(({ head }) => head.id === running.journal)
  return (entry?.head.changes ?? []).some(
    (change) => change.kind === 'driver-binding' && functions.includes(change.address),
  )
}

const has = (all: readonly string[], some: readonly string[]) => some.some((one) => all.includes(one))

function groupsOf(machine: Machine, addresses: readonly string[]): readonly number[] {
  return machine.functions
    .filter(({ address }) => addresses.includes(address))
    .flatMap(({ group }) => knownValue(group) ?? [])
}

function documentOf(plan: BindingPlan, made: readonly Change[]): PluggingDocument['binding'] {
  return plan.changes.length === 0 ? null : bindingDocument(plan, made)
}

/** What vfio-pci has, another program may have open: another machine. A driver's users are waited for when it is unbound. */
function requireNotInUse(
  host: Host,
  machine: Machine,
  addresses: readonly string[],
  { pid }: Around['running'],
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
