import { knownValue, type PciFunction } from '../../machine/index.js'
import { need } from '../outcomes.js'
import { type DeviceIds, isOneOf } from './device-ids.js'

/** The kernel's name of a way to reset one function by itself: words of `reset_method`. */
export type ResetMethod = 'device_specific' | 'acpi' | 'flr' | 'af_flr' | 'pm' | 'bus' | 'cxl_bus'

/** A reset that is known not to work with a device. */
export interface BrokenReset extends DeviceIds {
  readonly name: string
  readonly broken: readonly ResetMethod[]
  /** What it does instead. */
  readonly effect: string
  /** First 16 bits of the class, where only functions of that are meant. */
  readonly class?: number
  readonly revision?: number
  /** The ids are those of the port above the device. */
  readonly port?: true
  /** On a root bus Linux keeps even a reset that does nothing. */
  readonly offRootBus?: true
  /** The function in drivers/pci/quirks.c, and releases that first have the row, mainline's last, where they are known. */
  readonly source: string
}

const flr = ['flr', 'af_flr'] as const
const noFlr = { broken: flr, effect: 'may hang it' }
const noBus = { broken: ['bus'] as const }
const quirk = (name: string, since?: string) =>
  `drivers/pci/quirks.c ${name}, Linux ${since ?? '6.1, 6.12, 7.3'}`

/** Linux 6.1.176, 6.12.117 and 7.3.4. Where `since` is given, older releases use that reset all the same. */
export const brokenResets: readonly BrokenReset[] = [
  {
    vendor: 0x1022,
    devices: [0x1487],
    name: 'AMD Starship/Matisse HD Audio',
    ...noFlr,
    source: quirk('quirk_no_flr'),
  },
  {
    vendor: 0x1022,
    devices: [0x148c],
    name: 'AMD Starship USB 3.0',
    ...noFlr,
    source: quirk('quirk_no_flr'),
  },
  { vendor: 0x1022, devices: [0x149c], name: 'AMD Matisse USB 3.0', ...noFlr, source: quirk('quirk_no_flr') },
  { vendor: 0x1022, devices: [0x7901], name: 'AMD FCH SATA', ...noFlr, source: quirk('quirk_no_flr') },
  {
    vendor: 0x1022,
    devices: [0x1502, 0x17f0],
    name: 'AMD neural processing unit',
    ...noFlr,
    source: quirk('quirk_no_flr', '7.3, not 6.12'),
  },
  { vendor: 0x8086, devices: [0x1502, 0x1503], name: 'Intel 82579', ...noFlr, source: quirk('quirk_no_flr') },
  {
    vendor: 0x14c3,
    devices: [0x0616],
    name: 'MediaTek MT7922',
    ...noFlr,
    source: quirk('quirk_no_flr', '6.12.16, 7.3, not 6.1'),
  },
  {
    vendor: 0x14c3,
    devices: [0x7925],
    name: 'MediaTek MT7925',
    ...noFlr,
    source: quirk('quirk_no_flr', '6.12.111, 7.3, not 6.1'),
  },
  {
    vendor: 0xd063,
    devices: [0x1000],
    revision: 0x01,
    name: 'SolidRun SNET',
    ...noFlr,
    source: quirk('quirk_no_flr_snet'),
  },
  {
    vendor: 0x1002,
    devices: 'any',
    class: 0x0300,
    offRootBus: true,
    name: 'AMD video card',
    broken: ['pm'],
    effect: 'does nothing',
    source: quirk('quirk_no_pm_reset'),
  },
  {
    vendor: 0x15b3,
    devices: [0xcb84, 0xcf6c, 0xcf70, 0xcf80],
    offRootBus: true,
    name: 'NVIDIA Spectrum',
    broken: ['pm'],
    effect: 'does nothing',
    source: quirk('quirk_no_pm_reset', '6.1.77, 6.12, 7.3'),
  },
  {
    vendor: 0x10de,
    devices: [[0x2340, 0x237f]],
    name: 'NVIDIA GPU 2340 to 237f',
    ...noBus,
    effect: 'does not work',
    source: quirk('quirk_nvidia_no_bus_reset'),
  },
  {
    vendor: 0x168c,
    devices: [0x0030, [0x0032, 0x0034], 0x003c, 0x003e],
    name: 'Atheros AR9xxx and QCA988x',
    ...noBus,
    effect: 'makes it unreachable, and may hang the computer',
    source: quirk('quirk_no_bus_reset'),
  },
  {
    vendor: 0x17cb,
    devices: [0x1103, 0x1107, 0x0308],
    name: 'Qualcomm WCN6855, WCN7850, SDX62 and SDX65',
    ...noBus,
    effect: 'does not work',
    source: quirk('quirk_no_bus_reset', '6.12.111, 7.3, not 6.1'),
  },
  {
    vendor: 0x104c,
    devices: [0xb005],
    name: 'TI KeyStone C667X',
    ...noBus,
    effect: 'stops it',
    source: quirk('quirk_no_bus_reset'),
  },
  {
    vendor: 0x1b21,
    devices: [0x1164],
    name: 'ASMedia ASM1164',
    ...noBus,
    effect: 'may leave its link down',
    source: quirk('quirk_no_bus_reset', '6.1.165, 6.12.75, 7.3'),
  },
  {
    vendor: 0x10de,
    devices: [0x22ce, 0x22d0],
    port: true,
    name: 'NVIDIA GB10 root port',
    ...noBus,
    effect: 'may leave the link down or narrow',
    source: quirk('quirk_no_bus_reset', '6.1.165, 6.12.75, 7.3'),
  },
  {
    vendor: 0x177d,
    devices: [0xa100],
    port: true,
    name: 'Cavium CN8xxx root port',
    ...noBus,
    effect: 'may make the device unreachable',
    source: quirk('quirk_no_bus_reset'),
  },
]

