import { describe, expect, it } from 'vitest'
import { describedMachines, exampleDomain } from '../../../test/support/domain-examples.js'
import { type Description, parseDescription } from '../description/index.js'
import { sections } from '../description/schema.js'
import { qemuArguments } from '../qemu/arguments.js'
import { uuidOf } from './domain.js'
import type { DomainSettings } from './settings.js'

const machine = (yaml: string) => parseDescription(`name: m\n${yaml}`, '/vms/m.yaml')

/** Lines of the domain, each once; slots of the root bus have a test of their own. */
const lines = (description: Description, settings: Partial<DomainSettings> = {}) =>
  exampleDomain(description, settings)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => !/^<address type="pci" domain="0x0000" bus="0x00"/.test(line) && !/^<\//.test(line))

interface Row {
  /** What is described besides, in both. */
  readonly with?: string
  readonly settings?: Partial<DomainSettings>
  readonly gives: readonly string[]
  readonly inPlaceOf?: readonly string[]
}

const topology = (cores: number, threads: number) =>
  `<topology sockets="1" dies="1" cores="${cores}" threads="${threads}"/>`
const usb = '<controller type="usb" index="0" model="qemu-xhci">'
const noUsb = '<controller type="usb" index="0" model="none"/>'
const noVideo = '<model type="none"/>'
const serial = '<controller type="virtio-serial" index="0">'
const listen = '<listen type="socket"/>'
const qemuDomain = '<domain type="kvm" xmlns:qemu="http://libvirt.org/schemas/domain/qemu/1.0">'
const extra = (...words: readonly string[]) => [
  qemuDomain,
  '<qemu:commandline>',
  ...words.map((word) => `<qemu:arg value="${word}"/>`),
]
const plain = '<domain type="kvm">'
const hyperV = [
  '<hyperv mode="custom">',
  '<relaxed state="on"/>',
  '<vapic state="on"/>',
  '<vpindex state="on"/>',
  '<runtime state="on"/>',
  '<synic state="on"/>',
  '<stimer state="on">',
  '<direct state="on"/>',
  '<tlbflush state="on"/>',
  '<ipi state="on"/>',
  '<frequencies state="on"/>',
]
const spinlocks = '<spinlocks state="on" retries="4095"/>'
const localClock = [
  '<clock offset="localtime">',
  '<timer name="rtc" tickpolicy="catchup"/>',
  '<timer name="hypervclock" present="yes"/>',
]
const utc = '<clock offset="utc"/>'
const uefi = { code: '/f/code.fd', codeFormat: 'raw', vars: '/vms/m.vars.fd', varsFormat: 'raw' }
const vgaCard = {
  with: 'devices: [{ host: 01:00.0, vga: true }]\nfirmware: uefi',
  settings: { firmware: { ...uefi, requiresSmm: false } },
}

