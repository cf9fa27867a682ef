import type { Host } from '../../src/host/index.js'
import { type Machine, readMachine } from '../../src/machine/index.js'
import type { Wish } from '../../src/vm/new/index.js'
import { lab } from './edited-host.js'
import { connector, igd } from './made-displays.js'
import { link, type Made, madeFunction, madeHost, program } from './made-host.js'
import { cores, topologies, topologyFiles } from './made-topologies.js'
import { line, notAskedFiles, oneCardFiles, reserved, twoCardsFiles } from './ordinary-computers.js'

type Files = Readonly<Record<string, Made>>
const gibibyte = 1024 ** 3

/** A computer, what is wanted of it, and what becomes of it: test/golden/vm/NAME.yaml. */
export interface VmHost {
  readonly name: string
  readonly what: string
  /** `recorded`: on a real computer. `constructed`: put together, its threads as a real one's (see made-topologies.ts). */
  readonly origin: 'recorded' | 'constructed'
  readonly host: Host
  /** Addresses. */
  readonly devices: readonly string[]
  readonly wish?: Partial<Omit<Wish, 'devices'>>
}

/** Memory, firmware, keyboard, sound, what a desktop has. */
const common = (gib: number): Files => ({
  '/proc/meminfo': `MemTotal:       ${gib * 1024 ** 2} kB\n`,
  ...hugePages('/sys/kernel/mm/hugepages/hugepages-1048576kB', 0, 0),
  ...hugePages('/sys/kernel/mm/hugepages/hugepages-2048kB', 0, 0),
  '/usr/share/qemu/firmware/40-edk2-x86_64-secure-enrolled.json': ovmf('OVMF_CODE_4M.ms.fd', [
    'secure-boot',
    'requires-smm',
    'enrolled-keys',
  ]),
  '/usr/share/qemu/firmware/60-edk2-x86_64.json': ovmf('OVMF_CODE_4M.fd', []),
  '/usr/share/OVMF/OVMF_CODE_4M.ms.fd': '',
  '/run/user/1000/pipewire-0.lock': '',
  '/run/user/1000/pulse/native': '',
  '/proc/bus/input/devices': [
    'I: Bus=0003 Vendor=046d Product=c31c Version=0110\nN: Name="Logitech USB Keyboard"\nS: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-1/input/input5\nH: Handlers=sysrq kbd event3 leds \nB: KEY=fffffffffffffffe\n',
    'I: Bus=0003 Vendor=1532 Product=0084 Version=0111\nN: Name="Razer DeathAdder"\nS: Sysfs=/devices/pci0000:00/0000:00:14.0/usb1/1-2/input/input6\nH: Handlers=mouse0 event4 \nB: KEY=1f0000 0 0 0 0\n',
    '',
  ].join('\n'),
  '/dev/input/by-id/usb-Logitech_USB_Keyboard-event-kbd': link('../event3'),
  '/dev/input/by-id/usb-Razer_DeathAdder-event-mouse': link('../event4'),
})

function hugePages(folder: string, total: number, free: number): Files {
  return { [`${folder}/nr_hugepages`]: `${total}\n`, [`${folder}/free_hugepages`]: `${free}\n` }
}

function ovmf(code: string, features: readonly string[]): string {
  const flash = (name: string) => ({ filename: `/usr/share/OVMF/${name}`, format: 'raw' })
  return JSON.stringify({
    'interface-types': ['uefi'],
    mapping: { device: 'flash', executable: flash(code), 'nvram-template': flash('OVMF_VARS_4M.fd') },
    targets: [{ architecture: 'x86_64', machines: ['pc-q35-*'] }],
    features,
  })
}

/** The NVIDIA card of a desktop, the only one. */
const oneCard = (topology: Files, more: Files = {}) =>
  madeHost({ ...oneCardFiles, ...common(32), ...topology, ...more })
/** A card of AMD's to spare, beside the processor's graphics. */
const twoCards = (topology: Files, more: Files = {}) =>
  madeHost({ ...twoCardsFiles('6.12.74+deb13-amd64'), ...common(64), ...topology, ...more })

