import type { Host } from '../../host/index.js'
import { closedFirst, deviceNodes, findHolders, type Holder, readNodes, readOpenFiles } from '../holders.js'
import { type Evidence, type Fact, kernelReleasePath, type PciFunction, type Unknown } from '../machine.js'
import { parseLine, readFact, readList } from '../read.js'
import { type BootFrameBuffer, readBootFrameBuffers } from './boot-frame-buffers.js'
import { type Chassis, readChassis } from './chassis.js'
import { type Connector, readConnectors } from './connectors.js'
import { type HostThread, readHostThreads } from './cpu-topology.js'
import { type RuleLine, readDriverctl, readVfioUdevRules } from './device-rights.js'
import { readComputerName, readXen } from './hypervisor.js'
import { type InputDevice, readInputDevices, readInputLinks } from './input-devices.js'
import { type InterruptRemapping, readInterruptRemapping, readUnsafeInterrupts } from './interrupts.js'
import {
  type GroupReservation,
  readGroupReservations,
  readUnitOf,
  readVtdUnit,
  type VtdUnit,
} from './iommu-units.js'
import { type KernelConfig, readKernelConfig } from './kernel-config.js'
import {
  readLockdown,
  readMiscDevices,
  readModuleParameter,
  readSelinuxEnforces,
  readSplitLockMitigate,
  readSysfsWritable,
} from './kernel-interfaces.js'
import { readLockableBytes } from './locked-memory.js'
import {
  type HugePages,
  type MemoryNode,
  nodeHugePagesFolder,
  readHugePages,
  readMemoryBytes,
  readMemoryNodes,
  readTransparentHugePages,
} from './memory.js'
import { type Directive, readModprobe, type Setting, settingsOf } from './modprobe.js'
import { readModuleLists } from './module-lists.js'
import { type Parameter, readCommandLine } from './parameters.js'
import { type Processor, readProcessor } from './processor.js'
import { readLibvirt, readSwtpm, readVirtioWin } from './programs.js'
import { type Qemu, readQemu } from './qemu.js'
import { type QemuFirmware, readProxmoxFirmware, readQemuFirmware } from './qemu-firmware.js'
import { readMaskedSleep, readSleepStates } from './sleep.js'
import { readSoundServers, type SoundServer } from './sound-servers.js'
import { type KernelModule, readVfioModule, type VfioModule } from './vfio-modules.js'

/**
 * What is known of the computer beside its PCI functions: processor, kernel, memory, programs. Each fact is read when it is
 * first asked for, and then kept.
 */
export class System {
  readonly #host: Host
  readonly #kept = new Map<string, unknown>()

  constructor(host: Host) {
    this.#host = host
  }

  get processor(): Fact<Processor> {
    return this.#once('processor', readProcessor)
  }

  /** By number. */
  get threads(): Fact<readonly HostThread[]> {
    return this.#once('threads', readHostThreads)
  }

  get interruptRemapping(): Fact<InterruptRemapping> {
    return this.#once('interruptRemapping', readInterruptRemapping)
  }

  get xen(): Fact<'dom0' | 'guest' | null> {
    return this.#once('xen', readXen)
  }

