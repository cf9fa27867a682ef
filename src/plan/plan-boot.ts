import {
  attempt,
  type BindingPlan,
  type Configuration,
  diff,
  type FileEdit,
  type PlanOptions,
  planBinding,
  type Refusal,
  refuseRoles,
  rethrow,
  UnreadableError,
} from '../changes/index.js'
import type { Host } from '../host/index.js'
import { compareAddresses, knownValue, type Machine, type PciFunction } from '../machine/index.js'
import { checkComputer, handoverOf, rules } from '../rules/index.js'
import { type ByHand, byHand } from './boot/by-hand.js'
import { planModprobe, refuseEquals, wayBackById } from './boot/by-id.js'
import { planDriverctl } from './boot/driverctl.js'
import type { EarlyFunction } from './boot/early.js'
import { planEarlyBinding } from './boot/initramfs.js'
import { planCommandLine } from './boot/loaders.js'
import { topologyPath } from './boot/topology.js'
import type { Awaits } from './journal.js'

/** What is to be changed so that functions belong to vfio-pci from boot on. */
export interface BootPlan {
  readonly changes: readonly Configuration[]
  readonly refusals: readonly Refusal[]
  readonly accepted: readonly Refusal[]
  /** What this program does not change here, and what it would be by hand. */
  readonly byHand: readonly ByHand[]
  /** Functions that will be taken, sorted. */
  readonly functions: readonly string[]
  /** How the computer is started without the change, in a sentence; null: nothing is changed, or it is not known. */
  readonly wayBack: string | null
  /** Words that are added to the kernel's command line. */
  readonly words: readonly string[]
  /** Null: nothing is changed. */
  readonly awaits: Awaits | null
  /** Which boot loader is changed, and by what it is known to be the right one; null where none is. */
  readonly bootLoader: string | null
}

/** `byId`: vfio-pci takes functions by their ids, not by their place. */
export interface BootOptions extends PlanOptions {
  readonly byId?: boolean
  /** A file that is to be in the initramfs too. */
  readonly idleSleep?: FileEdit | undefined
}

const awake = 'vfio-pci keeps idle devices awake'

/** Throws NoSuchFunctionError, and UnreadableError where no option takes it. */
export function planBoot(
  host: Host,
  machine: Machine,
  addresses: readonly string[],
  options: BootOptions = {},
): BootPlan {
  // What the host uses, what is a bridge and the like is refused as for a binding now; that there is no group yet is not,
  // where there can be one.
  const now: BindingPlan = planBinding(host, machine, addresses, options)
  const leaving = functionsLeaving(machine, addresses)
  const ofRoles = refuseRoles(machine, leaving)
  const hasNone = knownValue(machine.iommuTables)?.length === 0
  const kept = now.refusals.filter(({ rule }) => rule !== 'role' && (rule !== 'no-iommu-group' || hasNone))
  const { accept = [], onUnreadable = rethrow } = options
  const isAccepted = ({ role }: Refusal) => role !== undefined && accept.includes(role)
  const hand: ByHand[] = []
  const changes: Configuration[] = []
  /** Whether there is anything to do. */
  const add = (found: Configuration | ByHand): boolean => {
    if (found.kind === 'by hand') hand.push(found)
    else if (diff(found, host).length > 0) changes.push(found)
    return changes.includes(found as Configuration)
  }

  const wanted = wantedWords(machine)
  let wayBack: string | null = null
  let bootLoader: string | null = null
  let words: readonly string[] = []
  if (wanted.length === 0) hand.push(...iommuByHand(machine, onUnreadable))
  attempt(() => {
    const line = planCommandLine(host, wanted)
    if ('because' in line) {
      if (wanted.length > 0) hand.push(line)
      return
    }
    wayBack = line.wayBack
    if (!line.change) return
    ;({ bootLoader } = line)
    if (add(line.change)) words = wanted
  }, onUnreadable)
  const early = leaving.map((f) => earlyFunction(machine, f))
  let taken: Awaits['functions'] = []
  if (leaving.length === 0) {
    // Nothing is taken early: the devices stay with the host.
  } else if (early.every((one) => one !== undefined)) {
    const isAdded = attempt(() => {
      const modprobe = options.byId ? planModprobe(host, leaving) : undefined
      if (modprobe !== undefined && 'because' in modprobe) return add(modprobe)
      const found = planEarlyBinding(host, early, modprobe)
      const { idleSleep } = options
      const into = idleSleep !== undefined && found.kind !== 'by hand'
      const isNew = add(into ? { ...found, edits: [idleSleep, ...found.edits] } : found)
      if (idleSleep !== undefined && !into)
        add({ kind: 'configuration', id: 'idle-sleep', title: awake, edits: [idleSleep], commands: [] })
      return isNew
    }, onUnreadable)
    if (isAdded) taken = early.map((one, i) => ({ ...one, address: leaving[i]!.address }))
    attempt(() => {
      const overrides = planDriverctl(host, machine, leaving)
      if (overrides !== undefined) add(overrides)
    }, onUnreadable)
  } else hand.push(byHand('where a device stands is not known', 'run this as root, on the computer itself'))
  const ofIds = options.byId ? refuseEquals(machine, leaving) : []
  const refusals = [...kept, ...ofIds, ...ofRoles]
  return {
    changes,
    refusals: refusals.filter((one) => !isAccepted(one)),
    accepted: refusals.filter(isAccepted),
    byHand: hand,
    functions: leaving.map(({ address }) => address),
    wayBack: changes.length === 0 ? null : options.byId ? wayBackById : wayBack,
    words,
    awaits: changes.length === 0 ? null : { functions: taken, words },
    bootLoader: changes.length > 0 ? bootLoader : null,
  }
}