const spare = '/sys/devices/pci0000:00/0000:00:03.1/0000:03:00.0'
const zeros = line(0, 0, 0)
/** BARs of the spare card: so much of its memory, as Resizable BAR shows it, and its option ROM. */
const bars = (gib: number): Files => ({
  [`${spare}/resource`]: [
    line(0x78_0000_0000, 0x78_0000_0000 + gib * gibibyte - 1, 0x14220c),
    zeros,
    line(0x88_0000_0000, 0x88_0fff_ffff, 0x14220c),
    zeros.repeat(2),
    line(0xfcb8_0000, 0xfcbf_ffff, 0x40200),
    line(0xfcb0_0000, 0xfcb1_ffff, 0x46200),
    zeros.repeat(6),
  ].join(''),
})
const windows = {
  os: 'windows11' as const,
  memoryBytes: 16n * 1024n ** 3n,
  disks: ['windows.qcow2'],
  isos: ['/iso/windows.iso'],
  drivers: '/iso/virtio-win.iso',
}
/** A card of the same kind as the workstation's, behind a port of its own. */
const twin = (files: Files = {}): Files => ({
  ...reserved(21),
  ...madeFunction('0000:00:1b.0', { class: 0x060400, group: 20, files: { secondary_bus_number: '4\n' } }),
  ...madeFunction('0000:04:00.0', {
    above: 'pci0000:00/0000:00:1b.0',
    vendor: 0x10de,
    device: 0x2206,
    class: 0x030000,
    driver: 'nvidia',
    group: 21,
    files: {
      boot_vga: '0\n',
      numa_node: '2\n',
      reset_method: 'bus\n',
      resource: `${line(0xf800_0000, 0xf8ff_ffff, 0x40200)}${zeros.repeat(5)}${line(0xf900_0000, 0xf907_ffff, 0x46200)}${zeros.repeat(6)}`,
      ...files,
    },
  }),
  ...madeFunction('0000:04:00.1', {
    above: 'pci0000:00/0000:00:1b.0',
    vendor: 0x10de,
    device: 0x1aef,
    class: 0x040300,
    group: 21,
    files: { numa_node: '2\n' },
  }),
})
/** A 3D controller of a laptop, behind the port of the workstation's card. */
const laptopCard: Files = {
  '/sys/class/dmi/id/chassis_type': '10\n',
  ...madeFunction('0000:01:00.0', {
    above: 'pci0000:00/0000:00:01.0',
    vendor: 0x10de,
    device: 0x28e0,
    class: 0x030200,
    group: 1,
    files: {
      reset_method: 'bus\n',
      resource: `${line(0xf600_0000, 0xf6ff_ffff, 0x40200)}${line(0x40_0000_0000, 0x41_ffff_ffff, 0x14220c)}${zeros.repeat(11)}`,
    },
  }),
  ...igd(0xa7a0),
  ...connector('card1-eDP-1', '/sys/devices/pci0000:00/0000:00:02.0', 'connected', 'enabled'),
}
/** A network card split by SR-IOV. */
const network: Files = {
  ...reserved(22),
  ...madeFunction('0000:00:1b.0', { class: 0x060400, group: 20, files: { secondary_bus_number: '41\n' } }),
  ...madeFunction('0000:41:00.0', {
    above: 'pci0000:00/0000:00:1b.0',
    vendor: 0x8086,
    device: 0x1592,
    class: 0x020000,
    driver: 'ice',
    group: 21,
    files: { numa_node: '1\n', sriov_totalvfs: '64\n', sriov_numvfs: '1\n', reset_method: 'flr\n' },
  }),
  ...madeFunction('0000:41:01.0', {
    above: 'pci0000:00/0000:00:1b.0',
    vendor: 0x8086,
    device: 0x1889,
    class: 0x020000,
    driver: 'iavf',
    group: 22,
    files: {
      numa_node: '1\n',
      physfn: link('../0000:41:00.0'),
      reset_method: 'flr\n',
      resource: `${line(0x7f_0000_0000, 0x7f_0001_ffff, 0x14220c)}${zeros.repeat(12)}`,
    },
  }),
}
const without = (files: Files, ...paths: readonly string[]): Files =>
  Object.fromEntries(Object.entries(files).filter(([path]) => !paths.some((one) => path.startsWith(one))))

