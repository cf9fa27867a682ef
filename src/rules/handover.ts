import { predictGroups } from '../iommu/index.js'
import { type Fact, knownValue, type Machine, type PciFunction } from '../machine/index.js'

/** A device that is to go to a virtual machine, and what goes with it. */
export interface Handover {
  readonly machine: Machine
  /** The function that was asked for. */
  readonly device: PciFunction
  /** All functions of its IOMMU group, sorted, itself and bridges too; empty: it has no group. */
  readonly group: Fact<readonly PciFunction[]>
  /** Whether the kernel made that group, or it is what the kernel would make. */
  readonly groupSource: 'kernel' | 'predicted'
  /** The functions of the group that must leave their drivers of the host: all but bridges; where it has no group, itself. */
  readonly leaving: Fact<readonly PciFunction[]>
}

export function handoverOf(machine: Machine, device: PciFunction): Handover {
  const { source, members } = groupOf(machine, device)
  return {
    machine,
    device,
    group: members,
    groupSource: source,
    get leaving() {
      return 'value' in members ? { value: endpointsOf(members.value, device) } : members
    },
  }
}

function endpointsOf(members: readonly PciFunction[], device: PciFunction): readonly PciFunction[] {
  const endpoints = members.filter((f) => f === device || knownValue(f.isBridge) !== true)
  return endpoints.length === 0 ? [device] : endpoints
}

function groupOf(
  machine: Machine,
  device: PciFunction,
): { readonly source: Handover['groupSource']; readonly members: Fact<readonly PciFunction[]> } {
  const number = knownValue(device.group)
  if (number !== undefined && number !== null)
    return { source: 'kernel', members: { value: kernelGroups(machine).get(number)! } }
  const groups = predicted(machine)
  const members = groups.get(device.address)
  if (members !== undefined) return { source: 'predicted', members: { value: members } }
  return {
    source: 'predicted',
    members: {
      unknown: 'the group cannot be predicted: see `handover groups`',
      path: `/sys/bus/pci/devices/${device.address}`,
    },
  }
}

const made = new WeakMap<Machine, ReadonlyMap<number, readonly PciFunction[]>>()

/** The kernel's groups by number, gathered once for a machine. */
function kernelGroups(machine: Machine): ReadonlyMap<number, readonly PciFunction[]> {
  const known = made.get(machine)
  if (known !== undefined) return known
  const groups = new Map<number, PciFunction[]>()
  for (const f of machine.functions) {
    const number = knownValue(f.group)
    if (number === undefined || number === null) continue
    const members = groups.get(number)
    if (members === undefined) groups.set(number, [f])
    else members.push(f)
  }
  made.set(machine, groups)
  return groups
}

const kept = new WeakMap<Machine, ReadonlyMap<string, readonly PciFunction[]>>()

/** Predicted groups by function, made once for a machine. A function that no IOMMU covers has an empty one. */
function predicted(machine: Machine): ReadonlyMap<string, readonly PciFunction[]> {
  let groups = kept.get(machine)
  if (groups === undefined) {
    const byAddress = new Map(machine.functions.map((f) => [f.address, f]))
    const prediction = predictGroups(machine)
    groups = new Map<string, readonly PciFunction[]>([
      ...prediction.groups.flatMap(({ functions }) => {
        const members = functions.map((address) => byAddress.get(address)!)
        return functions.map((address) => [address, members] as const)
      }),
      ...prediction.ungrouped.map((address) => [address, []] as const),
    ])
    kept.set(machine, groups)
  }
  return groups
}
