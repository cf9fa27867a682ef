import type { DeviceIds } from './device-ids.js'

/** A family of AMD video cards that a reset of the bus often does not bring back. */
export interface StuckFamily extends DeviceIds {
  readonly vendor: 0x1002
  readonly name: string
  /** What amdgpu does with a card that something has used before: Linux 6.1, 6.12, 7.3. */
  readonly driver: string
  /** QEMU brings it back by writing to its registers. */
  readonly byQemu?: true
  readonly source: string
}

const vendor = 0x1002
const vendorReset = 'gnif/vendor-reset src/device-db.h, ids as in Linux amdgpu_drv.c'
const vi =
  'amdgpu resets it at start where it finds it running: by BACO where the card can, else through configuration space (vi_need_reset_on_init, vi_asic_reset_method)'
const soc15 = 'amdgpu does not reset it at start on a host, only inside a machine (soc15_need_reset_on_init)'
const nv =
  'amdgpu resets it at start where it finds it running: by BACO where the card can, else by mode 1 (nv_need_reset_on_init, nv_asic_reset_method)'
const cik = 'amdgpu resets it at start where it finds it running (cik_need_reset_on_init)'

export const stuckFamilies: readonly StuckFamily[] = [
  {
    vendor,
    name: 'Polaris 10 (RX 470, 480, 570, 580, 590)',
    devices: [[0x67c0, 0x67c2], 0x67c4, [0x67c7, 0x67ca], 0x67cc, 0x67cf, 0x67d0, 0x67df, 0x6fdf],
    driver: vi,
    source: vendorReset,
  },
  {
    vendor,
    name: 'Polaris 11 (RX 460, 560)',
    devices: [0x67e0, 0x67e1, 0x67e3, [0x67e7, 0x67e9], 0x67eb, 0x67ef, 0x67ff],
    driver: vi,
    source: vendorReset,
  },
  {
    vendor,
    name: 'Polaris 12 (RX 540, 550)',
    devices: [0x6980, 0x6981, [0x6985, 0x6987], 0x6995, 0x6997, 0x699f],
    driver: vi,
    source: vendorReset,
  },
  {
    vendor,
    name: 'Vega 10 (Vega 56, 64, Frontier)',
    devices: [[0x6860, 0x6864], [0x6867, 0x686f], 0x687f],
    driver: soc15,
    source: vendorReset,
  },
  {
    vendor,
    name: 'Vega 20 (Radeon VII)',
    devices: [[0x66a0, 0x66a4], 0x66a7, 0x66af],
    driver: soc15,
    source: vendorReset,
  },
  { vendor, name: 'Arcturus (MI100)', devices: [0x738c], driver: soc15, source: vendorReset },
  {
    vendor,
    name: 'Navi 10 (RX 5600, 5700)',
    devices: [0x7310, 0x7312, [0x7318, 0x731b], 0x731e, 0x731f],
    driver: nv,
    source: vendorReset,
  },
  { vendor, name: 'Navi 12 (Pro 5600M)', devices: [0x7360, 0x7362], driver: nv, source: vendorReset },
  {
    vendor,
    name: 'Navi 14 (RX 5300, 5500)',
    devices: [0x7340, 0x7341, 0x7347, 0x734f],
    driver: nv,
    source: vendorReset,
  },
  {
    vendor,
    name: 'Bonaire (R7 260X)',
    devices: [0x6649, 0x6650, 0x6651, 0x6658, 0x665c, 0x665d],
    driver: cik,
    byQemu: true,
    source: 'QEMU hw/vfio/pci-quirks.c vfio_setup_resetfn_quirk',
  },
  {
    vendor,
    name: 'Hawaii (R9 290)',
    devices: [[0x67a0, 0x67a2], [0x67a8, 0x67aa], 0x67b0, 0x67b1, [0x67b8, 0x67ba], 0x67be],
    driver: cik,
    byQemu: true,
    source: 'QEMU hw/vfio/pci-quirks.c vfio_setup_resetfn_quirk',
  },
]