/** A way to reset a device that Linux has for it alone (drivers/pci/quirks.c, table pci_dev_reset_methods; 6.1, 6.12, 7.3). */
export interface SpecificReset extends DeviceIds {
  readonly name: string
  /** It is FLR with something around it, and there only where FLR is. */
  readonly aroundFlr?: true
  readonly source: string
}

export const specificResets: readonly SpecificReset[] = [
  {
    vendor: 0x8086,
    devices: [0x10ed],
    name: 'Intel 82599 virtual function',
    source: 'reset_intel_82599_sfp_virtfn',
  },
  { vendor: 0x8086, devices: [0x0156, 0x0166], name: 'Intel Ivy Bridge graphics', source: 'reset_ivb_igd' },
  {
    vendor: 0x144d,
    devices: [0xa804],
    aroundFlr: true,
    name: 'Samsung SM961, PM961 and SM963 NVMe',
    source: 'nvme_disable_and_flr',
  },
  {
    vendor: 0x8086,
    devices: [0x0953, 0x0a54],
    aroundFlr: true,
    name: 'Intel Data Center NVMe',
    source: 'delay_250ms_after_flr',
  },
  {
    vendor: 0x025e,
    devices: [0xf1ac],
    aroundFlr: true,
    name: 'Solidigm P44 Pro NVMe',
    source: 'delay_250ms_after_flr',
  },
  { vendor: 0x1425, devices: [[0x4000, 0x4fff]], name: 'Chelsio T4', source: 'reset_chelsio_generic_dev' },
  { vendor: 0x19e5, devices: [0x375e], name: 'Huawei HiNIC virtual function', source: 'reset_hinic_vf_dev' },
]

/** The rows that apply to a device below `port`. */
export function brokenResetsOf(f: PciFunction, port: PciFunction | undefined): readonly BrokenReset[] {
  return brokenResets.filter((row) => {
    const named = row.port ? port : f
    if (named === undefined || !isOneOf(named, row)) return false
    if (row.class !== undefined && need(f.class) >> 8 !== row.class) return false
    if (row.revision !== undefined && need(f.revision) !== row.revision) return false
    return !(row.offRootBus && knownValue(f.parent) === null)
  })
}