/** Endpoints of the groups of all, each once; bridges of the computer itself, which vfio-pci does not get, left out. */
function functionsLeaving(machine: Machine, addresses: readonly string[]): readonly PciFunction[] {
  const all = addresses.flatMap((address) => {
    const device = machine.functions.find((f) => f.address === address)!
    const { leaving } = handoverOf(machine, device)
    return 'value' in leaving ? leaving.value : [device]
  })
  return [...new Set(all)]
    .filter((f) => (knownValue(f.class) ?? 0) >> 16 !== 0x06)
    .sort((a, b) => compareAddresses(a.address, b.address))
}

function earlyFunction(machine: Machine, f: PciFunction): EarlyFunction | undefined {
  const [path, vendor, device] = [topologyPath(machine, f), knownValue(f.vendor), knownValue(f.device)]
  return path === undefined || vendor === undefined || device === undefined
    ? undefined
    : { path, vendor, device }
}

/**
 * Words that the kernel's command line lacks for the IOMMU to be on. A later intel_iommu=on makes up for an earlier off (Linux
 * drivers/iommu/intel/iommu.c intel_iommu_setup); nothing makes up for iommu=off (arch/x86/kernel/pci-dma.c iommu_setup).
 */
function wantedWords(machine: Machine): readonly string[] {
  const isOff = knownValue(machine.iommus)?.length === 0
  const forAll = /(^|\s)iommu=(\S*,)?off/.test(knownValue(machine.commandLine) ?? '')
  return isOff && !forAll && knownValue(machine.iommuTables)?.includes('DMAR') ? ['intel_iommu=on'] : []
}

/** What the rule about it says is to be done, where that is not a word more. */
function iommuByHand(machine: Machine, onUnreadable: (error: UnreadableError) => void): readonly ByHand[] {
  const { findings, open } = checkComputer(
    machine,
    rules.filter(({ id }) => id === 'iommu-in-use'),
  )
  for (const { path, unknown } of open.flatMap((one) => one.unknown))
    onUnreadable(new UnreadableError(path, unknown))
  return findings.map(({ says, fix, rule }) => byHand(says, fix ?? rule.fix ?? ''))
}
