import { setTimeout as sleep } from 'node:timers/promises'
import { explainWords } from '../logs/index.js'
import { MachineError } from './machine-error.js'
import { freePorts, type HostDriver, type Plugged, pluggedDevices, vfioDriver } from './plugged.js'
import { numbered, slotOf } from './qemu/slot.js'
import { type Qmp, QmpError, type QmpEvent } from './qmp.js'

export interface HotplugOptions {
  /** How long the machine's system is given. */
  readonly limitMs: number
  readonly signal?: AbortSignal
  readonly driver?: HostDriver | undefined
}

export interface Attached {
  /** The id of the root port that it is behind. */
  readonly port: string
  /** Whether a driver in the machine has switched it on; false: not in `limitMs`. */
  readonly taken: boolean
}

/** How often QEMU is asked whether the machine has taken a device. */
const pollMs = 100

/**
 * Puts functions of one slot of the host, which vfio-pci has, behind a free root port of a running machine: function 0 last, as
 * a system looks at the others only when it is there (QEMU docs/pcie.txt, hw/pci/pcie.c pcie_cap_slot_plug_cb).
 * Throws {@link MachineError} where no port is free or QEMU refuses one; then none of them stays, as far as `detail` does not
 * say otherwise.
 */
export async function attachSlot(
  qmp: Qmp,
  addresses: readonly string[],
  { limitMs, signal, driver = vfioDriver }: HotplugOptions,
): Promise<Attached> {
  const [port] = await freePorts(qmp)
  if (port === undefined)
    throw new MachineError(
      'the machine has no free port: every pcie-root-port of it has a device; detach one, or start the machine with the device in its description',
    )
  const functions = numbered(addresses.map((address) => ({ address })))
  const added: string[] = []
  try {
    for (const { address, number } of functions.toReversed()) {
      signal?.throwIfAborted()
      await qmp.run('device_add', {
        driver: driver.driver,
        [driver.names]: address,
        bus: port,
        addr: `0.${number}`,
        ...(number === 0 && functions.length > 1 && { multifunction: true }),
      })
      added.push(address)
    }
  } catch (error) {
    const left = await takeOut(qmp, added, driver)
    if (!(error instanceof QmpError) && left.length === 0) throw error
    throw new MachineError(whyRefused(error as Error), left.length > 0 ? stillThere(left) : undefined)
  }
  return { port, taken: await isTaken(qmp, port, limitMs, signal) }
}

function whyRefused(error: Error): string {
  if (!(error instanceof QmpError)) return error.message
  const known = explainWords(error.description)
  return known ? `QEMU refuses: ${known.title}; ${known.fix}` : error.message
}

const stillThere = (addresses: readonly string[]) => `still in the machine: ${addresses.join(', ')}`

/** Functions without their function 0, which no system has seen, go at once where the port itself is asked. */
async function takeOut(
  qmp: Qmp,
  addresses: readonly string[],
  driver: HostDriver,
): Promise<readonly string[]> {
  const devices = (await pluggedDevices(qmp, driver)).filter(({ address }) => addresses.includes(address))
  const left: string[] = []
  for (const device of devices)
    await removed(qmp, [device], device.path, 1000).catch(() => left.push(device.address))
  return left
}

/** A driver in the machine that takes a device switches its BARs on. One without BARs cannot tell. */
async function isTaken(qmp: Qmp, port: string, limitMs: number, signal?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const buses = (await qmp.run('query-pci')) as { devices: PciDevice[] }[]
    const behind = buses.flatMap(({ devices }) => devices).find(({ qdev_id }) => qdev_id === port)
      ?.pci_bridge?.devices
    // QEMU says -1 where a BAR is not decoded (hw/pci/pci.h, PCI_BAR_UNMAPPED).
    if (behind?.some(({ regions }) => regions.some(({ address }) => address !== -1))) return true
    if (Date.now() >= deadline) return false
    await sleep(pollMs, undefined, { signal })
  }
}

interface PciDevice {
  readonly qdev_id: string
  readonly regions: readonly { readonly address: number }[]
  readonly pci_bridge?: { readonly devices?: readonly PciDevice[] }
}

/**
 * Asks the machine's system to let go of all functions of the slot of `address`, and waits until it has.
 * Gives their addresses. Throws {@link MachineError} where the machine does not have it, or its system does not let go.
 */
export async function detachSlot(
  qmp: Qmp,
  address: string,
  { limitMs, signal, driver = vfioDriver }: HotplugOptions,
): Promise<readonly string[]> {
  const all = await pluggedDevices(qmp, driver)
  const asked = all.find((one) => one.address === address)
  if (!asked) throw new MachineError(`the machine does not have ${address}`)
  if (!isBehindPort(asked))
    throw new MachineError(
      `${address} is not behind a port of its own, so it cannot be taken out of the machine while it runs; it comes back when the machine ends`,
    )
  // What is behind one port goes together, whichever of it is asked for.
  const together = all.filter(({ bus }) => bus === asked.bus)
  try {
    await removed(qmp, together, asked.path, limitMs, signal)
  } catch (error) {
    if (!(error instanceof QmpError)) throw error
    throw new MachineError(`QEMU refuses to take ${slotOf(address)} out: ${error.description}`)
  }
  return together.map((one) => one.address)
}

/** Not on the root bus, whose slots are not for plugging (docs/pcie.txt, 5). */
function isBehindPort({ bus }: Plugged): boolean {
  return bus.startsWith('/machine/peripheral')
}

/** Asks for the removal of `path`, and resolves when all of `devices` are gone. */
async function removed(
  qmp: Qmp,
  devices: readonly Plugged[],
  path: string,
  limitMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const waiting = new Set(devices.map((device) => device.path))
  const names = devices.map(({ address }) => address).join(', ')
  const over = new AbortController()
  try {
    await new Promise<void>((resolve, reject) => {
      const onEvent = ({ event, data }: QmpEvent) => {
        const of = String(data?.path)
        if (event === 'DEVICE_DELETED' && waiting.delete(of) && waiting.size === 0) resolve()
        if (event === 'DEVICE_UNPLUG_GUEST_ERROR' && waiting.has(of))
          reject(new MachineError(`the machine's system refuses to let go of ${names}`))
      }
      const onClose = () => reject(new MachineError(`the machine ended before it let go of ${names}`))
      qmp.on('event', onEvent)
      qmp.on('close', onClose)
      over.signal.addEventListener('abort', () => {
        qmp.off('event', onEvent)
        qmp.off('close', onClose)
      })
      signal?.addEventListener('abort', () => reject(signal.reason), { signal: over.signal })
      sleep(limitMs, undefined, { signal: over.signal }).then(
        () => reject(new MachineError(tooLong(names, limitMs))),
        () => undefined, // over
      )
      qmp.run('device_del', { id: path }).catch(reject)
    })
  } finally {
    over.abort()
  }
}

export function tooLong(names: string, limitMs: number): string {
  return `the machine's system has not let go of ${names} in ${limitMs / 1000} s: a program in it uses the device, or it does not listen to such requests; it may still let go later`
}
