import type { Host } from '../host/index.js'
import { ConfigSpace, decodeFunction, type FunctionConfig } from '../pci/index.js'
import { isAddress } from './address.js'
import { readBusErrors } from './bus-errors.js'
import { readLink } from './link.js'
import type { BusError, Fact, Held, Link, Names, PciFunction, Resource, Role } from './machine.js'
import type { NameReader } from './pci-ids.js'
import {
  knownValue,
  parseLine,
  parseNumber,
  readFact,
  readLinkName,
  readList,
  readOptional,
  readTarget,
  unknownFrom,
} from './read.js'
import { readResources } from './resources.js'

/** What one function needs of the rest of the machine. */
export interface Surroundings {
  readonly host: Host
  readonly names: NameReader
  readonly holds: ReadonlyMap<string, readonly Held[]>
  readonly roles: ReadonlyMap<string, readonly Role[]>
}

/** A function as sysfs shows it (Documentation/ABI/testing/sysfs-bus-pci). */
export class SysfsFunction implements PciFunction {
  readonly address: string
  readonly parent: Fact<string | null>
  readonly vendor: Fact<number>
  readonly device: Fact<number>
  readonly class: Fact<number>
  readonly driver: Fact<string | null>
  readonly group: Fact<number | null>
  readonly isBridge: Fact<boolean>
  readonly physicalFunction: Fact<string | null>
  readonly sriov: Fact<{ readonly enabled: number; readonly total: number } | null>
  readonly bootVga: Fact<boolean | null>
  readonly #around: Surroundings
  readonly #folder: string
  readonly #kept = new Map<string, unknown>()

  constructor(address: string, around: Surroundings) {
    const { host } = around
    const folder = `/sys/bus/pci/devices/${address}`
    this.address = address
    this.#around = around
    this.#folder = folder
    this.parent = readParent(host, folder)
    this.vendor = readFact(host, `${folder}/vendor`, parseNumber)
    this.device = readFact(host, `${folder}/device`, parseNumber)
    this.class = readFact(host, `${folder}/class`, parseNumber)
    this.driver = readLinkName(host, `${folder}/driver`)
    this.group = readGroup(host, `${folder}/iommu_group`)
    this.isBridge = this.#readIsBridge()
    this.physicalFunction = readLinkName(host, `${folder}/physfn`)
    this.sriov = readSriov(host, folder)
    this.bootVga = readOptional(host, `${folder}/boot_vga`, parseFlag)
  }

  /**
   * Read only where it is asked for: the kernel holds the device's lock for it (Linux drivers/pci/pci-sysfs.c,
   * driver_override_show), and so keeps a reader waiting for as long as a driver hangs.
   */
  get driverOverride(): Fact<string | null> {
    return this.#once('driverOverride', () =>
      readOverride(this.#around.host, `${this.#folder}/driver_override`),
    )
  }
  get subsystemVendor(): Fact<number | null> {
    return this.#once('subsystemVendor', () => this.#readSubsystem('subsystem_vendor'))
  }
  get subsystemDevice(): Fact<number | null> {
    return this.#once('subsystemDevice', () => this.#readSubsystem('subsystem_device'))
  }
  get revision(): Fact<number> {
    return this.#once('revision', () => readFact(this.#around.host, `${this.#folder}/revision`, parseNumber))
  }
  get possibleDevices(): readonly number[] | undefined {
    return this.#once('possibleDevices', () => {
      if ('value' in this.device) return undefined
      const path = `/handover/lspci/${this.address}/possible-devices`
      return knownValue(readFact(this.#around.host, path, (text) => text.trim().split(' ').map(Number)))
    })
  }
  get controller(): Fact<string | null> {
    return this.#once('controller', () => readController(this.#around.host, this.#folder))
  }
  get names(): Names {
    return this.#once('names', () => this.#around.names.namesOf(this))
  }
  get config(): Fact<FunctionConfig> {
    return this.#once('config', () => readConfig(this.#around.host, `${this.#folder}/config`))
  }
  get resources(): Fact<readonly Resource[]> {
    return this.#once('resources', () => readResources(this.#around.host, `${this.#folder}/resource`))
  }
  /** 0 is how the kernel says that there is none. */
  get irq(): Fact<number | null> {
    return this.#once('irq', () => {
      const irq = readFact(this.#around.host, `${this.#folder}/irq`, parseNumber)
      return 'value' in irq && irq.value === 0 ? { value: null } : irq
    })
  }
  get messageIrqs(): PciFunction['messageIrqs'] {
    return this.#once('messageIrqs', () => readMessageIrqs(this.#around.host, `${this.#folder}/msi_irqs`))
  }
  get resetMethods(): Fact<readonly string[] | null> {
    return this.#once('resetMethods', () => readResetMethods(this.#around.host, this.#folder))
  }
  get powerState(): Fact<string> {
    return this.#once('powerState', () =>
      readFact(this.#around.host, `${this.#folder}/power_state`, parseLine),
    )
  }
  get d3coldAllowed(): Fact<boolean | null> {
    return this.#once('d3coldAllowed', () =>
      readOptional(this.#around.host, `${this.#folder}/d3cold_allowed`, parseFlag),
    )
  }
  /** -1 is how the kernel says that it belongs to none. */
  get numaNode(): Fact<number | null> {
    return this.#once('numaNode', () => {
      const node = readOptional(this.#around.host, `${this.#folder}/numa_node`, parseNumber)
      return 'value' in node && node.value === -1 ? { value: null } : node
    })
  }
  get enabled(): Fact<boolean> {
    return this.#once('enabled', () =>
      readFact(this.#around.host, `${this.#folder}/enable`, (text) => {
        const count = parseNumber(text)
        return count === undefined ? undefined : count > 0
      }),
    )
  }
  get link(): Fact<Link | null> {
    return this.#once('link', () => readLink(this.#around.host, this.#folder, this))
  }
  get busErrors(): Fact<readonly BusError[] | null> {
    return this.#once('busErrors', () => readBusErrors(this.#around.host, this.#folder))
  }
  get holds(): readonly Held[] {
    return this.#around.holds.get(this.address) ?? []
  }
  get roles(): readonly Role[] {
    return this.#around.roles.get(this.address) ?? []
  }

  #once<T>(key: string, read: () => T): T {
    if (!this.#kept.has(key)) this.#kept.set(key, read())
    return this.#kept.get(key) as T
  }

  /** 0xffff and 0: how a function without subsystem ids reads. */
  #readSubsystem(file: string): Fact<number | null> {
    const id = readOptional(this.#around.host, `${this.#folder}/${file}`, parseNumber)
    return 'value' in id && (id.value === 0 || id.value === 0xffff) ? { value: null } : id
  }

  /**
   * The kernel gives bridges, and nothing else, a `secondary_bus_number` (drivers/pci/pci-sysfs.c, since 4.13). That is
   * asked first: unlike the header it can be read without waking the device.
   */
  #readIsBridge(): Fact<boolean> {
    const bus = readOptional(this.#around.host, `${this.#folder}/secondary_bus_number`, parseNumber)
    if ('value' in bus && bus.value !== null) return { value: true }
    const baseClass = (knownValue(this.class) ?? 0x06_0000) >> 16
    if ('value' in bus && baseClass !== 0x06) return { value: false }
    const path = `${this.#folder}/config`
    const read = this.#around.host.readBytes(path, 64)
    if (read.kind !== 'value') return unknownFrom(read, path)
    const type = new ConfigSpace(read.value.bytes, read.value.known).read(0x0e, 1)
    return type === undefined
      ? { unknown: 'the header type is not told', path }
      : { value: (type & 0x7f) !== 0 }
  }
}

