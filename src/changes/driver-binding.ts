/**
 * A function goes from one driver to another by `driver_override`, `unbind` and `bind` (Linux drivers/base/bus.c,
 * drivers/base/dd.c, drivers/pci/pci-driver.c; the same in 6.1, 6.12 and 7.2):
 * - an override lets only the driver of that name have the function; a lone newline clears it
 * - `bind` tells why a driver did not take the function; `drivers_probe` tells nothing
 * - `unbind` comes back when the driver's `remove` has; the `driver` link is gone before that
 */

import { posix } from 'node:path'
import type { Host } from '../host/index.js'
import { type DeviceNode, type Holder, isVfioDriver } from '../machine/index.js'
import type { Action, Binding, ChangeKind, Context, Difference, DriverBinding } from './change.js'
import {
  BlockedError,
  HeldError,
  NotAsWantedError,
  StaleError,
  UnreadableError,
  unreadable,
} from './errors.js'
import { holdersOfNodes, nodesOf, nodesToClose } from './holders.js'
import type { Write } from './writer.js'

const drivers = '/sys/bus/pci/drivers'
const probe = '/sys/bus/pci/drivers_probe'
/** How often it is looked whether a device has been closed. */
const pollMs = 200

const devicePath = (address: string) => `/sys/bus/pci/devices/${address}`
const overridePath = (address: string) => `${devicePath(address)}/driver_override`

export const driverBinding: ChangeKind<DriverBinding> = {
  describe({ address, before, after }) {
    const back = steps(address, after === 'kernel' ? { driver: null, override: null } : after, before)
    return {
      kind: 'driver-binding',
      target: address,
      from: before.driver,
      to: after === 'kernel' ? 'the driver that the kernel finds' : after.driver,
      actions: steps(address, before, after).map(toAction),
      undo: back.map(toAction),
    }
  },

  diff({ address, after }, host) {
    const now = readBinding(host, address)
    const differences: Difference[] = []
    const driver = `${devicePath(address)}/driver`
    if (after === 'kernel') {
      // What the kernel will choose is not known before it has.
      if (isVfioDriver(now.driver)) differences.push({ path: driver, from: now.driver, to: null })
      if (now.override !== null)
        differences.push({ path: overridePath(address), from: now.override, to: null })
      return differences
    }
    if (now.override !== after.override)
      differences.push({ path: overridePath(address), from: now.override, to: after.override })
    if (now.driver !== after.driver) differences.push({ path: driver, from: now.driver, to: after.driver })
    return differences
  },

  async check({ address, before }, context) {
    const now = readBinding(context.host, address)
    if (now.driver !== before.driver || now.override !== before.override)
      throw new StaleError(address, bindingText(before), bindingText(now))
    if (now.driver !== null) await waitUntilClosed(address, now.driver, context)
  },

  apply: ({ address, after }, context) => move(address, after, context),

  async undo({ address, before }, context) {
    if (!isGone(context.host, address)) await move(address, before, context)
  },
}

/** Unplugged, or a virtual function whose card makes it no longer: then nothing of it is left to put back. */
export function isGone(host: Host, address: string): boolean {
  return host.list(devicePath(address)).kind === 'absent'
}

/** The binding as it is. Throws {@link UnreadableError}. */
export function readBinding(host: Host, address: string): Binding {
  const path = overridePath(address)
  const override = host.readText(path)
  if (override.kind !== 'value') throw unreadable(path, override)
  const name = override.value.trim()
  return {
    driver: readDriver(host, address),
    // How a kernel prints that there is none: drivers/pci/pci-sysfs.c, driver_override_show.
    override: name === '' || name === '(null)' ? null : name,
  }
}

export function readDriver(host: Host, address: string): string | null {
  const path = `${devicePath(address)}/driver`
  const link = host.readLink(path)
  if (link.kind === 'value') return posix.basename(link.value)
  if (link.kind === 'absent') return null
  throw unreadable(path, link)
}