  /** Whether the kernel was built with IOMMU drivers at all: they make this folder (Linux drivers/iommu/iommu-sysfs.c). */
  get iommuClass(): Fact<boolean> {
    return this.#once('iommuClass', (host) => {
      const names = readList(host, '/sys/class/iommu')
      return 'unknown' in names ? names : { value: names.value !== null }
    })
  }

  /** Null: no QEMU for x86 machines at the places where it is installed. */
  get qemu(): Fact<Qemu | null> {
    return this.#once('qemu', readQemu)
  }

  get qemuFirmware(): Fact<readonly Fact<QemuFirmware>[]> {
    return this.#once('qemuFirmware', readQemuFirmware)
  }

  /** UEFI firmware of Proxmox VE, which no descriptor names; null: there is none. */
  get proxmoxFirmware(): Fact<string | null> {
    return this.#once('proxmoxFirmware', readProxmoxFirmware)
  }

  get libvirt(): Fact<'running' | 'installed' | null> {
    return this.#once('libvirt', readLibvirt)
  }

  get hasSwtpm(): Fact<boolean> {
    return this.#once('hasSwtpm', readSwtpm)
  }

  get hasVirtioWin(): Fact<boolean> {
    return this.#once('hasVirtioWin', readVirtioWin)
  }

  get memoryBytes(): Fact<bigint> {
    return this.#once('memoryBytes', readMemoryBytes)
  }

  get memoryNodes(): Fact<readonly MemoryNode[]> {
    return this.#once('memoryNodes', readMemoryNodes)
  }

  get hugePages(): Fact<readonly HugePages[]> {
    return this.#once('hugePages', (host) => readHugePages(host))
  }

  /** Those of a NUMA node. */
  hugePagesOf(node: number): Fact<readonly HugePages[]> {
    return this.#once(`hugePagesOf ${node}`, (host) => readHugePages(host, nodeHugePagesFolder(node)))
  }

  get transparentHugePages(): Fact<string | null> {
    return this.#once('transparentHugePages', readTransparentHugePages)
  }

  /** Bytes that this user may lock; null: all. */
  get lockableBytes(): Fact<bigint | null> {
    return this.#once('lockableBytes', (host) => readLockableBytes(host))
  }

  get miscDevices(): Fact<readonly string[]> {
    return this.#once('miscDevices', readMiscDevices)
  }

  /** The modules of VFIO that are told to do without interrupt remapping. */
  get unsafeInterruptsAllowed(): Fact<readonly Evidence[]> {
    return this.#once('unsafeInterruptsAllowed', readUnsafeInterrupts)
  }

  /** The IOMMU unit (`dmar0`) that the kernel put in charge of a function; null: none. */
  iommuUnitOf(address: string): Fact<string | null> {
    return this.#once(`iommuUnitOf ${address}`, (host) => readUnitOf(host, address))
  }

  vtdUnit(name: string): Fact<VtdUnit> {
    return this.#once(`vtdUnit ${name}`, (host) => readVtdUnit(host, name))
  }

  groupReservations(group: number): Fact<readonly GroupReservation[]> {
    return this.#once(`groupReservations ${group}`, (host) => readGroupReservations(host, group))
  }

  /** The words of the kernel's command line. */
  get commandLine(): Fact<readonly Parameter[]> {
    return this.#once('commandLine', readCommandLine)
  }

  get kernelConfig(): Fact<KernelConfig> {
    return this.#once('kernelConfig', (host) => readKernelConfig(host, this.#release))
  }

  /** What modprobe.d(5) says. */
  get modprobe(): Fact<readonly Directive[]> {
    return this.#once('modprobe', readModprobe)
  }

  /** Parameters of modules, from modprobe.d and from the command line, in the order in which they count. */
  get moduleSettings(): Fact<readonly Setting[]> {
    const [directives, words] = [this.modprobe, this.commandLine]
    if ('unknown' in directives) return directives
    if ('unknown' in words) return words
    return { value: settingsOf(directives.value, words.value) }
  }

  /** Lines of files that name modules to load at the start, or to put into an initramfs. */
  get moduleLists(): Fact<readonly Evidence[]> {
    return this.#once('moduleLists', readModuleLists)
  }

  vfioModule(name: VfioModule): Fact<KernelModule> {
    return this.#once(name, (host) => readVfioModule(host, this.#release, name))
  }

  /** Whether dracut is installed, and can have made the initramfs. */
  get dracut(): Fact<boolean> {
    const found = this.#once('dracut', (host) => readList(host, '/usr/lib/dracut'))
    return 'unknown' in found ? found : { value: found.value !== null }
  }

  /**
   * Who keeps the driver of a function from letting it go. Asked of a live computer only: which processes run is nobody's
   * business in a recording.
   */
  holders({ address, driver }: PciFunction): Fact<readonly Holder[]> {
    if ('unknown' in driver) return driver
    if (driver.value === null) return { value: [] }
    if (this.#host.kind !== 'live') return notRecorded
    const nodes = deviceNodes(this.#host, address, driver.value, this.#once('nodes', readNodes))
    if ('unknown' in nodes) return nodes
    const asked = nodes.value.filter((node) => closedFirst.some((row) => row.subsystem === node.subsystem))
    return findHolders(this.#host, asked, () => this.#once('open', readOpenFiles))
  }

  get lockdown(): Fact<string | null> {
    return this.#once('lockdown', readLockdown)
  }

  get selinuxEnforces(): Fact<boolean | null> {
    return this.#once('selinuxEnforces', readSelinuxEnforces)
  }

  get splitLockMitigate(): Fact<string | null> {
    return this.#once('splitLockMitigate', readSplitLockMitigate)
  }

  get sysfsWritable(): Fact<boolean> {
    return this.#once('sysfsWritable', readSysfsWritable)
  }

  get computerName(): Fact<string | null> {
    return this.#once('computerName', readComputerName)
  }

  /** Drivers by address. */
  get driverctl(): Fact<ReadonlyMap<string, string>> {
    return this.#once('driverctl', readDriverctl)
  }

  get vfioUdevRules(): Fact<readonly RuleLine[]> {
    return this.#once('vfioUdevRules', readVfioUdevRules)
  }

  /** Null: the module is not there, or has no such parameter. */
  moduleParameter(module: string, parameter: string): Fact<string | null> {
    return this.#once(`${module}.${parameter}`, (host) => readModuleParameter(host, module, parameter))
  }

  get chassis(): Fact<Chassis | null> {
    return this.#once('chassis', readChassis)
  }

  /** `mem`, `disk`, ...; empty: it cannot sleep; null: the kernel was built without. */
  get sleepStates(): Fact<readonly string[] | null> {
    return this.#once('sleepStates', readSleepStates)
  }

  /** The file that keeps systemd from putting the computer to sleep; null: none does. */
  get maskedSleep(): Fact<string | null> {
    return this.#once('maskedSleep', readMaskedSleep)
  }

  get connectors(): Fact<readonly Connector[]> {
    return this.#once('connectors', readConnectors)
  }

  get inputDevices(): Fact<readonly InputDevice[]> {
    return this.#once('inputDevices', readInputDevices)
  }

  /** By event node: `event3`. */
  get inputLinks(): Fact<ReadonlyMap<string, string>> {
    return this.#once('inputLinks', readInputLinks)
  }

  get soundServers(): Fact<readonly SoundServer[]> {
    return this.#once('soundServers', readSoundServers)
  }

  get bootFrameBuffers(): Fact<readonly BootFrameBuffer[]> {
    return this.#once('bootFrameBuffers', readBootFrameBuffers)
  }

  get #release(): Fact<string> {
    return readFact(this.#host, kernelReleasePath, parseLine)
  }

  #once<T>(name: string, read: (host: Host) => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, read(this.#host))
    return this.#kept.get(name) as T
  }
}

const notRecorded: Unknown = {
  unknown: 'which processes have a device open is asked of the computer itself only: no recording holds it',
  path: '/proc/*/fd',
}
