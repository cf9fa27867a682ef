import { resolve } from 'node:path'
import fc from 'fast-check'
import { stringify } from 'yaml'

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** Any text but a NUL, which ends an argument. */
const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => !one.includes('\0'))
const file = text.filter((one) => resolve('/vms', one) !== '/')
const hex = (digits: number) =>
  fc.nat({ max: 16 ** digits - 1 }).map((value) => value.toString(16).padStart(digits, '0'))
const word = (...words: readonly string[]) => fc.constantFrom(...words)

const cpus = fc
  .record({
    cores: fc.integer({ min: 1, max: 32 }),
    threads: fc.integer({ min: 1, max: 4 }),
    first: fc.nat(99),
  })
  .chain(({ cores, threads, first }) => {
    const count = cores * threads
    const all = {
      count,
      threads,
      pin: maybe(fc.constant(`${first}-${first + count - 1}`)),
      others: maybe(fc.nat(9)),
    }
    return fc.oneof(
      fc.constant(count),
      fc.record({ ...all, count: fc.constant(count), threads: fc.constant(threads) }),
    )
  })

const disk = fc.oneof(
  fc.record({
    bus: maybe(word('virtio', 'nvme')),
    format: maybe(word('raw', 'qcow2')),
    readonly: maybe(fc.boolean()),
  }),
  fc.constant({ cdrom: true }),
)
const card = fc.oneof(
  fc.record({ kind: fc.constant('user'), model: maybe(word('virtio', 'e1000e')) }),
  fc.record({ kind: fc.constant('bridge'), bridge: fc.constant('br0') }),
)
const device = fc.record({ vga: maybe(fc.boolean()), rom: maybe(fc.oneof(file, fc.constant(false))) })

/** Anything that can be described, as it is written. */
export const anyDescription = fc
  .record({
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,20}$/),
    os: maybe(word('linux', 'windows10', 'windows11', 'other')),
    memory: fc.integer({ min: 1, max: 512 }).map((gibibytes) => `${gibibytes}G`),
    'huge-pages': maybe(word('2M', '1G')),
    'memory-node': maybe(fc.nat(7)),
    cpus: maybe(cpus),
    firmware: word('uefi', 'secure-boot'),
    tpm: maybe(fc.boolean()),
    'mmio-window': maybe(word('1G', '16T')),
    hypervisor: maybe(word('shown', 'hidden')),
    kernel: file,
    append: maybe(text),
    disks: fc.array(disk, { maxLength: 6 }),
    network: maybe(fc.array(card)),
    graphics: word('virtio', 'std'),
    display: maybe(word('none', 'spice', 'vnc')),
    usb: maybe(fc.array(fc.tuple(hex(4), hex(4)).map((ids) => ids.join(':')))),
    'looking-glass': maybe(word('32M', '128M')),
    sound: maybe(word('pipewire', 'pulseaudio')),
    'guest-agent': maybe(fc.boolean()),
    devices: fc.array(device, { maxLength: 8 }),
    arguments: maybe(fc.array(text)),
  })
  .map((one) => ({
    ...one,
    disks: one.disks.map((disk, index) => ({ ...disk, file: `${index}.img`, bootindex: index })),
    devices: one.devices.map((device, index) => ({
      ...device,
      host: `host ${index}`,
      bootindex: index + 100,
    })),
  }))

/** As other programs write it: a plain 1:2 is a number to some. */
export function writtenDescription(described: object): string {
  return stringify(described, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
}