/** The writes that lead from one binding to another. */
function steps(address: string, from: Binding, to: Binding | 'kernel'): readonly Write[] {
  const override = to === 'kernel' ? null : to.override
  const writes: Write[] = []
  if (from.override !== override) writes.push({ path: overridePath(address), text: `${override ?? ''}\n` })
  if (to !== 'kernel' && from.driver === to.driver) return writes
  if (from.driver !== null) writes.push({ path: `${drivers}/${from.driver}/unbind`, text: address })
  if (to === 'kernel') writes.push({ path: probe, text: address })
  else if (to.driver !== null) writes.push({ path: `${drivers}/${to.driver}/bind`, text: address })
  return writes
}

function bindingText({ driver, override }: Binding): string {
  return `${driver === null ? 'no driver' : `the driver ${driver}`}${override === null ? '' : ` and the override ${override}`}`
}

function toAction({ path, text }: Write): Action {
  return { path, write: text.trimEnd() }
}

/** Brings a function to a binding from whatever it has now, and looks whether it came about. */
export async function move(address: string, to: Binding | 'kernel', context: Context): Promise<void> {
  const { host } = context
  const now = readBinding(host, address)
  const leaves = now.driver !== null && (to === 'kernel' || to.driver !== now.driver)
  if (leaves) await waitUntilClosed(address, now.driver, context)
  // Asked now, since the nodes go away first when a driver lets go.
  const nodes = leaves ? nodesOf(host, address, now.driver) : []
  for (const write of steps(address, now, to)) {
    const later = lateWrites(address, now, to, write)
    await writeOrGiveUp(address, write, later, nodes, context)
  }

  const path = `${devicePath(address)}/driver`
  const after = readDriver(host, address)
  if (to === 'kernel') {
    if (isVfioDriver(after))
      throw new NotAsWantedError(path, 'a driver of the host', after, claimedById(after!))
  } else if (after !== to.driver) {
    throw new NotAsWantedError(path, to.driver, after, `see \`dmesg\` for what the kernel says of ${address}`)
  }
}

function claimedById(driver: string): string {
  return (
    `${driver} claims devices of this kind by their id: see the module option ids= ` +
    `(/etc/modprobe.d, vfio-pci.ids= on the kernel command line), or write the id to ${drivers}/${driver}/remove_id`
  )
}

async function writeOrGiveUp(
  address: string,
  write: Write,
  later: readonly Write[],
  nodes: readonly DeviceNode[],
  { host, writer, limits, report }: Context,
): Promise<void> {
  const limitMs = limits.writeMs
  const written = await writer.write(write, limitMs, later, () => report({ kind: 'slow', ...write, limitMs }))
  if (written === 'done') return
  const driver = write.path.startsWith(`${drivers}/`) ? posix.basename(posix.dirname(write.path)) : null
  throw new BlockedError(address, driver, write.path, limitMs, tryHolders(host, nodes), written.pid)
}

/**
 * What is to follow on a write that did not come back in time. Whichever way the function was going, it ends with the host:
 * on the way to vfio-pci it turns back, on the way home it goes on.
 */
function lateWrites(address: string, from: Binding, to: Binding | 'kernel', stuck: Write): readonly Write[] {
  if (to !== 'kernel' && isVfioDriver(to.driver)) {
    const driver = stuck.path.endsWith('/unbind')
      ? null
      : stuck.path.endsWith('/bind')
        ? to.driver
        : from.driver
    const reached = { driver, override: to.override }
    return steps(address, reached, from)
  }
  const planned = steps(address, from, to)
  return planned.slice(planned.findIndex(({ path }) => path === stuck.path) + 1)
}

function tryHolders(host: Host, nodes: readonly DeviceNode[]): readonly Holder[] | UnreadableError {
  try {
    return holdersOfNodes(host, nodes)
  } catch (error) {
    if (error instanceof UnreadableError) return error
    throw error
  }
}

/** Waits for those whom losing the device would hurt, or who would keep the kernel waiting. Throws {@link HeldError}. */
export async function waitUntilClosed(
  address: string,
  driver: string,
  { host, limits, report }: Context,
): Promise<void> {
  const deadline = Date.now() + limits.closeMs
  for (let told = false; ; told = true) {
    const holders = holdersOfNodes(host, nodesToClose(host, address, driver))
    if (holders.length === 0) return
    if (Date.now() >= deadline) throw new HeldError(address, driver, holders, limits.closeMs)
    if (!told) report({ kind: 'held', address, holders, limitMs: limits.closeMs })
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
