/**
 * Devices that Linux knows to isolate, or not to, whatever their ACS capability says.
 * Linux drivers/pci/quirks.c, table `pci_dev_acs_enabled`, in its order: the first row that applies decides.
 */
import type { ExpressType } from './subject.js'

export interface AcsQuirk {
  /** Vendor id. */
  readonly vendor: number
  /** Device ids: single ones, or ranges with both ends inside. `any`: every device of the vendor. */
  readonly devices: readonly (number | readonly [number, number])[] | 'any'
  /** Applies to these types of PCI Express function only; every function where absent. */
  readonly types?: readonly ExpressType[]
  /** What else must be so; the row is passed over where it is not. */
  readonly when?: 'multifunction on a root bus, with an IVRS table' | 'ACS capability in 32-bit registers'
  /**
   * - `isolates`: as if every required bit were set.
   * - `isolates once enabled`: Linux first switches a chipset register, where it may (`pci_quirk_enable_intel_pch_acs`).
   * - `as its 32-bit control register says`: capability at +4, control at +8, Linux sets it (`pci_quirk_enable_intel_spt_pch_acs`).
   * - `does not isolate`: whatever its ACS capability says.
   */
  readonly verdict:
    | 'isolates'
    | 'isolates once enabled'
    | 'as its 32-bit control register says'
    | 'does not isolate'
  /** The function in drivers/pci/quirks.c. */
  readonly source: string
  /** Stable releases that brought it, mainline's last. Absent: older than Linux 6.1. */
  readonly since?: readonly string[]
}

const rootPort = ['Root Port'] as const

