import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DescriptionError, parseDescription, readDescription, requireFiles } from './index.js'
import { sections } from './schema.js'

const least = 'name: m\nmemory: 1G\n'

function problems(text: string): readonly string[] {
  try {
    parseDescription(text, 'm.yaml')
  } catch (error) {
    if (error instanceof DescriptionError) return error.problems
    throw error
  }
  return expect.fail('it was accepted')
}

describe('parseDescription', () => {
  it('fills in what is left out', () => {
    expect(parseDescription(least, '/vms/m.yaml')).toEqual({
      name: 'm',
      memoryBytes: 1024 ** 3,
      os: 'linux',
      cpus: { count: 1, threads: 1 },
      firmware: 'bios',
      hypervisor: 'shown',
      disks: [],
      network: [],
      graphics: 'none',
      display: 'none',
      input: [],
      usb: [],
      guestAgent: false,
      devices: [],
      qemu: 'qemu-system-x86_64',
      arguments: [],
    })
  })

  it("takes file names as relative to the description's folder", () => {
    const { kernel, initrd, disks, devices, firmware } = parseDescription(
      `${least}firmware: { code: c.fd }
kernel: k/vmlinuz
initrd: /boot/initrd
disks:
  - file: ../disk.qcow2
  - { file: disk.img, bus: nvme }
devices:
  - { host: 01:00.0, rom: card.rom }
  - { host: 02:00.0, rom: false }
`,
      '/vms/m.yaml',
    )
    expect([kernel, initrd]).toEqual(['/vms/k/vmlinuz', '/boot/initrd'])
    expect(disks.map(({ file, format }) => [file, format])).toEqual([
      ['/disk.qcow2', 'qcow2'],
      ['/vms/disk.img', 'raw'],
    ])
    expect(devices.map(({ host, rom }) => [host, rom])).toEqual([
      ['01:00.0', '/vms/card.rom'],
      ['02:00.0', false],
    ])
    expect(firmware).toEqual({ code: '/vms/c.fd', vars: '/vms/m.vars.fd' })
  })

  it('takes host threads in the order in which they stand there', () => {
    const { cpus } = parseDescription(`${least}cpus: { count: 5, pin: "4,2,6-8", others: 0 }`, 'm.yaml')
    expect(cpus).toEqual({ count: 5, threads: 1, pin: [4, 2, 6, 7, 8], others: [0] })
  })

  it('makes of a CD a SATA drive that is only read, and names files after the machine', () => {
    const { disks, tpm, firmware } = parseDescription(
      `${least}tpm: true\nfirmware: secure-boot\ndisks: [{ file: a.iso, cdrom: true }]`,
      '/vms/m.yaml',
    )
    expect(disks[0]).toMatchObject({ bus: 'sata', readonly: true, format: 'raw' })
    expect(tpm).toBe('/vms/m.tpm')
    expect(firmware).toEqual({ vars: '/vms/m.vars.fd', secureBoot: true })
  })

  it('leaves a program without a folder to PATH', () => {
    expect(parseDescription(`${least}qemu: qemu-kvm`, '/vms/m.yaml').qemu).toBe('qemu-kvm')
    expect(parseDescription(`${least}qemu: ./own/qemu`, '/vms/m.yaml').qemu).toBe('/vms/own/qemu')
  })

  it.each([
    ['512M', 512 * 1024 ** 2],
    ['2048K', 2 * 1024 ** 2],
    ['1T', 1024 ** 4],
    ['1048576', 1024 ** 2],
  ])('reads the size %s', (size, bytes) => {
    expect(parseDescription(`name: m\nmemory: ${size}`, 'm.yaml').memoryBytes).toBe(bytes)
  })

  it.each([
    // Where, what, and what was expected: for each setting once.
    [`${least}memry: 2G`, 'm.yaml:3:1: memry: there is no such setting; did you mean memory?'],
    [
      `${least}colour: red`,
      /^m\.yaml:3:1: colour: there is no such setting; there are: name, os, memory, .*arguments$/,
    ],
    [
      `${least}devices:\n  - host: 01:00.0\n    vgaa: true`,
      'm.yaml:5:5: devices.0.vgaa: there is no such setting; did you mean vga?',
    ],
    ['memory: 1G', 'm.yaml:1:1: name: expected text, and there is none'],
    ['name: a/b\nmemory: 1G', 'm.yaml:1:7: name: expected letters, digits, "-", "_" and ".", found "a/b"'],
    ['name: m', 'm.yaml:1:1: memory: expected a size such as 512M or 8G, and there is none'],
    ['name: m\nmemory: lots', 'm.yaml:2:9: memory: expected a size such as 512M or 8G, found "lots"'],
    ['name: m\nmemory: 0', 'm.yaml:2:9: memory: expected a size such as 512M or 8G, found 0'],
    [
      'name: m\nmemory: 100K',
      'm.yaml:2:9: memory: expected whole mebibytes: a size such as 512M or 8G, found "100K"',
    ],
    [`${least}cpus: many`, 'm.yaml:3:7: cpus: expected a number, found "many"'],
    [`${least}cpus: 0`, 'm.yaml:3:7: cpus: expected 1 or more, found 0'],
    [`${least}cpus: 5000`, 'm.yaml:3:7: cpus: expected 1024 or less, found 5000'],
    [
      `${least}firmware: efi`,
      /^m\.yaml:3:11: firmware: expected bios, uefi, secure-boot, or the files .*, found "efi"$/,
    ],
    [
      `${least}firmware: { vars: v.fd }`,
      'm.yaml:3:11: firmware.code: expected a file name, and there is none',
    ],
    [
      `${least}firmware: { cod: c.fd, code: c.fd }`,
      'm.yaml:3:13: firmware.cod: there is no such setting; did you mean code?',
    ],
    [
      `${least}initrd: i`,
      'm.yaml:1:1: kernel: expected a kernel, which initrd and append go with, and there is none',
    ],
    [`${least}kernel: ''`, 'm.yaml:3:9: kernel: expected a file name, found ""'],
    [`${least}kernel: k\nappend: 3`, 'm.yaml:4:9: append: expected text, found 3'],
    [`${least}disks: a.img`, 'm.yaml:3:8: disks: expected a list of disks, found "a.img"'],
    [`${least}disks: [a.img]`, /^m\.yaml:3:9: disks\.0: expected a disk with its settings/],
    [`${least}disks: [{ bus: nvme }]`, 'm.yaml:3:9: disks.0.file: expected a file name, and there is none'],
    [
      `${least}disks: [{ file: a, bus: scsi }]`,
      'm.yaml:3:25: disks.0.bus: expected virtio, nvme or sata, found "scsi"',
    ],
    [
      `${least}disks: [{ file: a, format: vmdk }]`,
      'm.yaml:3:28: disks.0.format: expected raw or qcow2, found "vmdk"',
    ],
    [
      `${least}disks: [{ file: a, readonly: maybe }]`,
      'm.yaml:3:30: disks.0.readonly: expected true or false, found "maybe"',
    ],
    [
      `${least}disks: [{ file: a, bootindex: first }]`,
      /disks\.0\.bootindex: expected a number: 0 is tried first, found "first"$/,
    ],
    [`${least}disks: [{ file: a, bootindex: -1 }]`, /disks\.0\.bootindex: expected 0 or more, found -1$/],
    [`${least}devices: 01:00.0`, 'm.yaml:3:10: devices: expected a list of devices, found "01:00.0"'],
    [
      `${least}devices: [01:00.0]`,
      /^m\.yaml:3:11: devices\.0: expected a device with its settings, such as host: 01:00\.0/,
    ],
    [`${least}devices: [{ vga: true }]`, /devices\.0\.host: expected text, and there is none$/],
    [
      `${least}devices: [{ host: '' }]`,
      /devices\.0\.host: expected a device of the host, such as 01:00\.0, found ""$/,
    ],
    [
      `${least}devices: [{ host: gpu, rom: true }]`,
      /devices\.0\.rom: expected the file of an option ROM, or false for none, found true$/,
    ],
    [`${least}os: windows`, 'm.yaml:3:5: os: expected linux, windows10, windows11 or other, found "windows"'],
    [`${least}huge-pages: 4K`, 'm.yaml:3:13: huge-pages: expected 2M or 1G, found "4K"'],
    [
      `${least}memory-node: 0-1`,
      'm.yaml:3:14: memory-node: expected the number of a NUMA node of the host, found "0-1"',
    ],
    [`${least}memory-node: -1`, 'm.yaml:3:14: memory-node: expected 0 or more, found -1'],
    [`${least}memory-node: 1024`, 'm.yaml:3:14: memory-node: expected 1023 or less, found 1024'],
    [`${least}cpus: [4]`, 'm.yaml:3:7: cpus: expected a number, found [4]'],
    [`${least}cpus: { threads: 2 }`, 'm.yaml:3:7: cpus.count: expected a number, and there is none'],
    [
      `${least}cpus: { count: 2, pins: 0-1 }`,
      'm.yaml:3:19: cpus.pins: there is no such setting; did you mean pin?',
    ],
    [
      `${least}cpus: { count: 2, pin: 1-0 }`,
      'm.yaml:3:24: cpus.pin: expected the lower number of a range first, found "1-0"',
    ],
    [
      `${least}cpus: { count: 2, others: all }`,
      'm.yaml:3:27: cpus.others: expected host threads such as 2-5,8-11, found "all"',
    ],
    [`${least}tpm: 2.0`, 'm.yaml:3:6: tpm: expected true or false, found 2'],
    [
      `${least}mmio-window: 1K`,
      'm.yaml:3:14: mmio-window: expected whole mebibytes: a size such as 512M or 8G, found "1K"',
    ],
    [`${least}hypervisor: off`, 'm.yaml:3:13: hypervisor: expected shown or hidden, found "off"'],
    [
      `${least}network: [{ model: virtio }]`,
      'm.yaml:3:11: network.0.kind: expected user or bridge, and there is none',
    ],
    [
      `${least}network: [{ kind: user, model: e1000 }]`,
      'm.yaml:3:32: network.0.model: expected virtio or e1000e, found "e1000"',
    ],
    [
      `${least}network: [{ kind: user, mac: 52-54-00-00-00-00 }]`,
      'm.yaml:3:30: network.0.mac: expected an address such as 52:54:00:12:34:56, found "52-54-00-00-00-00"',
    ],
    [
      `${least}network: [{ kind: user, mac: 53:54:00:00:00:00 }]`,
      'm.yaml:3:30: network.0.mac: expected the address of a single card: its second digit even, found "53:54:00:00:00:00"',
    ],
    [
      `${least}network: [{ kind: bridge, bridge: a-name-of-16-let }]`,
      'm.yaml:3:35: network.0.bridge: expected the name of a bridge, such as br0, found "a-name-of-16-let"',
    ],
    [`${least}network: user`, 'm.yaml:3:10: network: expected a list of network cards, found "user"'],
    [`${least}graphics: qxl`, 'm.yaml:3:11: graphics: expected none, virtio or std, found "qxl"'],
    [`${least}display: gtk`, 'm.yaml:3:10: display: expected none, spice or vnc, found "gtk"'],
    [
      `${least}input: [keyboard]`,
      'm.yaml:3:9: input.0: expected one of the host\'s nodes in /dev/input/by-id, found "keyboard"',
    ],
    [
      `${least}usb: [46d:c52b]`,
      'm.yaml:3:7: usb.0: expected vendor:product, such as 046d:c52b, found "46d:c52b"',
    ],
    [
      `${least}looking-glass: 48M`,
      'm.yaml:3:16: looking-glass: expected a power of two, such as 32M or 64M, found "48M"',
    ],
    [`${least}sound: alsa`, 'm.yaml:3:8: sound: expected pipewire or pulseaudio, found "alsa"'],
    [`${least}guest-agent: 1`, 'm.yaml:3:14: guest-agent: expected true or false, found 1'],
    [`${least}qemu: 7`, 'm.yaml:3:7: qemu: expected a file name, found 7'],
    [`${least}arguments: -S`, 'm.yaml:3:12: arguments: expected a list of arguments, found "-S"'],
    [`${least}arguments: [1]`, 'm.yaml:3:13: arguments.0: expected text, found 1'],
    ['- a', 'm.yaml:1:1: description: expected settings, such as memory: 4G, found ["a"]'],
    [`${least}name: again`, /^m\.yaml:3:1: Map keys must be unique/],
    ['name: "m', /^m\.yaml:1:\d+: Missing closing "quote/],
  ])('says of %j where it is wrong and what was expected', (text, expected) => {
    const said = problems(text)
    expect(said).toHaveLength(1)
    if (typeof expected === 'string') expect(said[0]).toBe(expected)
    else expect(said[0]).toMatch(expected)
  })

  it('names all problems at once, from the top', () => {
    expect(problems('cpu: 2\nname: m\ncpus: -1\nmemory: 1X').map((said) => said.slice(0, 9))).toEqual([
      'm.yaml:1:',
      'm.yaml:3:',
      'm.yaml:4:',
    ])
  })
})

describe('readDescription', () => {
  it("reads the demonstration's", () => {
    const { devices } = readDescription(resolve(import.meta.dirname, '../../../examples/demo-vm.yaml'))
    expect(devices.map(({ vga, bootindex }) => [vga, bootindex])).toEqual([
      [true, undefined],
      [false, 0],
    ])
  })

  it('says why a file cannot be read, and where in it a problem is', () => {
    expect(() => readDescription('/no/such.yaml')).toThrow('/no/such.yaml: cannot read it: ENOENT')
    const folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    try {
      const file = join(folder, 'm.yaml')
      writeFileSync(file, 'name: m\n')
      expect(() => readDescription(file)).toThrow(`${file}:1:1: memory: `)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

describe('examples/machine.yaml', () => {
  const file = resolve(import.meta.dirname, '../../../examples/machine.yaml')
  const text = readFileSync(file, 'utf8')

  it('can be read, and lacks only its disk', () => {
    const description = readDescription(file)
    expect(description).toMatchObject({
      name: 'machine',
      cpus: { count: 4 },
      devices: [{ host: '01:00.0', vga: true }, {}],
    })
    expect(() => requireFiles(description)).toThrow(/^cannot read .*examples\/machine\.qcow2: ENOENT$/)
  })

  it('names every setting, and each that is commented out is one', () => {
    const commented = [...text.matchAll(/^( *)# ((?:- )?[a-z-]+:.*)$/gm)]
    expect(commented.length).toBeGreaterThan(10)
    for (const names of Object.values(sections))
      for (const name of names) expect(text).toMatch(new RegExp(`(^|[\\s{#-])${name}:`, 'm'))
    for (const [line, indent, setting] of commented) {
      const top = text
        .slice(0, text.indexOf(line))
        .split('\n')
        .findLast((one) => /^[a-z]/.test(one))!
      const name = setting!.split(':')[0]!.replace('- ', '')
      expect(sections[indent === '' ? '' : top.split(':')[0]!], line).toContain(name)
    }
  })
})