/** Each setting alone, and all that it changes. */
const rows: Readonly<Record<string, Row>> = {
  'os: windows10': { gives: [...hyperV, spinlocks, ...localClock], inPlaceOf: [utc] },
  'os: windows11': { settings: { accelerator: 'tcg' }, gives: localClock.slice(0, 2), inPlaceOf: [utc] },
  'os: other': { gives: [] },
  'memory: 3G': {
    gives: ['<memory unit="MiB">3072</memory>'],
    inPlaceOf: ['<memory unit="MiB">2048</memory>'],
  },
  'huge-pages: 1G': {
    gives: ['<memoryBacking>', '<hugepages>', '<page size="1024" unit="MiB"/>', '<source type="memfd"/>'],
  },
  'memory-node: 1': { gives: ['<numatune>', '<memory mode="strict" nodeset="1"/>'] },
  'cpus: 4': {
    gives: ['<vcpu>4</vcpu>', topology(4, 1)],
    inPlaceOf: ['<vcpu>1</vcpu>', topology(1, 1)],
  },
  'cpus: { count: 2, threads: 2, pin: "2,9" }': {
    settings: { isAmd: true },
    gives: [
      '<vcpu>2</vcpu>',
      '<cputune>',
      '<vcpupin vcpu="0" cpuset="2"/>',
      '<vcpupin vcpu="1" cpuset="9"/>',
      topology(1, 2),
      '<feature policy="require" name="topoext"/>',
    ],
    inPlaceOf: ['<vcpu>1</vcpu>', topology(1, 1)],
  },
  'cpus: { count: 1, others: 0-2 }': { gives: ['<cputune>', '<emulatorpin cpuset="0,1,2"/>'] },
  'cpus: { count: 1, pin: 3 }': {
    with: 'os: windows11',
    gives: ['<cputune>', '<vcpupin vcpu="0" cpuset="3"/>'],
    inPlaceOf: [spinlocks],
  },
  'firmware: uefi': {
    settings: { firmware: { ...uefi, codeFormat: 'qcow2', varsFormat: 'qcow2', requiresSmm: false } },
    gives: [
      '<loader readonly="yes" type="pflash" format="qcow2">/f/code.fd</loader>',
      '<nvram format="qcow2">/vms/m.vars.fd</nvram>',
    ],
  },
  'firmware: secure-boot': {
    settings: { firmware: { ...uefi, requiresSmm: true } },
    gives: [
      '<loader readonly="yes" secure="yes" type="pflash">/f/code.fd</loader>',
      '<nvram>/vms/m.vars.fd</nvram>',
      '<smm state="on"/>',
    ],
  },
  'tpm: true': {
    gives: [
      '<tpm model="tpm-crb">',
      '<backend type="emulator" version="2.0" persistent_state="yes">',
      '<source type="dir" path="/vms/m.tpm"/>',
    ],
  },
  'mmio-window: 64G': {
    with: 'firmware: uefi',
    settings: { firmware: { ...uefi, requiresSmm: false } },
    gives: extra('-fw_cfg', 'name=opt/ovmf/X-PciMmio64Mb,string=65536'),
    inPlaceOf: [plain],
  },
  'hypervisor: hidden': { gives: ['<kvm>', '<hidden state="on"/>'] },
  'hypervisor: hidden # in software emulation': {
    settings: { accelerator: 'tcg' },
    gives: extra('-cpu', 'max,tcg-cpuid=off').map((line) => line.replace('"kvm"', '"qemu"')),
    inPlaceOf: ['<domain type="qemu">'],
  },
  'hypervisor: hidden # from Windows': {
    with: 'os: windows11',
    gives: ['<vendor_id state="on" value="handover"/>', '<kvm>', '<hidden state="on"/>'],
  },
  'kernel: linux': { gives: ['<kernel>/vms/linux</kernel>'] },
  'initrd: i.img': { with: 'kernel: linux', gives: ['<initrd>/vms/i.img</initrd>'] },
  'append: "a=<b> & c"': { with: 'kernel: linux', gives: ['<cmdline>a=&lt;b&gt; &amp; c</cmdline>'] },
  'disks: [{ file: a.qcow2 }, { file: /dev/sdz, readonly: true, bootindex: 7 }]': {
    gives: [
      '<disk type="file" device="disk">',
      '<driver name="qemu" type="qcow2"/>',
      '<source file="/vms/a.qcow2"/>',
      '<target dev="vda" bus="virtio"/>',
      '<boot order="2"/>',
      '<disk type="block" device="disk">',
      '<driver name="qemu" type="raw"/>',
      '<source dev="/dev/sdz"/>',
      '<target dev="vdb" bus="virtio"/>',
      '<readonly/>',
      '<boot order="1"/>',
    ],
  },
  'disks: [{ file: b, bus: sata }, { file: c.iso, cdrom: true, bootindex: 0 }]': {
    gives: [
      '<disk type="file" device="disk">',
      '<driver name="qemu" type="raw"/>',
      '<source file="/vms/b"/>',
      '<target dev="sda" bus="sata"/>',
      '<boot order="2"/>',
      '<disk type="file" device="cdrom">',
      '<driver name="qemu" type="raw"/>',
      '<source file="/vms/c.iso"/>',
      '<target dev="sdb" bus="sata"/>',
      '<readonly/>',
      '<boot order="1"/>',
    ],
  },
  'network: [{ kind: user }, { kind: bridge, bridge: br0, model: e1000e, mac: "52:54:00:12:34:56" }]': {
    gives: [
      '<interface type="user">',
      '<mac address="52:54:00:48:8b:86"/>',
      '<model type="virtio"/>',
      '<boot order="1"/>',
      '<interface type="bridge">',
      '<mac address="52:54:00:12:34:56"/>',
      '<source bridge="br0"/>',
      '<model type="e1000e"/>',
      '<boot order="2"/>',
    ],
  },
  'graphics: std': { gives: ['<model type="vga"/>'], inPlaceOf: [noVideo] },
  'graphics: virtio': { gives: ['<model type="virtio"/>'], inPlaceOf: [noVideo] },
  'graphics: std # beside a card': { ...vgaCard, gives: ['<model type="bochs"/>'], inPlaceOf: [noVideo] },
  'graphics: virtio # beside a card': {
    ...vgaCard,
    gives: extra('-device', 'virtio-gpu-pci,bus=pcie.0,addr=0x01').slice(1),
  },
  'display: vnc': {
    with: 'graphics: std',
    gives: ['<graphics type="vnc">', listen, '<input type="tablet" bus="virtio">'],
  },
  'display: vnc # of a system without a driver of virtio': {
    with: 'os: other\ngraphics: std',
    gives: ['<graphics type="vnc">', listen, usb, '<input type="tablet" bus="usb"/>'],
    inPlaceOf: [noUsb],
  },
  'display: spice # and Looking Glass, which moves a mouse': {
    with: 'looking-glass: 64M',
    gives: [
      '<graphics type="spice">',
      listen,
      serial,
      '<channel type="spicevmc">',
      '<target type="virtio" name="com.redhat.spice.0"/>',
    ],
  },
  'input: [/dev/input/by-id/a-event-kbd, /dev/input/by-id/b-event-mouse]': {
    gives: [
      '<input type="evdev">',
      '<source dev="/dev/input/by-id/a-event-kbd" grab="all" repeat="on"/>',
      '<source dev="/dev/input/by-id/b-event-mouse"/>',
    ],
  },
  'usb: [046D:c52b]': {
    gives: [
      usb,
      '<hostdev mode="subsystem" type="usb">',
      '<source startupPolicy="optional">',
      '<vendor id="0x046d"/>',
      '<product id="0xc52b"/>',
    ],
    inPlaceOf: [noUsb],
  },
  'looking-glass: 64M': {
    gives: ['<shmem name="m">', '<model type="ivshmem-plain"/>', '<size unit="M">64</size>'],
  },
  'sound: pipewire': {
    settings: { uid: 1000 },
    gives: [
      '<sound model="ich9">',
      '<codec type="duplex"/>',
      '<audio id="1"/>',
      '<audio id="1" type="pipewire" runtimeDir="/run/user/1000"/>',
    ],
  },
  'sound: pulseaudio': {
    settings: { uid: 1000 },
    gives: [
      '<sound model="ich9">',
      '<codec type="duplex"/>',
      '<audio id="1"/>',
      '<audio id="1" type="pulseaudio" serverName="unix:/run/user/1000/pulse/native"/>',
    ],
  },
  'guest-agent: true': {
    gives: [serial, '<channel type="unix">', '<target type="virtio" name="org.qemu.guest_agent.0"/>'],
  },
  'qemu: /opt/qemu': {
    settings: { emulator: '/opt/qemu' },
    gives: ['<emulator>/opt/qemu</emulator>'],
    inPlaceOf: ['<emulator>/usr/bin/qemu-system-x86_64</emulator>'],
  },
  'arguments: [-device, "qemu-xhci,id=a"]': {
    gives: extra('-device', 'qemu-xhci,id=a'),
    inPlaceOf: [plain],
  },
}

