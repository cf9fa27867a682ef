import type { Host } from '../../host/index.js'
import {
  type BusError,
  type Evidence,
  type Fact,
  type Link,
  parseLine,
  readBusErrors,
  readFact,
  readLink,
  readLinkName,
} from '../../machine/index.js'
import { type Faults, readFaults } from './faults.js'
import { type Interrupts, interruptRate, readInterrupts } from './interrupts.js'
import { type PinnedMemory, readPinnedMemory } from './memory.js'
import { readPosting } from './posting.js'

/** A machine that runs. */
export interface Watched {
  /** Of QEMU. */
  readonly pid: number
  /** Functions of the host that it has: `0000:01:00.0`. */
  readonly addresses: readonly string[]
}

/** One look at a machine from the host. */
export interface Sample {
  /** CLOCK_MONOTONIC, in milliseconds. */
  readonly atMs: number
  readonly devices: readonly DeviceSample[]
  readonly memory: Fact<PinnedMemory>
  readonly faults: Fact<Faults>
  /** By what messages may reach the machine uncounted, where KVM runs it; null: they are all counted. */
  readonly posting: Fact<Evidence | null>
}

export interface DeviceSample {
  readonly address: string
  readonly driver: Fact<string | null>
  /** Null: none is set up: the machine's driver has not asked for any, or has masked them all. */
  readonly interrupts: Fact<Interrupts | null>
  readonly link: Fact<Link | null>
  /** `D0` to `D3cold`. */
  readonly powerState: Fact<string>
  /** Errors that the kernel has counted since it found the device; null: it counts none for it. */
  readonly busErrors: Fact<readonly BusError[] | null>
}

/** A device between two looks. */
export interface DeviceRate extends Omit<DeviceSample, 'interrupts'> {
  readonly interrupts: Fact<{
    readonly kind: Interrupts['kind']
    readonly vectors: number
    readonly perSecond: number | null
    readonly sharedWith: readonly string[]
  } | null>
}

/** Looks once. `previous`: the look before, whose faults are added to. */
export function watch(
  host: Host,
  { pid, addresses }: Watched,
  previous?: Sample,
  atMs = Number(process.hrtime.bigint() / 1_000_000n),
): Sample {
  const interrupts = readInterrupts(host)
  return {
    atMs,
    devices: addresses.map((address) => ({
      address,
      interrupts: 'value' in interrupts ? { value: interrupts.value.get(address) ?? null } : interrupts,
      ...readDevice(host, address),
    })),
    memory: readPinnedMemory(host, pid),
    faults: readFaults(host, pid, atMs, previous?.faults),
    posting: readPosting(host),
  }
}

function readDevice(host: Host, address: string): Omit<DeviceSample, 'address' | 'interrupts'> {
  const folder = `/sys/bus/pci/devices/${address}`
  return {
    driver: readLinkName(host, `${folder}/driver`),
    // Its configuration space is the machine's to use: what sysfs tells is enough here.
    link: readLink(host, folder, { address, config: { unknown: 'not read', path: `${folder}/config` } }),
    powerState: readFact(host, `${folder}/power_state`, parseLine),
    busErrors: readBusErrors(host, folder),
  }
}

/** What went on between two looks, by device of the later one. */
export function rates(before: Sample, after: Sample): readonly DeviceRate[] {
  const seconds = (after.atMs - before.atMs) / 1000
  return after.devices.map(({ interrupts, ...device }) => {
    const old = before.devices.find(({ address }) => address === device.address)?.interrupts
    if ('unknown' in interrupts || interrupts.value === null)
      return { ...device, interrupts: interrupts as Fact<null> }
    const now = interrupts.value
    const was = old !== undefined && 'value' in old ? old.value : null
    const perSecond = was === null ? null : interruptRate(was, now, seconds)
    const { kind, sharedWith, counts } = now
    return { ...device, interrupts: { value: { kind, vectors: counts.size, perSecond, sharedWith } } }
  })
}
