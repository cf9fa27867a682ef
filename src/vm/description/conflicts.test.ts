import { describe, expect, it } from 'vitest'
import { DescriptionError, parseDescription } from './index.js'

function problems(text: string): readonly string[] {
  try {
    parseDescription(`name: m\nmemory: 1536M\n${text}`, '/vms/m.yaml')
  } catch (error) {
    if (error instanceof DescriptionError) return error.problems
    throw error
  }
  return []
}

/** What is refused, where, and the same with one thing right, which is not. */
const cases: readonly (readonly [wrong: string, said: string, right: string])[] = [
  [
    'append: x',
    '1:1: kernel: expected a kernel, which initrd and append go with, and there is none',
    'append: x\nkernel: k',
  ],
  [
    'cpus: { count: 6, threads: 4 }',
    '3:28: cpus.threads: expected a number that divides the 6 processors, found 4',
    'cpus: { count: 6, threads: 2 }',
  ],
  [
    'cpus: { count: 4, pin: 2-4 }',
    '3:24: cpus.pin: expected 4 host threads, one for each virtual processor, and there are 3, found "2-4"',
    'cpus: { count: 4, pin: 2-5 }',
  ],
  [
    'cpus:\n  count: 4\n  pin: 2,3,1-2',
    '5:8: cpus.pin: expected each host thread once, and 2 stands there twice, found "2,3,1-2"',
    'cpus:\n  count: 4\n  pin: 2,3,0-1\n  others: 0-9',
  ],
  ['huge-pages: 1G', '2:9: memory: expected whole huge pages of 1G, found "1536M"', 'huge-pages: 2M'],
  [
    'mmio-window: 64G',
    '3:14: mmio-window: expected firmware: uefi beside it, which lays out such a window, found "64G"',
    'mmio-window: 64G\nfirmware: uefi',
  ],
  [
    'mmio-window: 32T\nfirmware: uefi',
    '3:14: mmio-window: expected 16T or less, found "32T"',
    'mmio-window: 16T\nfirmware: uefi',
  ],
  [
    'disks: [{ file: a, cdrom: true, bus: virtio }]',
    '3:38: disks.0.bus: expected none, as a CD drive is always a SATA one, found "virtio"',
    'disks: [{ file: a, cdrom: true }]',
  ],
  [
    'disks: [{ file: a, cdrom: true, readonly: false }]',
    '3:43: disks.0.readonly: expected true or nothing, as a CD is never written, found false',
    'disks: [{ file: a, cdrom: true, readonly: true }]',
  ],
  [
    `disks: [${'abcdefg'.replace(/./g, '{ file: $&, cdrom: true },')}]`,
    '3:167: disks.6.file: expected 6 SATA disks and CDs at most, found "g"',
    `disks: [${'abcdefg'.replace(/./g, '{ file: $&, bus: nvme },')}]`,
  ],
  [
    'network: [{ kind: bridge }]',
    '3:11: network.0.bridge: expected the name of a bridge, such as br0, and there is none',
    'network: [{ kind: bridge, bridge: br0 }]',
  ],
  [
    'network: [{ kind: user, bridge: br0 }]',
    '3:33: network.0.bridge: expected kind: bridge beside it, and it is user, found "br0"',
    'network: [{ kind: user }]',
  ],
  [
    'display: vnc\nlooking-glass: 64M',
    '3:10: display: expected graphics: virtio or std beside it, whose picture it shows, found "vnc"',
    'display: spice\nlooking-glass: 64M',
  ],
  [
    'display: spice',
    '3:10: display: expected graphics: virtio or std beside it, whose picture it shows, found "spice"',
    'display: spice\ngraphics: std',
  ],
  [
    'disks: [{ file: a.img }, { file: ./a.img }]',
    '3:34: disks.1.file: expected each file once, and disks.0.file has it too, found "./a.img"',
    'disks: [{ file: a.img }, { file: b/a.img }]',
  ],
  [
    'firmware: uefi\ndisks: [{ file: m.vars.fd }]',
    '3:11: firmware.vars: expected each file once, and disks.0.file has it too, and there is none',
    'firmware: uefi\ndisks: [{ file: n.vars.fd }]',
  ],
  [
    'firmware: { code: a.fd, vars: a.fd }',
    '3:31: firmware.vars: expected each file once, and firmware.code has it too, found "a.fd"',
    'firmware: { code: a.fd, vars: b.fd }',
  ],
  [
    'disks: [{ file: a, bootindex: 1 }]\ndevices: [{ host: nvme, bootindex: 1 }]',
    '4:36: devices.0.bootindex: expected each bootindex once, and disks.0.bootindex has it too, found 1',
    'disks: [{ file: a, bootindex: 1 }]\ndevices: [{ host: nvme, bootindex: 0 }]',
  ],
  [
    'devices: [{ host: gpu }, { host: gpu }]',
    '3:34: devices.1.host: expected each device once, and devices.0.host has it too, found "gpu"',
    'devices: [{ host: gpu }, { host: nvme }]',
  ],
  [
    'network: [{ kind: user, mac: "52:54:00:AA:00:00" }, { kind: user, mac: "52:54:00:aa:00:00" }]',
    '3:72: network.1.mac: expected each address once, and network.0.mac has it too, found "52:54:00:aa:00:00"',
    'network: [{ kind: user, mac: "52:54:00:aa:00:00" }, { kind: user, mac: "52:54:00:aa:00:01" }]',
  ],
  [
    'input: [/dev/input/event1, /dev/input/event1]',
    '3:28: input.1: expected each node once, and input.0 has it too, found "/dev/input/event1"',
    'input: [/dev/input/event1, /dev/input/event2]',
  ],
]

describe('conflicts', () => {
  it.each(cases)('refuses %j', (wrong, said, right) => {
    expect(problems(wrong)).toEqual([`/vms/m.yaml:${said}`])
    expect(problems(right)).toEqual([])
  })
})
