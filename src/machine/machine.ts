/** Everything known about one computer, as data. Built by `readMachine` from any Host. */

import type { FunctionConfig } from '../pci/index.js'
import type { AcpiTables } from './acpi.js'
import type { System } from './system/system.js'

/**
 * A fact, or why it is not known. `null` inside `value` means "looked, and there is none".
 * `unknown` names what stood in the way: `denied`, `unrecorded`, an errno name, or a sentence.
 */
export type Fact<T> = { readonly value: T } | Unknown

/** What could not be found out, and the path that was to tell it. */
export interface Unknown {
  readonly unknown: string
  readonly path: string
}

/** What a device is to the host it sits in. A refusal is lifted by naming the role: `--accept root-disk`. */
export const roleNames = [
  'root-disk', // the root file system stands on it, through any stack of block devices
  'swap', // a swap area stands on it
  'mounted', // another mounted file system stands on it
  'network', // a default route goes through it
  'keyboard', // a keyboard hangs on it
  'display', // a display is lit by it, or a console is drawn on it
  'boot-vga', // the firmware's video card
  'terminal', // the terminal this runs in
] as const

export type RoleName = (typeof roleNames)[number]

/** Where the kernel's release is read. */
export const kernelReleasePath = '/proc/sys/kernel/osrelease'

/** A path and what was found there. */
export interface Evidence {
  readonly path: string
  readonly value: string
}

export interface Role {
  readonly name: RoleName
  /**
   * True when the host has this function alone for the role, so that losing it strands the host.
   * Always true for `root-disk`: of several disks under one root file system each is taken to be needed.
   */
  readonly only: boolean
  /** What was read to conclude this. */
  readonly evidence: readonly Evidence[]
}

/** All that was found about one role on the whole host: also what plays it without being a PCI function. */
export interface RoleSearch {
  /** Addresses of the functions that have the role, sorted. */
  readonly functions: readonly string[]
  /** What plays the role but is no PCI function: a PS/2 keyboard, a root in memory, ... */
  readonly elsewhere: readonly Evidence[]
  /** What could not be followed. While this is not empty, any further function may have the role. */
  readonly unknown: readonly Unknown[]
}

/** One range of a function's `resource` file. */
export interface Resource {
  /** BARs: 0-5; option ROM: 0; SR-IOV BARs: 0-5; bridge windows: 0 I/O, 1 memory, 2 prefetchable memory, 3 CardBus memory. */
  readonly index: number
  readonly kind: 'bar' | 'rom' | 'sriov-bar' | 'window'
  /** Host physical address, or port. `start` and `end` are both inside. */
  readonly start: bigint
  readonly end: bigint
  readonly sizeBytes: bigint
  /** IORESOURCE_* of Linux include/linux/ioport.h. */
  readonly flags: bigint
}

/** What a function is called; undefined where nobody says. */
export interface Names {
  /** From the host's pci.ids. */
  readonly vendor?: string
  readonly device?: string
  readonly class?: string
  readonly subsystem?: string
  /** What pasted text calls the device, vendor and all; asked for only where pci.ids does not know it. */
  readonly printed?: string
}

/** Speeds in GT/s, widths in lanes; null: not told, or (the first two) the link is down. */
export interface Link {
  readonly speedGTs: number | null
  readonly width: number | null
  readonly maxSpeedGTs: number | null
  readonly maxWidth: number | null
}

/** A kind of PCI Express error that the kernel has counted at a function, by its own name: `BadTLP`, `CmpltTO`, ... */
export interface BusError {
  readonly severity: 'fatal' | 'nonfatal' | 'correctable'
  readonly name: string
  readonly count: number
}

/** A kernel object that hangs on a function: a block device, a network interface, a DRM card, ... */
export interface Held {
  readonly kind: string
  readonly name: string
}

/**
 * One PCI function. What names it, binds it and groups it was read when the machine was; `config`, `link`, `resources`,
 * `names` and the like are read when first asked for and then kept, since on a live host they cost a millisecond
 * or wake a sleeping device.
 */
export interface PciFunction {
  /** `0000:01:00.0` */
  readonly address: string
  /** The bridge above it, or null for a function on a root bus. */
  readonly parent: Fact<string | null>
  /** For a function on a root bus that another function made (Intel VMD): that function; null where no function did. */
  readonly controller: Fact<string | null>
  /** 16 bits each; `class` has 24 bits (0x030000). */
  readonly vendor: Fact<number>
  readonly device: Fact<number>
  /** Where `device` is not known, since a text has a name that several devices have: their ids. */
  readonly possibleDevices?: readonly number[] | undefined
  readonly subsystemVendor: Fact<number | null>
  readonly subsystemDevice: Fact<number | null>
  readonly class: Fact<number>
  readonly revision: Fact<number>
  readonly names: Names
  /** The bound driver's name, or null for none. */
  readonly driver: Fact<string | null>
  readonly driverOverride: Fact<string | null>
  /** IOMMU group as the kernel made it, or null where it made none. */
  readonly group: Fact<number | null>
  /** True for header type 1 and 2. Unknown where the header could not be read. */
  readonly isBridge: Fact<boolean>
  readonly config: Fact<FunctionConfig>
  readonly resources: Fact<readonly Resource[]>
  readonly irq: Fact<number | null>
  /** MSI and MSI-X interrupts that the driver has in use now; null: none. */
  readonly messageIrqs: Fact<{ readonly mode: 'msi' | 'msix'; readonly count: number } | null>
  /** `reset_method`: the kernel's methods in its order; null: the device has none. */
  readonly resetMethods: Fact<readonly string[] | null>
  /** `D0`, `D3hot`, `D3cold`, ... */
  readonly powerState: Fact<string>
  /** Whether it may be left without power while it sleeps; null: this kernel does not tell. */
  readonly d3coldAllowed: Fact<boolean | null>
  readonly numaNode: Fact<number | null>
  readonly enabled: Fact<boolean>
  /** The PCI Express link above it, or null where it has none. */
  readonly link: Fact<Link | null>
  /** Errors counted since the kernel found it; null: it reports none, or the firmware keeps them to itself. */
  readonly busErrors: Fact<readonly BusError[] | null>
  /** SR-IOV: on the physical function the number of functions in use; on a virtual one its parent. */
  readonly sriov: Fact<{ readonly enabled: number; readonly total: number } | null>
  readonly physicalFunction: Fact<string | null>
  readonly bootVga: Fact<boolean | null>
  readonly holds: readonly Held[]
  readonly roles: readonly Role[]
}

export interface Machine {
  readonly source: { readonly kind: 'live' | 'recording' | 'lspci'; readonly name: string }
  readonly kernel: Fact<string>
  readonly commandLine: Fact<string>
  /** Names under /sys/class/iommu (`dmar0`, `ivhd0`, ...); empty: no IOMMU is on. */
  readonly iommus: Fact<readonly string[]>
  /** ACPI tables by which the firmware describes an IOMMU (`DMAR`, `IVRS`, `IORT`, `VIOT`); empty: it describes none. */
  readonly iommuTables: Fact<readonly string[]>
  /** The same tables, decoded: only root may read them. */
  readonly acpi: AcpiTables
  /** What is known beside the PCI functions. */
  readonly system: System
  /** Sorted by address. Absent bus: an empty list with `bus` saying so. */
  readonly functions: readonly PciFunction[]
  readonly bus: Fact<'present' | 'absent'>
  /** Per role everything found, so that "nobody has it" can be told from "could not look". */
  readonly roles: Readonly<Record<RoleName, RoleSearch>>
}
