import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { type RuleLine, readDriverctl, readVfioUdevRules } from './device-rights.js'
import { readComputerName, readXen } from './hypervisor.js'
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
  readHugePages,
  readMemoryBytes,
  readMemoryNodes,
  readTransparentHugePages,
} from './memory.js'
import { type Processor, readProcessor } from './processor.js'
import { readLibvirt, readSwtpm } from './programs.js'
import { type Qemu, readQemu } from './qemu.js'
import { type QemuFirmware, readProxmoxFirmware, readQemuFirmware } from './qemu-firmware.js'

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

  get memoryBytes(): Fact<bigint> {
    return this.#once('memoryBytes', readMemoryBytes)
  }

  get memoryNodes(): Fact<readonly MemoryNode[]> {
    return this.#once('memoryNodes', readMemoryNodes)
  }

  get hugePages(): Fact<readonly HugePages[]> {
    return this.#once('hugePages', readHugePages)
  }

  get transparentHugePages(): Fact<string | null> {
    return this.#once('transparentHugePages', readTransparentHugePages)
  }

  /** Bytes that this user may lock; null: all. */
  get lockableBytes(): Fact<bigint | null> {
    return this.#once('lockableBytes', readLockableBytes)
  }

  get miscDevices(): Fact<readonly string[]> {
    return this.#once('miscDevices', readMiscDevices)
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

  get xen(): Fact<'dom0' | 'guest' | null> {
    return this.#once('xen', readXen)
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

  #once<T>(name: string, read: (host: Host) => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, read(this.#host))
    return this.#kept.get(name) as T
  }
}