export const acsQuirks: readonly AcsQuirk[] = [
  {
    vendor: 0x1002, // ATI
    devices: [0x4385, 0x439c, 0x4383, 0x439d, 0x4384, 0x4399],
    when: 'multifunction on a root bus, with an IVRS table',
    verdict: 'isolates',
    source: 'pci_quirk_amd_sb_acs',
  },
  {
    vendor: 0x1022, // AMD
    devices: [0x780f, 0x7809],
    when: 'multifunction on a root bus, with an IVRS table',
    verdict: 'isolates',
    source: 'pci_quirk_amd_sb_acs',
  },
  {
    vendor: 0x1924, // Solarflare
    devices: [0x0903, 0x0923, 0x0a03],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
  },
  {
    vendor: 0x8086, // Intel network cards: 82598, 82599, X520, X540, 82576, 82575, I350, 82571, I219
    devices: [
      0x10c6,
      0x10db,
      0x10dd,
      0x10e1,
      0x10f1,
      [0x10f7, 0x10fc],
      0x1507,
      0x1514,
      0x151c,
      0x1529,
      0x152a,
      0x154d,
      0x154f,
      0x1551,
      0x1558,
      0x1509,
      [0x150e, 0x1511],
      0x1516,
      0x1527,
      0x10c9,
      [0x10e6, 0x10e8],
      0x150a,
      0x150d,
      0x1518,
      0x1526,
      0x10a7,
      0x10a9,
      0x10d6,
      [0x1521, 0x1524],
      [0x105e, 0x1060],
      0x10d9,
      0x15b7,
      0x15b8,
    ],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
  },
  {
    vendor: 0x8086, // Intel: peer-to-peer inside the root complex is for translated addresses only
    devices: 'any',
    types: ['Root Complex Integrated Endpoint'],
    verdict: 'isolates',
    source: 'pci_quirk_rciep_acs',
  },
  {
    vendor: 0x17cb, // Qualcomm QDF2xxx
    devices: [0x0400, 0x0401],
    verdict: 'isolates',
    source: 'pci_quirk_qcom_rp_acs',
  },
  {
    vendor: 0x17cb, // Qualcomm SA8775P
    devices: [0x0115],
    verdict: 'isolates',
    source: 'pci_quirk_qcom_rp_acs',
    since: ['6.1.113', '6.11.4', '6.12'],
  },
  {
    vendor: 0x17cb, // Qualcomm Hamoa, Glymur
    devices: [0x0111, 0x0120],
    verdict: 'isolates',
    source: 'pci_quirk_qcom_rp_acs',
    since: ['6.1.165', '6.12.75', '7.0'],
  },
  { vendor: 0x1dbf, devices: [0x0401], verdict: 'isolates', source: 'pci_quirk_qcom_rp_acs' }, // HXT SD4800
  {
    vendor: 0x8086, // Intel chipsets of the 5 to 9 series: like ACS, without its capability
    devices: [
      [0x3b42, 0x3b51],
      [0x1c10, 0x1c1f],
      [0x1e10, 0x1e1f],
      [0x8c10, 0x8c1f],
      [0x9c10, 0x9c1b],
      [0x9c90, 0x9c9b],
      0x1d10,
      0x1d12,
      0x1d14,
      0x1d16,
      0x1d18,
      0x1d1a,
      0x1d1c,
      0x1d1e,
      [0x8d10, 0x8d1e],
      0x8c90,
      0x8c92,
      0x8c94,
      0x8c96,
      0x8c98,
      0x8c9a,
      0x8c9c,
      0x8c9e,
    ],
    types: rootPort,
    verdict: 'isolates once enabled',
    source: 'pci_quirk_intel_pch_acs',
  },
  {
    vendor: 0x8086, // Intel chipsets of the 100 and 200 series, and mobile ones of the 7th and 8th generation
    devices: [
      [0xa110, 0xa11f],
      [0xa167, 0xa16a],
      [0xa290, 0xa29f],
      [0xa2e7, 0xa2ee],
      [0x9d10, 0x9d1b],
    ],
    types: rootPort,
    when: 'ACS capability in 32-bit registers',
    verdict: 'as its 32-bit control register says',
    source: 'pci_quirk_intel_spt_pch_acs',
  },
  { vendor: 0x19a2, devices: [0x0710], verdict: 'isolates', source: 'pci_quirk_mf_endpoint_acs' }, // Emulex BE3-R
  { vendor: 0x10df, devices: [0x0720], verdict: 'isolates', source: 'pci_quirk_mf_endpoint_acs' }, // Emulex Skyhawk-R
  {
    vendor: 0x177d, // Cavium ThunderX, X2, X3
    devices: [[0xa000, 0xa7ff], 0xaf84, 0xb884],
    types: rootPort,
    verdict: 'isolates',
    source: 'pci_quirk_cavium_acs',
  },
  {
    vendor: 0x177d,
    devices: [0xa026, 0xa059, 0xa060],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
  },
  { vendor: 0x10e8, devices: [0xe004], verdict: 'isolates', source: 'pci_quirk_xgene_acs' }, // APM X-Gene
  {
    vendor: 0x1def, // Ampere
    devices: [[0xe005, 0xe00c]],
    verdict: 'isolates',
    source: 'pci_quirk_xgene_acs',
  },
  {
    vendor: 0x14e4, // Broadcom network cards
    devices: [0x16d7, [0x1750, 0x1752]],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
  },
  {
    vendor: 0x14e4, // Broadcom BCM5760X
    devices: [[0x1760, 0x1763]],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
    since: ['6.1.122', '6.12'],
  },
  { vendor: 0x14e4, devices: [0xd714], verdict: 'isolates', source: 'pci_quirk_brcm_acs' },
  {
    vendor: 0x0014, // Loongson
    devices: [0x3c09, 0x3c19, 0x3c29, 0x7a09, 0x7a19, 0x7a29, 0x7a39, 0x7a49, 0x7a59, 0x7a69],
    verdict: 'isolates',
    source: 'pci_quirk_loongson_acs',
    since: ['6.1.142', '6.12.35', '6.16'],
  },
  { vendor: 0x1c36, devices: [0x0031], types: rootPort, verdict: 'isolates', source: 'pci_quirk_al_acs' }, // Amazon
  {
    vendor: 0x1d17, // Zhaoxin
    devices: [0x3038, 0x3104, 0x9083],
    verdict: 'isolates',
    source: 'pci_quirk_mf_endpoint_acs',
  },
  {
    vendor: 0x1957, // NXP LX2xx0, LX2xx2
    devices: [
      [0x8d80, 0x8d83],
      [0x8d88, 0x8d8b],
      [0x8d90, 0x8d93],
      [0x8d98, 0x8d9b],
      0x8da0,
      0x8da1,
      0x8da8,
      0x8da9,
      0x8db0,
      0x8db1,
      0x8db8,
      0x8db9,
    ],
    verdict: 'isolates',
    source: 'pci_quirk_nxp_rp_acs',
  },
  {
    vendor: 0x1d17, // Zhaoxin
    devices: [[0x0710, 0x071e], 0x0721, [0x0723, 0x0732]],
    types: ['Root Port', 'Downstream Port'],
    verdict: 'isolates',
    source: 'pci_quirk_zhaoxin_pcie_ports_acs',
  },
  {
    vendor: 0x1d17,
    devices: [[0x0733, 0x0752]],
    types: ['Root Port', 'Downstream Port'],
    verdict: 'isolates',
    source: 'pci_quirk_zhaoxin_pcie_ports_acs',
    since: ['6.1.74', '6.6.13', '6.8'],
  },
  {
    vendor: 0x1d17,
    devices: 'any',
    types: ['Root Port', 'Downstream Port'],
    verdict: 'does not isolate',
    source: 'pci_quirk_zhaoxin_pcie_ports_acs',
  },
  {
    vendor: 0x8088, // Wangxun network cards
    devices: [[0x0100, 0x010f], 0x1001, 0x2001],
    verdict: 'isolates',
    source: 'pci_quirk_wangxun_nic_acs',
    since: ['6.1.18', '6.3'],
  },
  {
    vendor: 0x8088, // Wangxun FF5xxx
    devices: [0x5010, 0x5025, 0x5040, 0x5110, 0x5125, 0x5140],
    verdict: 'isolates',
    source: 'pci_quirk_wangxun_nic_acs',
    since: ['6.1.120', '6.12.5', '6.13'],
  },
  {
    vendor: 0x8088,
    devices: 'any',
    verdict: 'does not isolate',
    source: 'pci_quirk_wangxun_nic_acs',
    since: ['6.1.18', '6.3'],
  },
]
