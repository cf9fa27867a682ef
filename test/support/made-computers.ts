import { dmarTable, drhd, rmrr, scope } from './acpi-tables.js'
import { link, type Made, madeConfig, madeFunction, madeHost, quietHost } from './made-host.js'

/** A few names, in the form of pci.ids. */
const names = `10de  NVIDIA Corporation
	1aef  GA102 High Definition Audio Controller
	2206  GA102 [GeForce RTX 3080]
8086  Intel Corporation
	1901  6th-10th Gen Core Processor PCIe Controller (x16)
	a2ba  200 Series PCH USB 3.0 xHCI Controller
144d  Samsung Electronics Co Ltd
	a80a  NVMe SSD Controller PM9A1/PM9A3/980PRO
C 01  Mass storage controller
	08  Non-Volatile memory controller
C 03  Display controller
	00  VGA compatible controller
C 04  Multimedia controller
	03  Audio device
C 06  Bridge
	04  PCI bridge
C 0c  Serial bus controller
	03  USB controller
`

const zero = '0x0000000000000000'
const line = (start: number, end: number, flags: number) =>
  `${[start, end, flags].map((value) => `0x${value.toString(16).padStart(16, '0')}`).join(' ')}\n`

/** Configuration space of the video card: PM, MSI, PCI Express with a link, AER with an error seen, Resizable BAR. */
function videoCardConfig(): Uint8Array {
  const bytes = new Uint8Array(4096)
  bytes.set(madeConfig({ vendor: 0x10de, device: 0x2206, class: 0x030000 }))
  const view = new DataView(bytes.buffer)
  const u8 = (at: number, ...values: readonly number[]) => bytes.set(values, at)
  const u16 = (at: number, value: number) => view.setUint16(at, value, true)
  const u32 = (at: number, value: number) => view.setUint32(at, value >>> 0, true)
  u16(0x04, 0x0407)
  u16(0x06, 0x0010)
  u8(0x0e, 0x80)
  u8(0x34, 0x60)
  u8(0x3c, 0x10, 0x01)
  u8(0x60, 0x01, 0x68)
  u16(0x62, 0x0003)
  u16(0x64, 0x0008)
  u8(0x68, 0x05, 0x78)
  u16(0x6a, 0x0081)
  u8(0x78, 0x10, 0x00)
  u16(0x7a, 0x0012)
  u32(0x7c, 0x012c8de1)
  u16(0x80, 0x2937)
  u32(0x84, 0x00453d04)
  u16(0x88, 0x0140)
  u16(0x8a, 0x1043)
  u32(0x9c, 0x70993)
  u32(0x100, 0x42010001)
  u32(0x104, 0x00100000)
  u32(0x420, 0x00010015)
  u32(0x424, 0x00001000)
  u32(0x428, 0x00000821)
  return bytes
}

/** A workstation: a video card in a slot of its own, an NVMe disk with everything on it, a keyboard on USB. */
export const workstationFiles: Readonly<Record<string, Made>> = {
  ...quietHost,
  '/usr/share/misc/pci.ids': names,
  '/sys/class/iommu/dmar0': link('../../devices/virtual/iommu/dmar0'),
  '/sys/firmware/acpi/tables/DMAR': dmarTable(
    { width: 39, flags: 0x01 },
    drhd({ base: 0xfed9_0000 }, scope(1, 0, [0x02, 0])),
    drhd({ base: 0xfed9_1000, all: true }),
    rmrr(0x8a00_0000, 0x8a01_ffff, scope(1, 0, [0x01, 0, 0x00, 0])),
  ),
  ...madeFunction('0000:00:01.0', {
    vendor: 0x8086,
    device: 0x1901,
    class: 0x060400,
    driver: 'pcieport',
    group: 1,
    files: { secondary_bus_number: '1\n' },
  }),
  ...madeFunction('0000:00:14.0', {
    vendor: 0x8086,
    device: 0xa2ba,
    class: 0x0c0330,
    driver: 'xhci_hcd',
    group: 3,
    files: { 'msi_irqs/125': 'msi\n' },
  }),
  ...madeFunction('0000:01:00.0', {
    above: 'pci0000:00/0000:00:01.0',
    vendor: 0x10de,
    device: 0x2206,
    class: 0x030000,
    driver: 'nvidia',
    group: 1,
    config: videoCardConfig(),
    files: {
      boot_vga: '1\n',
      irq: '131\n',
      'msi_irqs/131': 'msi\n',
      reset_method: 'bus\n',
      current_link_speed: '2.5 GT/s PCIe\n',
      current_link_width: '16\n',
      max_link_speed: '16.0 GT/s PCIe\n',
      max_link_width: '16\n',
      resource: [
        line(0xf600_0000, 0xf6ff_ffff, 0x40200),
        line(0x40_0000_0000, 0x40_0fff_ffff, 0x14220c),
        `${zero} ${zero} ${zero}\n`,
        line(0x40_1000_0000, 0x40_11ff_ffff, 0x14220c),
        `${zero} ${zero} ${zero}\n`,
        line(0xe000, 0xe07f, 0x40101),
        line(0xc0000, 0xdffff, 0x212),
        ...Array<string>(6).fill(`${zero} ${zero} ${zero}\n`),
      ].join(''),
    },
  }),
  ...madeFunction('0000:01:00.1', {
    above: 'pci0000:00/0000:00:01.0',
    vendor: 0x10de,
    device: 0x1aef,
    class: 0x040300,
    driver: 'snd_hda_intel',
    group: 1,
  }),
  ...madeFunction('0000:02:00.0', {
    above: 'pci0000:00/0000:00:1d.0',
    vendor: 0x144d,
    device: 0xa80a,
    class: 0x010802,
    driver: 'nvme',
    group: 14,
  }),
  '/sys/class/drm/card0-HDMI-A-1': link(
    '../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-HDMI-A-1',
  ),
  '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-HDMI-A-1/status': 'connected\n',
  '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0/card0-HDMI-A-1/enabled': 'enabled\n',
  '/sys/class/drm/card0': link('../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/drm/card0'),
  '/sys/dev/block/259:2': link(
    '../../devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1/nvme0n1p2',
  ),
  '/sys/block/nvme0n1': link('../devices/pci0000:00/0000:00:1d.0/0000:02:00.0/nvme/nvme0/nvme0n1'),
  '/proc/self/mountinfo': '30 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw\n',
  '/proc/bus/input/devices':
    'N: Name="Logitech USB Keyboard"\nS: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-1/input/input5\nB: KEY=fffffffffffffffe\n\n',
}

export const workstation = () => madeHost(workstationFiles)

/** The same without an IOMMU. */
export function ungrouped() {
  const files = Object.entries(workstationFiles).filter(
    ([path]) => !path.endsWith('/iommu_group') && path !== '/sys/class/iommu/dmar0',
  )
  return madeHost(Object.fromEntries(files))
}