/** `../../../devices/pci0000:00/0000:00:1c.0/0000:01:00.0`: the bridge is the folder around it. */
function readParent(host: Host, folder: string): Fact<string | null> {
  const target = readTarget(host, folder)
  if ('unknown' in target) return target
  if (target.value === null) return { unknown: 'absent', path: folder }
  const above = target.value.split('/').at(-2)!
  return { value: isAddress(above) ? above : null }
}

/** `../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0`: a root bus inside a function's folder. */
function readController(host: Host, folder: string): Fact<string | null> {
  const target = readTarget(host, folder)
  if ('unknown' in target || target.value === null) return target as Fact<null>
  const [outer, bus] = target.value.split('/').slice(-3)
  return { value: bus?.startsWith('pci') && outer !== undefined && isAddress(outer) ? outer : null }
}

/** An override that was never set, or set and cleared, reads as `(null)` or as an empty line. */
function readOverride(host: Host, path: string): Fact<string | null> {
  const override = readOptional(host, path, (text) => text.trim())
  return 'value' in override && (override.value === '' || override.value === '(null)')
    ? { value: null }
    : override
}

function readGroup(host: Host, path: string): Fact<number | null> {
  const name = readLinkName(host, path)
  if ('unknown' in name || name.value === null) return name as Fact<null>
  const group = parseNumber(name.value)
  return group === undefined
    ? { unknown: `not understood: ${JSON.stringify(name.value)}`, path }
    : { value: group }
}

/** Linux 5.15 and later tell the methods; before, a `reset` that can only be written to says that there is one. */
function readResetMethods(host: Host, folder: string): Fact<readonly string[] | null> {
  const path = `${folder}/reset_method`
  const methods = readOptional(host, path, (text) => text.split(/\s+/).filter(Boolean))
  if ('unknown' in methods || methods.value !== null) return methods
  const reset = host.readText(`${folder}/reset`)
  if (reset.kind === 'absent') return methods
  if (reset.kind === 'unrecorded') return unknownFrom(reset, path)
  return { unknown: 'this kernel can reset it but does not tell how (Linux 5.15 and later do)', path }
}

function readSriov(host: Host, folder: string): SysfsFunction['sriov'] {
  const total = readOptional(host, `${folder}/sriov_totalvfs`, parseNumber)
  if ('unknown' in total || total.value === null) return total as Fact<null>
  const enabled = readFact(host, `${folder}/sriov_numvfs`, parseNumber)
  return 'unknown' in enabled ? enabled : { value: { enabled: enabled.value, total: total.value } }
}

function readConfig(host: Host, path: string): Fact<FunctionConfig> {
  const read = host.readBytes(path, 4096)
  if (read.kind !== 'value') return unknownFrom(read, path)
  return { value: decodeFunction(new ConfigSpace(read.value.bytes, read.value.known)) }
}

/** One file per interrupt, each holding `msi` or `msix`; a driver uses only one of the two at a time. */
function readMessageIrqs(host: Host, path: string): PciFunction['messageIrqs'] {
  const irqs = readList(host, path)
  if ('unknown' in irqs) return irqs
  const first = irqs.value?.[0]
  if (!irqs.value || first === undefined) return { value: null }
  const mode = readFact(host, `${path}/${first}`, (text) => {
    const word = text.trim()
    return word === 'msi' || word === 'msix' ? word : undefined
  })
  return 'unknown' in mode ? mode : { value: { mode: mode.value, count: irqs.value.length } }
}

function parseFlag(text: string): boolean | undefined {
  const value = parseNumber(text)
  return value === undefined ? undefined : value !== 0
}
