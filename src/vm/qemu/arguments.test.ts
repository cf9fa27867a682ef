import { describe, expect, it } from 'vitest'
import { parseDescription } from '../description/index.js'
import { sections } from '../description/schema.js'
import { qemuArguments } from './arguments.js'
import { enlightenments } from './cpu.js'
import type { RunSettings } from './run.js'

const run: RunSettings = { accelerator: 'kvm', folder: '/run/m', addresses: [] }

const machine = (yaml: string, settings: Partial<RunSettings> = {}) =>
  qemuArguments(parseDescription(`name: m\nmemory: 2G\n${yaml}`, '/vms/m.yaml'), { ...run, ...settings })

/** The value of an option, for each time that it stands there. */
const option = (argv: readonly string[], name: string) =>
  argv.flatMap((word, i) => (word === name ? [argv[i + 1]!] : []))

/** Each option with its value. */
const options = (argv: readonly string[]) =>
  argv
    .join('\n')
    .split(/\n(?=-[a-z])/)
    .map((one) => one.replace('\n', ' '))

const uefi = { code: '/f/code.fd', codeFormat: 'raw', vars: '/vms/m.vars.fd', varsFormat: 'qcow2' }
const flash = [
  '-drive if=pflash,unit=0,format=raw,readonly=on,file=/f/code.fd',
  '-drive if=pflash,unit=1,format=qcow2,file=/vms/m.vars.fd',
]
const hyperV = enlightenments.map((name) => `${name}=on`).join(',')

interface Row {
  /** What is described besides, in both. */
  readonly with?: string
  readonly settings?: Partial<RunSettings>
  readonly gives: readonly string[]
  readonly inPlaceOf?: readonly string[]
}