/** An option ROM of a GeForce GTX 580 with a legacy image only. */
export const legacyRom: Uint8Array = (() => {
  const bytes = new Uint8Array(1024)
  bytes.set([0x55, 0xaa, 2])
  bytes[0x18] = 0x1c
  bytes.set([0x50, 0x43, 0x49, 0x52, 0xde, 0x10, 0x80, 0x10, 0, 0, 0x18, 0], 0x1c)
  bytes[0x1c + 0x10] = 2
  bytes[0x1c + 0x15] = 0x80
  bytes[1023] = (256 - (bytes.reduce((sum, byte) => sum + byte, 0) & 0xff)) & 0xff
  return bytes
})()

export const vmHosts: readonly VmHost[] = [
  {
    name: 'quad-core',
    what: 'a desktop with four cores and one card, which shows the host',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.quadCore)),
    devices: ['0000:01:00.0'],
    wish: { ...windows, cpus: 6 },
  },
  {
    name: 'legacy-rom',
    what: 'the same with a card whose ROM, from a file, has no EFI driver',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.quadCore), {
      '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/device': '0x1080\n',
      '/usr/share/misc/pci.ids': '10de  NVIDIA Corporation\n\t1080  GF110 [GeForce GTX 580]\n',
    }),
    devices: ['0000:01:00.0'],
    wish: { ...windows, os: 'windows10', cpus: 4, rom: { file: 'card.rom', bytes: legacyRom } },
  },
  {
    name: 'two-dies',
    what: 'Ryzen 9 5950X, a card to spare beside the graphics of the processor',
    origin: 'constructed',
    host: twoCards(topologyFiles(topologies.ryzen5950x)),
    devices: ['0000:03:00.0'],
    wish: { ...windows, cpus: 16 },
  },
  {
    name: 'looking-glass',
    what: 'the same, seen through Looking Glass',
    origin: 'constructed',
    host: twoCards(topologyFiles(topologies.ryzen5950x)),
    devices: ['0000:03:00.0'],
    wish: { ...windows, cpus: 12, lookingGlass: { width: 3840, height: 2160 } },
  },
  {
    name: 'four-caches',
    what: 'Ryzen 9 3900X: three cores to a cache, and more wanted',
    origin: 'constructed',
    host: twoCards(topologyFiles(topologies.ryzen3900x)),
    devices: ['0000:03:00.0'],
    wish: { os: 'linux', cpus: 12, disks: ['linux.qcow2'] },
  },
  {
    name: 'x3d',
    what: 'Ryzen 9 9950X3D: the first die has the larger cache; huge pages of 1 GiB are set aside; a card that shows 32 GiB',
    origin: 'constructed',
    host: twoCards(topologyFiles(topologies.ryzen9950x3d), {
      ...bars(32),
      ...hugePages('/sys/kernel/mm/hugepages/hugepages-1048576kB', 16, 16),
    }),
    devices: ['0000:03:00.0'],
    wish: { ...windows, cpus: 14 },
  },
  {
    name: 'x3d-whole',
    what: 'the same with more processors wanted than the larger cache has beside the host, and a card whose driver asks for hiding',
    origin: 'constructed',
    host: twoCards(topologyFiles(topologies.ryzen9950x3d), { [`${spare}/device`]: '0x7550\n' }),
    devices: ['0000:03:00.0'],
    wish: { ...windows, drivers: undefined, cpus: 16, input: 'usb' },
  },
  {
    name: 'hybrid',
    what: 'a 13th generation Core with performance and efficiency cores',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.hybrid)),
    devices: ['0000:01:00.0'],
    wish: { ...windows, cpus: 10 },
  },
  {
    name: 'hybrid-all',
    what: 'the same with more processors than it has performance cores beside the host',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.hybrid)),
    devices: ['0000:01:00.0'],
    wish: { ...windows, cpus: 14 },
  },
  {
    name: 'laptop',
    what: 'a laptop whose second card has no outputs; Ryzen AI 9 HX 370 with two kinds of cores that Linux does not tell apart',
    origin: 'constructed',
    host: madeHost({
      ...without(
        oneCardFiles,
        '/sys/class/drm/',
        '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00',
        '/sys/bus/pci/devices/0000:01:00',
      ),
      ...common(32),
      ...topologyFiles(topologies.ryzenAi370),
      ...laptopCard,
    }),
    devices: ['0000:01:00.0'],
    wish: { ...windows, cpus: 6 },
  },
  {
    name: 'twins',
    what: 'Threadripper 7970X with a node for each die, and two cards of one kind; the second stands at node 2',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.threadripper7970x), {
      ...twin(),
      '/proc/meminfo': `MemTotal: ${256 * 1024 ** 2} kB\n`,
    }),
    devices: ['0000:04:00.0'],
    wish: {
      os: 'linux',
      memoryBytes: 32n * 1024n ** 3n,
      cpus: 16,
      disks: ['linux.qcow2'],
    },
  },
  {
    name: 'dual-socket',
    what: 'two Xeon E5-2650, the card at the second',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.twoXeons), {
      ...twin({ numa_node: '1\n' }),
      '/proc/meminfo': `MemTotal: ${128 * 1024 ** 2} kB\n`,
      ...hugePages('/sys/devices/system/node/node1/hugepages/hugepages-2048kB', 16384, 8192),
      ...hugePages('/sys/kernel/mm/hugepages/hugepages-2048kB', 16384, 8192),
    }),
    devices: ['0000:04:00.0'],
    wish: { ...windows, os: 'windows10', cpus: 12 },
  },
  {
    name: 'sr-iov',
    what: 'a server with two EPYC 7763 and a virtual function of its network card',
    origin: 'constructed',
    host: madeHost({
      ...without(oneCardFiles, '/usr/bin/qemu-system'),
      ...without(common(512), '/run/user', '/dev/input'),
      ...topologyFiles(topologies.twoEpycs, 256n * 1024n ** 3n),
      ...network,
      '/sys/class/dmi/id/chassis_type': '23\n',
      '/proc/bus/input/devices': '',
      '/run/user/': '',
      '/usr/libexec/qemu-kvm': program('QEMU emulator version 9.1.0 (qemu-kvm-9.1.0-15.el9)\n'),
    }),
    devices: ['0000:41:01.0'],
    wish: {
      os: 'linux',
      memoryBytes: 32n * 1024n ** 3n,
      cpus: 8,
      disks: ['/srv/router.qcow2'],
    },
  },
  {
    name: 'no-iommu',
    what: 'a desktop whose IOMMU is not asked for, without swtpm, before QEMU has PipeWire',
    origin: 'constructed',
    host: madeHost({
      ...notAskedFiles(),
      ...without(common(16), '/usr/share/qemu/firmware/40'),
      ...topologyFiles([{ cores: cores(0, 4, 0), l3: { name: 'a', kib: 6144 } }]),
      '/usr/bin/qemu-system-x86_64': program('QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)\n'),
    }),
    devices: ['0000:01:00.0'],
    wish: { os: 'windows11', disks: ['windows.qcow2'], isos: ['Win11.iso'] },
  },
  {
    name: 'no-card',
    what: 'a machine without a device, for Linux',
    origin: 'constructed',
    host: oneCard(topologyFiles(topologies.quadCore)),
    devices: [],
    wish: { disks: ['linux.qcow2'], isos: ['debian.iso'] },
  },
  {
    name: 'laboratory',
    what: "the laboratory's own computer, recorded before threads were: an NVMe disk goes to a Linux machine",
    origin: 'recorded',
    host: lab(),
    devices: ['0000:01:00.0'],
    wish: { os: 'linux', memoryBytes: 512n * 1024n ** 2n, cpus: 1 },
  },
]

/** The wish with the functions of the machine that its addresses mean. */
export function wishOf({ name, devices, wish }: VmHost, machine: Machine): Wish {
  return {
    name,
    os: 'linux',
    memoryBytes: undefined,
    cpus: undefined,
    firmware: undefined,
    disks: [],
    isos: [],
    drivers: undefined,
    rom: undefined,
    lookingGlass: undefined,
    input: undefined,
    ...wish,
    devices: devices.map((address) => machine.functions.find((f) => f.address === address)!),
  }
}

export const machineOf = ({ host }: VmHost): Machine => readMachine(host)