/** Tested below. */
const others = ['name', 'devices']

describe('domainXml', () => {
  it.each(Object.entries(rows))('changes for %s only what it is for', (yaml, row) => {
    const { with: besides = '', settings = {}, gives, inPlaceOf = [] } = row
    const { firmware, emulator, ...always } = settings
    const memory = yaml.startsWith('memory:') ? '' : 'memory: 2G\n'
    const before = lines(machine(`memory: 2G\n${besides}`), {
      ...always,
      firmware: besides.includes('firmware:') ? firmware : undefined,
    })
    const after = lines(machine(`${memory}${besides}\n${yaml}`), settings)
    const unlike = (some: readonly string[], all: readonly string[]) => [
      ...new Set(some.filter((line) => !all.includes(line))),
    ]
    expect(unlike(after, before)).toEqual([...new Set(gives)])
    expect(unlike(before, after)).toEqual(inPlaceOf)
  })

  it('is tested with every setting', () => {
    const tested = Object.keys(rows).map((yaml) => yaml.slice(0, yaml.indexOf(':')))
    expect([...new Set([...tested, ...others])].sort()).toEqual(sections['']!.toSorted())
  })

  it('places functions of one slot together behind a port, with ROMs and boot order', () => {
    const description = machine(`memory: 1G
firmware: uefi
devices:
  - { host: gpu, vga: true, rom: card.rom }
  - { host: audio, rom: false }
  - { host: nvme, bootindex: 3 }
`)
    const addresses = ['0000:01:00.0', '0000:01:00.1', '0001:0a:1f.7']
    const devices = exampleDomain(description, { addresses }).split('<devices>')[1]!
    expect(devices).toContain(`\
    <controller type="pci" index="1" model="pcie-root-port">
      <target chassis="1"/>
      <address type="pci" domain="0x0000" bus="0x00" slot="0x01" function="0x0"/>
    </controller>
    <hostdev mode="subsystem" type="pci" managed="no">
      <driver name="vfio"/>
      <source>
        <address domain="0x0000" bus="0x01" slot="0x00" function="0x0"/>
      </source>
      <rom file="/vms/card.rom"/>
      <alias name="ua-0000-01-00-0"/>
      <address type="pci" domain="0x0000" bus="0x01" slot="0x00" function="0x0" multifunction="on"/>
    </hostdev>
    <hostdev mode="subsystem" type="pci" managed="no">
      <driver name="vfio"/>
      <source>
        <address domain="0x0000" bus="0x01" slot="0x00" function="0x1"/>
      </source>
      <boot order="2"/>
      <rom bar="off"/>
      <address type="pci" domain="0x0000" bus="0x01" slot="0x00" function="0x1"/>
    </hostdev>
    <controller type="pci" index="2" model="pcie-root-port">
      <target chassis="2"/>
      <address type="pci" domain="0x0000" bus="0x00" slot="0x02" function="0x0"/>
    </controller>
    <hostdev mode="subsystem" type="pci" managed="no">
      <driver name="vfio"/>
      <source>
        <address domain="0x0001" bus="0x0a" slot="0x1f" function="0x7"/>
      </source>
      <boot order="1"/>
      <address type="pci" domain="0x0000" bus="0x02" slot="0x00" function="0x0"/>
    </hostdev>
`)
    expect(devices).toContain(`\
  <qemu:override>
    <qemu:device alias="ua-0000-01-00-0">
      <qemu:frontend>
        <qemu:property name="x-vga" type="bool" value="true"/>
`)
    expect(devices.match(/model="pcie-root-port"/g)).toHaveLength(6)
  })

  it('has the card that SeaBIOS draws on on the root bus', () => {
    const card = machine('memory: 1G\ndevices: [{ host: gpu, vga: true }]')
    expect(exampleDomain(card, { addresses: ['0000:01:00.0'] })).toContain(`\
      <alias name="ua-0000-01-00-0"/>
      <address type="pci" domain="0x0000" bus="0x00" slot="0x01" function="0x0"/>
    </hostdev>
`)
  })

  it.each(describedMachines())('gives devices of $name the slots that QEMU gives them', (description) => {
    const addresses = description.devices.map((_, index) => `0000:01:00.${index}`)
    const argv = qemuArguments(description, { accelerator: 'kvm', folder: '/run/m', addresses })
    const onRoot = argv.flatMap((word, i) =>
      argv[i - 1] === '-device' && !/bus=|^(ide|hda|virtserial|tpm)/.test(word) ? [word.split(',')[0]!] : [],
    )
    const domain = exampleDomain(description, { addresses })
    const placed = [
      ...domain
        .split(/\n {4}(?=<\w)/)
        .flatMap((device) => [
          [
            driverOf(device),
            /\n {6}<address type="pci" domain="0x0000" bus="0x00" slot="0x(\w+)"/.exec(device)?.[1],
          ],
        ]),
      ...[...domain.matchAll(/<qemu:arg value="([\w-]+),bus=pcie.0,addr=0x(\w+)"/g)].map((found) =>
        found.slice(1),
      ),
    ].flatMap(([driver, slot]) => (slot === undefined ? [] : [[Number.parseInt(slot, 16), driver] as const]))
    expect(placed.toSorted(([a], [b]) => a - b)).toEqual(onRoot.map((driver, index) => [index + 1, driver]))
  })

  it('has the same number for a name every time', () => {
    expect(uuidOf('m')).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    expect(uuidOf('m')).toBe(uuidOf('m'))
    expect(uuidOf('m')).not.toBe(uuidOf('n'))
  })
})

/** What libvirt makes of an element, by what stands in it (libvirt src/qemu/qemu_command.c). */
const drivers: readonly (readonly [RegExp, string])[] = [
  [/^<interface .*<model type="virtio"/s, 'virtio-net-pci'],
  [/^<interface .*<model type="e1000e"/s, 'e1000e'],
  [/^<disk .*bus="virtio"/s, 'virtio-blk-pci'],
  [/^<video>.*type="vga"/s, 'VGA'],
  [/^<video>.*type="virtio"/s, 'virtio-vga'],
  [/^<video>.*type="bochs"/s, 'secondary-vga'],
  [/^<controller type="virtio-serial"/, 'virtio-serial-pci'],
  [/^<controller type="usb"/, 'qemu-xhci'],
  [/^<controller type="pci"/, 'pcie-root-port'],
  [/^<input type="tablet" bus="virtio"/, 'virtio-tablet-pci'],
  [/^<sound model="ich9"/, 'ich9-intel-hda'],
  [/^<shmem/, 'ivshmem-plain'],
  [/^<hostdev mode="subsystem" type="pci"/, 'vfio-pci'],
]

function driverOf(device: string): string {
  return drivers.find(([pattern]) => pattern.test(device))?.[1] ?? device
}