/** Each setting alone, and all that it changes. */
const rows: Readonly<Record<string, Row>> = {
  'os: windows10': {
    gives: [`-cpu host,${hyperV},hv-spinlocks=0xfff`, '-rtc base=localtime,driftfix=slew'],
    inPlaceOf: ['-cpu host'],
  },
  'os: windows11': {
    settings: { accelerator: 'tcg' },
    gives: ['-rtc base=localtime,driftfix=slew'],
  },
  'os: other': { gives: [] },
  'memory: 3G': { gives: ['-m 3072M'], inPlaceOf: ['-m 2048M'] },
  'huge-pages: 1G': {
    gives: [
      '-machine q35,memory-backend=ram',
      '-object memory-backend-memfd,id=ram,size=2048M,hugetlb=on,hugetlbsize=1024M,prealloc=on',
    ],
    inPlaceOf: ['-machine q35'],
  },
  'huge-pages: 2M': {
    with: 'memory-node: 1',
    gives: [
      '-object memory-backend-memfd,id=ram,size=2048M,hugetlb=on,hugetlbsize=2M,prealloc=on,host-nodes=1,policy=bind',
    ],
    inPlaceOf: ['-object memory-backend-ram,id=ram,size=2048M,host-nodes=1,policy=bind'],
  },
  'memory-node: 0': {
    gives: [
      '-machine q35,memory-backend=ram',
      '-object memory-backend-ram,id=ram,size=2048M,host-nodes=0,policy=bind',
    ],
    inPlaceOf: ['-machine q35'],
  },
  'cpus: 4': { gives: ['-smp 4'], inPlaceOf: ['-smp 1'] },
  'cpus: { count: 8, threads: 2, pin: "2-9" }': {
    gives: ['-smp 8,sockets=1,cores=4,threads=2'],
    inPlaceOf: ['-smp 1'],
  },
  'cpus: { count: 2, threads: 2 }': {
    settings: { isAmd: true },
    gives: ['-cpu host,topoext=on', '-smp 2,sockets=1,cores=1,threads=2'],
    inPlaceOf: ['-cpu host', '-smp 1'],
  },
  'cpus: { count: 1, pin: 3, others: 0-2 }': {
    with: 'os: windows11',
    gives: [`-cpu host,${hyperV}`],
    inPlaceOf: [`-cpu host,${hyperV},hv-spinlocks=0xfff`],
  },
  'firmware: uefi': { settings: { firmware: { ...uefi, requiresSmm: false } }, gives: flash },
  'firmware: secure-boot': {
    settings: { firmware: { ...uefi, requiresSmm: true } },
    gives: ['-machine q35,smm=on', '-global driver=cfi.pflash01,property=secure,value=on', ...flash],
    inPlaceOf: ['-machine q35'],
  },
  'tpm: true': {
    gives: [
      '-chardev socket,id=tpm-socket,path=/run/m/tpm.sock',
      '-tpmdev emulator,id=tpm,chardev=tpm-socket',
      '-device tpm-crb,tpmdev=tpm',
    ],
  },
  'mmio-window: 64G': {
    with: 'firmware: uefi',
    gives: ['-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=65536'],
  },
  'hypervisor: hidden': { gives: ['-cpu host,kvm=off'], inPlaceOf: ['-cpu host'] },
  'hypervisor: hidden # in software emulation': {
    settings: { accelerator: 'tcg' },
    gives: ['-cpu max,tcg-cpuid=off'],
    inPlaceOf: ['-cpu max'],
  },
  'hypervisor: hidden # from Windows': {
    with: 'os: windows11',
    gives: [`-cpu host,kvm=off,${hyperV},hv-spinlocks=0xfff,hv-vendor-id=handover`],
    inPlaceOf: [`-cpu host,${hyperV},hv-spinlocks=0xfff`],
  },
  'kernel: linux': { gives: ['-kernel /vms/linux'] },
  'initrd: i.img': { with: 'kernel: linux', gives: ['-initrd /vms/i.img'] },
  'append: quiet splash': { with: 'kernel: linux', gives: ['-append quiet splash'] },
  'disks: [{ file: a.qcow2 }, { file: /b.img, bus: nvme, readonly: true, bootindex: 0 }]': {
    gives: [
      '-drive if=none,id=disk0,file=/vms/a.qcow2,format=qcow2',
      '-device virtio-blk-pci,drive=disk0',
      '-drive if=none,id=disk1,file=/b.img,format=raw,readonly=on',
      '-device nvme,drive=disk1,serial=disk1,bootindex=0',
    ],
  },
  'disks: [{ file: a }, { file: b, bus: sata }, { file: c.iso, cdrom: true, bootindex: 0 }]': {
    gives: [
      '-drive if=none,id=disk0,file=/vms/a,format=raw',
      '-device virtio-blk-pci,drive=disk0',
      '-drive if=none,id=disk1,file=/vms/b,format=raw',
      '-device ide-hd,drive=disk1,bus=ide.0',
      '-drive if=none,id=disk2,file=/vms/c.iso,format=raw,readonly=on',
      '-device ide-cd,drive=disk2,bus=ide.1,bootindex=0',
    ],
  },
  'network: [{ kind: user }, { kind: bridge, bridge: br0, model: e1000e, mac: "52:54:00:12:34:56" }]': {
    gives: [
      '-netdev user,id=net0',
      '-device virtio-net-pci,netdev=net0,mac=52:54:00:48:8b:86',
      '-netdev bridge,id=net1,br=br0',
      '-device e1000e,netdev=net1,mac=52:54:00:12:34:56',
    ],
  },
  'graphics: std': { gives: ['-device VGA'] },
  'graphics: virtio': { gives: ['-device virtio-vga'] },
  'graphics: virtio # beside a card': {
    with: 'devices: [{ host: gpu, vga: true }]',
    settings: { addresses: ['0000:01:00.0'] },
    gives: ['-device virtio-gpu-pci'],
  },
  'graphics: std # beside a card': {
    with: 'devices: [{ host: gpu, vga: true }]',
    settings: { addresses: ['0000:01:00.0'] },
    gives: ['-device secondary-vga'],
  },
  'display: vnc': {
    with: 'graphics: std',
    gives: ['-vnc unix:/run/m/vnc.sock', '-device virtio-tablet-pci'],
  },
  'display: vnc # of a system without a driver of virtio': {
    with: 'os: other\ngraphics: std',
    gives: ['-vnc unix:/run/m/vnc.sock', '-device qemu-xhci,id=usb', '-device usb-tablet,bus=usb.0'],
  },
  'display: spice # and Looking Glass, which moves a mouse': {
    with: 'looking-glass: 64M\nos: other',
    gives: [
      '-spice unix=on,addr=/run/m/spice.sock,disable-ticketing=on',
      '-device virtio-serial-pci',
      '-chardev spicevmc,id=vdagent,name=vdagent',
      '-device virtserialport,chardev=vdagent,name=com.redhat.spice.0',
    ],
  },
  'input: [/dev/input/by-id/a-event-kbd, /dev/input/by-id/b-event-mouse]': {
    gives: [
      '-object input-linux,id=input0,evdev=/dev/input/by-id/a-event-kbd,grab_all=on,repeat=on',
      '-object input-linux,id=input1,evdev=/dev/input/by-id/b-event-mouse',
    ],
  },
  'input: [/dev/input/event3, /dev/input/event4]': {
    gives: [
      '-object input-linux,id=input0,evdev=/dev/input/event3,grab_all=on,repeat=on',
      '-object input-linux,id=input1,evdev=/dev/input/event4',
    ],
  },
  'usb: [046D:c52b]': {
    gives: ['-device qemu-xhci,id=usb', '-device usb-host,bus=usb.0,vendorid=0x046d,productid=0xc52b'],
  },
  'looking-glass: 64M': {
    gives: [
      '-object memory-backend-file,id=looking-glass,mem-path=/dev/shm/m,size=64M,share=on',
      '-device ivshmem-plain,memdev=looking-glass',
    ],
  },
  'sound: pipewire': {
    gives: ['-audiodev pipewire,id=sound', '-device ich9-intel-hda', '-device hda-duplex,audiodev=sound'],
  },
  'sound: pulseaudio': {
    gives: ['-audiodev pa,id=sound', '-device ich9-intel-hda', '-device hda-duplex,audiodev=sound'],
  },
  'guest-agent: true': {
    gives: [
      '-device virtio-serial-pci',
      '-chardev socket,id=agent,path=/run/m/agent.sock,server=on,wait=off',
      '-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0',
    ],
  },
  'guest-agent: true # beside that of SPICE': {
    with: 'graphics: std\ndisplay: spice',
    gives: [
      '-chardev socket,id=agent,path=/run/m/agent.sock,server=on,wait=off',
      '-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0',
    ],
  },
  'arguments: [-cpu, qemu64]': { gives: ['-cpu qemu64'] },
}

