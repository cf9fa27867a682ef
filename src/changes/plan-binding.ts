import type { Host } from '../host/index.js'
import {
  compareAddresses,
  type Fact,
  isVfioDriver,
  leavesGroupViable,
  type Machine,
  type PciFunction,
  type RoleName,
  vfioPci,
} from '../machine/index.js'
import type { Binding, Change, DriverBinding } from './change.js'
import { NoSuchFunctionError, UnreadableError } from './errors.js'
import { type Note, planConsoles } from './plan-consoles.js'
import {
  type Refusal,
  refuseBridge,
  refuseRoles,
  refuseSystemBridge,
  refuseUnread,
  refuseVirtualFunctions,
  refuseWithoutGroup,
} from './refusal.js'

/**
 * An override that no driver has: the function is left without one (Linux Documentation/ABI/testing/sysfs-bus-pci,
 * `driver_override`).
 */
const noDriver = 'none'

/** What becomes of one function of the groups that a plan touches. */
export interface Member {
  readonly address: string
  readonly group: number | null
  /** Whether it was asked for, or is only in the group of one that was. */
  readonly asked: boolean
  readonly driver: string | null
  /**
   * - `to-vfio-pci`: leaves its driver for vfio-pci; one without a driver goes there too, so that no driver of the host takes
   *   it meanwhile, and so that the bus can be reset (vfio_pci_dev_set_resettable wants every function of it)
   * - `without-driver`: a host or ISA bridge with an endpoint's header: it leaves its driver, but vfio-pci would put it to sleep
   * - `to-host`: goes back to the driver that the kernel finds for it
   * - `stays`: as it is
   */
  readonly fate: 'to-vfio-pci' | 'without-driver' | 'to-host' | 'stays'
  /** Why it stays. */
  readonly because?: 'bridge' | 'handed-over' | 'viable' | 'with-host'
}

/** What is to be done, in order, and what stands against it. */
export interface BindingPlan {
  readonly members: readonly Member[]
  readonly changes: readonly Change[]
  /** While there are any, the plan is not to be applied. */
  readonly refusals: readonly Refusal[]
  /** Refusals that were lifted by accepting their role. */
  readonly accepted: readonly Refusal[]
  readonly notes: readonly Note[]
}

export interface PlanOptions {
  /** Roles that the host may lose. */
  readonly accept?: readonly RoleName[]
  /** Takes what could not be read, and the rest is planned; without it, that is thrown. */
  readonly onUnreadable?: (error: UnreadableError) => void
}

/** What `look` gives; undefined where something could not be read, and `onUnreadable` took that. */
export function attempt<T>(look: () => T, onUnreadable: (error: UnreadableError) => void): T | undefined {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    onUnreadable(error)
    return undefined
  }
}

export function rethrow(error: UnreadableError): never {
  throw error
}

/**
 * Plans to hand the IOMMU groups of `addresses` over: every endpoint of them leaves its host driver, or none does.
 * Throws {@link NoSuchFunctionError}, and UnreadableError for what no refusal speaks of.
 */
export function planBinding(
  host: Host,
  machine: Machine,
  addresses: readonly string[],
  { accept = [], onUnreadable = rethrow }: PlanOptions = {},
): BindingPlan {
  const asked = addresses.map((address) => functionAt(machine, address))
  const refusals: Refusal[] = []
  const members: Member[] = []
  const bindings: DriverBinding[] = []
  const leaving: PciFunction[] = []

  for (const f of withGroups(machine, asked)) {
    const isAsked = asked.includes(f)
    const known = readFacts(f, isAsked, refusals)
    if (!known) continue
    const { driver, override, isBridge } = known
    const group = 'value' in f.group ? f.group.value : null
    const member = { address: f.address, group, asked: isAsked, driver }
    if (isBridge) {
      if (isAsked) refusals.push(refuseBridge(f))
      members.push({ ...member, fate: 'stays', because: 'bridge' })
      continue
    }
    if (isAsked && 'value' in f.group && group === null) refusals.push(refuseWithoutGroup(machine, f))
    if (isAsked && 'value' in f.class && f.class.value >> 16 === 0x06)
      refusals.push(refuseSystemBridge(f, f.class.value))
    if (isVfioDriver(driver)) {
      members.push({ ...member, fate: 'stays', because: 'handed-over' })
      continue
    }
    if (!isAsked && driver !== null && leavesGroupViable(driver)) {
      members.push({ ...member, fate: 'stays', because: 'viable' })
      continue
    }
    const systemBridge = 'value' in f.class ? f.class.value >> 16 === 0x06 : !isAsked
    const after: Binding = systemBridge
      ? { driver: null, override: noDriver }
      : { driver: vfioPci.driver, override: vfioPci.driver }
    refuseParents(f, refusals)
    members.push({ ...member, fate: systemBridge ? 'without-driver' : 'to-vfio-pci' })
    bindings.push({ kind: 'driver-binding', address: f.address, before: { driver, override }, after })
    leaving.push(f)
  }

  refusals.push(...refuseRoles(machine, leaving))
  const accepted = refusals.filter(({ role }) => role !== undefined && accept.includes(role))
  const changes: Change[] = []
  if (bindings.some(({ after }) => after !== 'kernel' && after.driver === vfioPci.driver)) {
    const missing = loadVfioPci(host, machine, changes, leaving)
    if (missing) refusals.push(missing)
  }
  const notes = attempt(() => planConsoles(host, machine, leaving, changes), onUnreadable) ?? []
  // The functions of a card in descending order: its sound and USB are powered through function 0 (pci/quirks.c quirk_gpu_hda).
  changes.push(...bindings.toSorted((a, b) => compareAddresses(b.address, a.address)))
  return {
    members: members.toSorted((a, b) => compareAddresses(a.address, b.address)),
    changes,
    refusals: refusals.filter((refusal) => !accepted.includes(refusal)),
    accepted,
    notes,
  }
}

