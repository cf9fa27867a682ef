/** Cards whose Windows driver stops with error 43 in a machine that it recognises as one. */
export interface DriverLock {
  readonly vendor: number
  /** Fits its name: in pci.ids the chip comes first, the product in brackets; pasted text has the maker before. Null: told by `devices`. */
  readonly name: RegExp | null
  readonly devices: readonly number[]
  readonly weight: 'warning' | 'note'
  /** What is so of the driver. */
  readonly says: string
  readonly source: string
}

const support =
  'NVIDIA knowledge base 5173, as https://linuxiac.com/nvidia-gpu-passthrough-to-windows-vm-from-linux-host repeats it: from driver 465 on, Kepler and later'

export const driverLocks: readonly DriverLock[] = [
  {
    vendor: 0x10de,
    name: /\bGF1\d\d.*GeForce/,
    devices: [],
    weight: 'warning',
    says: "the last Windows driver for this chip (Fermi) is 391.35, and NVIDIA's drivers before 465 stop with error 43 in a machine",
    source: `${support}; https://www.anandtech.com/show/12624: Fermi ends with 391.35`,
  },
  {
    vendor: 0x10de,
    name: /\b(NV\d|G[789]\d|GT2\d\d|C5\d|C6\d|C7\d|C8\d|MCP\d).*GeForce/,
    devices: [],
    weight: 'warning',
    says: "the last Windows drivers for this chip are of release 340, and NVIDIA's drivers before 465 stop with error 43 in a machine",
    source: `${support}; https://www.tekrevue.com/nvidia-driver-support: what is older than Fermi ends with 340`,
  },
  {
    vendor: 0x1002,
    name: null,
    devices: [0x7550],
    weight: 'note',
    says: 'its Windows driver was seen to stop with error 43 until the hypervisor was hidden',
    source:
      'https://github.com/mroboff/vm-curator/pull/74: one RX 9070 XT, with libvirt; that AMD does it on purpose is not known',
  },
]