/** Those that change more than arguments of their own, and have tests below or in `parse.test.ts`. */
const others = ['name', 'devices', 'qemu']

describe('qemuArguments', () => {
  it('gives nothing that was not asked for, but ports to plug into', () => {
    expect(machine('', { accelerator: 'tcg' }).join(' ')).toBe(
      '-name m -accel tcg -cpu max -machine q35 -m 2048M -smp 1 -nodefaults -no-user-config -display none -vga none ' +
        '-qmp unix:/run/m/qmp.sock,server=on,wait=off -serial stdio ' +
        '-device pcie-root-port,id=spare0,chassis=1 -device pcie-root-port,id=spare1,chassis=2 ' +
        '-device pcie-root-port,id=spare2,chassis=3 -device pcie-root-port,id=spare3,chassis=4',
    )
  })

  it.each(Object.entries(rows))('changes for %s only what it is for', (yaml, row) => {
    const { with: besides = '', settings = {}, gives, inPlaceOf = [] } = row
    const { firmware, ...always } = settings
    const memory = yaml.startsWith('memory:') ? yaml.slice('memory: '.length) : '2G'
    const rest = yaml.startsWith('memory:') ? '' : yaml
    const of = (size: string, text: string, own: Partial<RunSettings>) =>
      options(
        qemuArguments(parseDescription(`name: m\nmemory: ${size}\n${text}`, '/vms/m.yaml'), {
          ...run,
          ...own,
        }),
      )
    const before = of('2G', besides, always)
    const after = of(memory, `${besides}\n${rest}`, settings)
    expect(after.filter((one) => !before.includes(one))).toEqual(gives)
    expect(before.filter((one) => !after.includes(one))).toEqual(inPlaceOf)
  })

  it('is tested with every setting', () => {
    const tested = Object.keys(rows).map((yaml) => yaml.slice(0, yaml.indexOf(':')))
    expect([...new Set([...tested, ...others])].sort()).toEqual(sections['']!.toSorted())
  })

  it('doubles commas inside values, and only there', () => {
    const argv = machine(
      `kernel: /a,b\nappend: x=1,2\ndisks: [{ file: '/d,1.img' }]\ndevices: [{ host: gpu, rom: '/r,s' }]
graphics: std\ndisplay: vnc`,
      { folder: '/run/x,y', addresses: ['0000:01:00.0'] },
    )
    expect(option(argv, '-qmp')).toEqual(['unix:/run/x,,y/qmp.sock,server=on,wait=off'])
    expect(option(argv, '-vnc')).toEqual(['unix:/run/x,,y/vnc.sock'])
    expect(option(argv, '-drive')[0]).toContain('file=/d,,1.img,')
    expect(option(argv, '-device').find((one) => one.startsWith('vfio-pci'))).toContain('romfile=/r,,s')
    // These are not lists: QEMU takes them as they are.
    expect([option(argv, '-kernel'), option(argv, '-append')]).toEqual([['/a,b'], ['x=1,2']])
  })

  it("adds the description's own arguments last, so that they win", () => {
    expect(machine('arguments: [-cpu, qemu64]').slice(-2)).toEqual(['-cpu', 'qemu64'])
  })

  it('gives cards without an address of their own one that stays, and differs between machines', () => {
    const mac = (name: string) =>
      option(
        qemuArguments(
          parseDescription(`name: ${name}\nmemory: 1G\nnetwork: [{ kind: user }, { kind: user }]`, 'm.yaml'),
          run,
        ),
        '-device',
      ).flatMap((one) => /mac=(.*)/.exec(one)?.[1] ?? [])
    expect(mac('a')).toEqual(mac('a'))
    expect(new Set([...mac('a'), ...mac('b')]).size).toBe(4)
  })
})
