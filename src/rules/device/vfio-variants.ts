import type { DeviceIds } from './device-ids.js'

/** A vfio driver for a few devices, which can do more with them than vfio-pci. */
export interface VfioVariant extends DeviceIds {
  readonly driver: string
  /** What it can and vfio-pci cannot. */
  readonly gives: string
  /** It gives that to virtual functions only. */
  readonly virtualOnly?: true
  /** The first of Linux 6.1, 6.12 and 7.3 that has it for these devices. */
  readonly since: '6.1' | '6.12' | '7.3'
  /** File below drivers/vfio/pci. */
  readonly source: string
}

const migration = 'the machine can move to another host while it runs'

/** Linux drivers/vfio/pci, tables with PCI_DRIVER_OVERRIDE_DEVICE_VFIO, and include/drm/intel/pciids.h. */
export const vfioVariants: readonly VfioVariant[] = [
  {
    vendor: 0x15b3,
    devices: [0x101e],
    driver: 'mlx5_vfio_pci',
    gives: migration,
    since: '6.1',
    source: 'mlx5/main.c',
  },
  {
    vendor: 0x19e5,
    devices: [0xa251, 0xa256, 0xa259],
    driver: 'hisi_acc_vfio_pci',
    gives: migration,
    since: '6.1',
    source: 'hisilicon/hisi_acc_vfio_pci.c',
  },
  {
    vendor: 0x1dd8,
    devices: [0x1003],
    driver: 'pds_vfio_pci',
    gives: migration,
    since: '6.12',
    source: 'pds/pci_drv.c',
  },
  {
    vendor: 0x1af4,
    devices: [0x1041],
    virtualOnly: true,
    driver: 'virtio_vfio_pci',
    gives: 'drivers for legacy virtio work too',
    since: '6.12',
    source: 'virtio/main.c',
  },
  {
    vendor: 0x1af4,
    devices: [0x1042],
    virtualOnly: true,
    driver: 'virtio_vfio_pci',
    gives: 'drivers for legacy virtio work too',
    since: '7.3',
    source: 'virtio/main.c',
  },
  {
    vendor: 0x10de,
    devices: [0x2342, 0x2345],
    driver: 'nvgrace_gpu_vfio_pci',
    gives: "the card's coherent memory is there as a BAR",
    since: '6.12',
    source: 'nvgrace-gpu/main.c',
  },
  {
    vendor: 0x10de,
    devices: [0x2348, 0x2941, 0x31c2],
    driver: 'nvgrace_gpu_vfio_pci',
    gives: "the card's coherent memory is there as a BAR",
    since: '7.3',
    source: 'nvgrace-gpu/main.c',
  },
  {
    vendor: 0x8086,
    devices: [0x4941, 0x4943, 0x4945],
    driver: 'qat_vfio_pci',
    gives: migration,
    since: '6.12',
    source: 'qat/main.c',
  },
  {
    vendor: 0x8086,
    devices: [0x4947, 0x4949],
    driver: 'qat_vfio_pci',
    gives: migration,
    since: '7.3',
    source: 'qat/main.c',
  },
  {
    vendor: 0x8086,
    devices: [
      0xe202,
      0xe209,
      [0xe20b, 0xe20d],
      [0xe210, 0xe212],
      0xe216,
      [0xe220, 0xe223],
      [0xb080, 0xb087],
      0xb08f,
      0xb090,
      0xb0a0,
      0xb0b0,
      0xfd80,
      0xfd81,
    ],
    virtualOnly: true,
    driver: 'xe-vfio-pci',
    gives: migration,
    since: '7.3',
    source: 'xe/main.c',
  },
  {
    vendor: 0x1014,
    devices: [0x04ed],
    driver: 'ism_vfio_pci',
    gives: 'its registers are reached as s390 wants it',
    since: '7.3',
    source: 'ism/main.c',
  },
]
