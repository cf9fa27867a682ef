import type { Host } from '../../host/index.js'
import type { Evidence, Fact } from '../machine.js'
import { readList } from '../read.js'
import { readXen } from './hypervisor.js'
import { type InterruptRemapping, readInterruptRemapping, readUnsafeInterrupts } from './interrupts.js'
import {
  type GroupReservation,
  readGroupReservations,
  readUnitOf,
  readVtdUnit,
  type VtdUnit,
} from './iommu-units.js'
import { readMiscDevices } from './kernel-interfaces.js'
import { type Processor, readProcessor } from './processor.js'

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

  #once<T>(name: string, read: (host: Host) => T): T {
    if (!this.#kept.has(name)) this.#kept.set(name, read(this.#host))
    return this.#kept.get(name) as T
  }
}
