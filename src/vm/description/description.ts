/** A virtual machine as it is described; what each setting is for stands in `examples/machine.yaml`. File names are absolute. */
export interface Description {
  readonly name: string
  readonly os: OperatingSystem
  readonly memoryBytes: number
  /** Memory from hugetlb pages of this size. */
  readonly hugePageBytes?: number | undefined
  /** The host's NUMA node that memory must come from. */
  readonly memoryNode?: number | undefined
  readonly cpus: Processors
  readonly firmware: 'bios' | Uefi
  /** The folder in which a TPM 2.0 keeps its state. */
  readonly tpm?: string | undefined
  /** The window above 4 GiB into which UEFI lays BARs. */
  readonly mmioWindowBytes?: number | undefined
  readonly hypervisor: 'shown' | 'hidden'
  /** Booted directly, without a boot loader. */
  readonly kernel?: string | undefined
  readonly initrd?: string | undefined
  readonly append?: string | undefined
  readonly disks: readonly Disk[]
  readonly network: readonly Network[]
  /** An emulated card. */
  readonly graphics: 'none' | 'virtio' | 'std'
  readonly display: 'none' | 'spice' | 'vnc'
  /** The host's evdev nodes that the machine grabs. */
  readonly input: readonly string[]
  /** Devices of the host as `vendor:product`, four hexadecimal digits each. */
  readonly usb: readonly string[]
  /** Memory shared with a Looking Glass client. */
  readonly lookingGlassBytes?: number | undefined
  readonly sound?: 'pipewire' | 'pulseaudio' | undefined
  /** With a channel for qemu-guest-agent. */
  readonly guestAgent: boolean
  readonly devices: readonly HostDevice[]
  /** The QEMU to run. */
  readonly qemu: string
  /** More of QEMU's arguments, as they are. */
  readonly arguments: readonly string[]
}

export type OperatingSystem = 'linux' | 'windows10' | 'windows11' | 'other'

export interface Processors {
  readonly count: number
  /** Of one core, as the machine sees them. */
  readonly threads: number
  /** The host's thread of each virtual processor, in the order in which the machine numbers them. */
  readonly pin?: readonly number[] | undefined
  /** The host's threads on which QEMU's own threads run. */
  readonly others?: readonly number[] | undefined
}

/** `code` undefined: the one installed; `vars` keeps its settings, made from the installed template when missing. */
export interface Uefi {
  readonly code?: string | undefined
  readonly vars: string
  readonly secureBoot?: true
}

export interface Disk {
  readonly file: string
  readonly format: 'raw' | 'qcow2'
  /** What the machine sees: a virtio, NVMe or SATA disk. */
  readonly bus: 'virtio' | 'nvme' | 'sata'
  /** A CD in a SATA drive. */
  readonly cdrom: boolean
  readonly readonly: boolean
  readonly bootindex?: number | undefined
}

export interface Network {
  /** `user`: connections out, through QEMU itself; `bridge`: on a bridge of the host. */
  readonly kind: 'user' | 'bridge'
  readonly bridge?: string | undefined
  readonly model: 'virtio' | 'e1000e'
  readonly mac?: string | undefined
}

/** A function of the host that the machine gets. */
export interface HostDevice {
  /** As it was written: an address, ids, a word. */
  readonly host: string
  /** With the legacy VGA ranges, so that the firmware can use the card as the boot display (QEMU's x-vga). */
  readonly vga: boolean
  /** An option ROM in place of the card's own; `false`: none. */
  readonly rom?: string | false | undefined
  readonly bootindex?: number | undefined
}

/** The description cannot be used. Each problem names the file, the line and column, and what was expected. */
export class DescriptionError extends Error {
  override readonly name = 'DescriptionError'

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

export function isWindows({ os }: Pick<Description, 'os'>): boolean {
  return os === 'windows10' || os === 'windows11'
}
