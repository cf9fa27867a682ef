/** Everything known about one computer, as data. Built by {@link readMachine} from any Host. */

import type { Capability, FunctionConfig } from '../pci/index.js'

/**
 * A fact, or why it is not known. `null` inside `value` means "looked, and there is none".
 * `unknown` names what stood in the way: `denied`, `unrecorded`, an errno name, or a sentence.
 */
export type Fact<T> = { readonly value: T } | { readonly unknown: string; readonly path: string }

/** What a device is to the host it sits in. A refusal is lifted by naming the role: `--accept root-disk`. */
export type RoleName =
  | 'root-disk' // the root file system stands on it, through any stack of block devices
  | 'swap'
  | 'mounted' // another mounted file system stands on it
  | 'network' // a default route goes through it
  | 'keyboard' // a keyboard hangs on it
  | 'display' // a display is lit by it, or a console is drawn on it
  | 'boot-vga' // the firmware's video card
  | 'terminal' // the terminal this runs in

export interface Role {
  readonly name: RoleName
  /** True when it is the host's only one of this kind, so that losing it strands the host. */
  readonly only: boolean
  /** What was read to conclude this. */
  readonly evidence: readonly { readonly path: string; readonly value: string }[]
}

/** One range of a function's `resource` file. `index` 0-5: BARs, 6: option ROM, 7-12: SR-IOV BARs, then bridge windows. */
export interface Resource {
  readonly index: number
  readonly start: bigint
  readonly end: bigint
  readonly sizeBytes: bigint
  readonly flags: bigint
}

export interface PciFunction {
  /** `0000:01:00.0` */
  readonly address: string
  /** The bridge above it, or null for a function on a root bus. */
  readonly parent: string | null
  /** 16 bits each; `class` has 24 bits (0x030000). */
  readonly vendor: Fact<number>
  readonly device: Fact<number>
  readonly subsystemVendor: Fact<number | null>
  readonly subsystemDevice: Fact<number | null>
  readonly class: Fact<number>
  readonly revision: Fact<number>
  /** From the host's pci.ids (or the pasted text); undefined where it does not say. */
  readonly names: { readonly vendor?: string; readonly device?: string; readonly class?: string; readonly subsystem?: string }
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
  /** `reset_method`: the kernel's methods in its order; null: the device has none. */
  readonly resetMethods: Fact<readonly string[] | null>
  readonly numaNode: Fact<number | null>
  readonly enabled: Fact<boolean>
  readonly link: Fact<{ readonly speed: string; readonly width: number; readonly maxSpeed: string; readonly maxWidth: number } | null>
  /** SR-IOV: on the physical function the number of functions in use; on a virtual one its parent. */
  readonly sriov: Fact<{ readonly enabled: number; readonly total: number } | null>
  readonly physicalFunction: Fact<string | null>
  readonly bootVga: Fact<boolean | null>
  /** Names of the kernel's things that hang on it: block devices, network interfaces, DRM cards, ... */
  readonly holds: readonly { readonly kind: string; readonly name: string }[]
  readonly roles: readonly Role[]
}

export interface Machine {
  readonly source: { readonly kind: 'live' | 'recording' | 'lspci'; readonly name: string }
  readonly kernel: Fact<string>
  readonly commandLine: Fact<string>
  /** Names under /sys/class/iommu (`dmar0`, `ivhd0`, ...); empty: no IOMMU is on. */
  readonly iommus: Fact<readonly string[]>
  /** Sorted by address. Absent bus: an empty list with `bus` saying so. */
  readonly functions: readonly PciFunction[]
  readonly bus: Fact<'present' | 'absent'>
}

export type { Capability }
