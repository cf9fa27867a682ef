import { setTimeout as sleep } from 'node:timers/promises'
import { planBinding } from '../changes/index.js'
import type { Host } from '../host/index.js'
import {
  isVfioDriver,
  knownValue,
  type Machine,
  type PciFunction,
  type RoleName,
  readMachine,
} from '../machine/index.js'
import { MachineError, plugIntoDomain, tooLong, unplugFromDomain } from '../vm/index.js'
import { bindingDocument } from './documents/binding.js'
import { CliError } from './errors.js'
import { letGoMs, type Plugging, requireNotInUse } from './plug.js'
import type { RunningMachine } from './running-machine.js'
import { status } from './status.js'

interface Around {
  readonly running: Pick<RunningMachine, 'name' | 'pid' | 'addresses' | 'ask'>
  readonly host: Host
  readonly machine: Machine
  readonly accept: readonly RoleName[]
  readonly signal: AbortSignal
}

/** Puts a function into a domain of libvirt, which binds it and gives it back; what shares its group must be away from the host. */
export async function attachToDomain(
  { running: { name, pid, addresses }, host, machine, accept }: Around,
  f: PciFunction,
): Promise<Plugging> {
  const { address } = f
  const common = { machine: name, functions: [address], port: null, taken: null, left: null, keptBy: [] }
  if (addresses.includes(address)) return { ...common, state: 'attached-already', binding: null }
  requireNotInUse(host, machine, [address], { pid })
  const plan = planBinding(host, machine, [address], { accept })
  if (plan.refusals.length > 0) return { ...common, state: 'refused', binding: bindingDocument(plan, null) }
  const others = plan.members.filter((one) => one.address !== address && one.fate !== 'stays')
  if (others.length > 0)
    throw new CliError(
      status.refused,
      `${others.map((one) => one.address).join(', ')} must leave the host with ${address}, which shares an IOMMU group: libvirt does not do that`,
      [`sudo handover bind ${address}`, `sudo handover vm attach ${name} ${address}`],
    )
  plugIntoDomain(name, address)
  return { ...common, state: 'attached', binding: null }
}

/** Has the domain's system let go of a function, for up to `limitMs`. */
export async function detachFromDomain(
  { running: { name, addresses, ask }, host, signal }: Around,
  f: PciFunction,
  limitMs = letGoMs,
): Promise<Plugging> {
  const { address } = f
  if (!addresses.includes(address))
    throw new CliError(status.noSuchDevice, `${name} has no ${address}`, [`handover vm status ${name}`])
  unplugFromDomain(name, address)
  for (const until = Date.now() + limitMs; ; await sleep(200, undefined, { signal })) {
    const now = await ask()
    if ('value' in now && !now.value.addresses.includes(address)) break
    if (Date.now() > until) throw new MachineError(tooLong(address, limitMs))
  }
  const now = readMachine(host).functions.find((one) => one.address === address)
  const left = isVfioDriver((now && knownValue(now.driver)) ?? null) ? 'vfio-pci' : 'host'
  const common = { machine: name, functions: [address], port: null, taken: null, keptBy: [], binding: null }
  return { ...common, state: 'detached', left }
}