/**
 * Plans to give the IOMMU groups of `addresses` back to the drivers of the host, as the kernel matches them.
 * Throws {@link NoSuchFunctionError}.
 */
export function planReturn(machine: Machine, addresses: readonly string[]): BindingPlan {
  const asked = addresses.map((address) => functionAt(machine, address))
  const refusals: Refusal[] = []
  const members: Member[] = []
  const changes: DriverBinding[] = []
  for (const f of withGroups(machine, asked)) {
    const isAsked = asked.includes(f)
    const known = readFacts(f, isAsked, refusals)
    if (!known) continue
    const { driver, override, isBridge } = known
    const member = {
      address: f.address,
      group: 'value' in f.group ? f.group.value : null,
      asked: isAsked,
      driver,
    }
    const ours =
      driver === vfioPci.driver ||
      override === vfioPci.driver ||
      (driver === null && override === noDriver && 'value' in f.class && f.class.value >> 16 === 0x06) ||
      (isAsked && isVfioDriver(driver))
    if (isBridge || !ours) {
      members.push({ ...member, fate: 'stays', because: isBridge ? 'bridge' : 'with-host' })
      continue
    }
    refuseParents(f, refusals)
    members.push({ ...member, fate: 'to-host' })
    changes.push({
      kind: 'driver-binding',
      address: f.address,
      before: { driver, override },
      after: 'kernel',
    })
  }
  return {
    members: members.toSorted((a, b) => compareAddresses(a.address, b.address)),
    changes: changes.toSorted((a, b) => compareAddresses(a.address, b.address)),
    refusals,
    accepted: [],
    notes: [],
  }
}

function functionAt(machine: Machine, address: string): PciFunction {
  const found = machine.functions.find((f) => f.address === address)
  if (!found) throw new NoSuchFunctionError(address)
  return found
}

/** The functions asked for and all others of their groups. */
function withGroups(machine: Machine, asked: readonly PciFunction[]): readonly PciFunction[] {
  const groups = new Set(
    asked.flatMap(({ group }) => ('value' in group && group.value !== null ? [group.value] : [])),
  )
  return machine.functions.filter(
    (f) => asked.includes(f) || ('value' in f.group && f.group.value !== null && groups.has(f.group.value)),
  )
}

/** What must be known of a function before it can be decided on; what is not becomes a refusal. */
function readFacts(
  f: PciFunction,
  asked: boolean,
  refusals: Refusal[],
): (Binding & { readonly isBridge: boolean }) | undefined {
  const need = <T>(fact: Fact<T>, question: string): T | undefined => {
    if ('value' in fact) return fact.value
    refusals.push(refuseUnread(f.address, fact, question))
    return undefined
  }
  const isBridge = need(f.isBridge, 'whether it is a bridge')
  const driver = need(f.driver, 'which driver it has')
  const override = need(f.driverOverride, 'whether its driver is set by hand')
  if (asked) need(f.group, 'which IOMMU group it is in')
  if (isBridge === undefined || driver === undefined || override === undefined) return undefined
  return { isBridge, driver, override }
}

/** A function whose driver is to change must have no virtual functions: they would go with it. */
function refuseParents(f: PciFunction, refusals: Refusal[]): void {
  if ('unknown' in f.sriov)
    refusals.push(refuseUnread(f.address, f.sriov, 'whether virtual functions of it exist'))
  else if (f.sriov.value && f.sriov.value.enabled > 0)
    refusals.push(refuseVirtualFunctions(f, f.sriov.value.enabled))
}

/** vfio-pci is there, or can be loaded, or the plan is refused. Where that cannot be told, modprobe tells before anything else is touched. */
function loadVfioPci(
  host: Host,
  machine: Machine,
  changes: Change[],
  leaving: readonly PciFunction[],
): Refusal | undefined {
  if (host.list(vfioPci.folder).kind === 'value') return undefined
  changes.push({ kind: 'module-load', module: vfioPci.module, shownBy: vfioPci.folder })
  const found = machine.system.vfioModule(vfioPci.module)
  if ('unknown' in found || found.value.state !== 'missing') return undefined
  return {
    rule: 'no-vfio-pci',
    functions: leaving.map(({ address }) => address),
    evidence: [found.value.evidence],
    unknown: [],
    reason: 'this kernel has no driver vfio-pci',
    lift: { first: 'install the rest of its modules, or a kernel with CONFIG_VFIO_PCI' },
  }
}
