import fc from 'fast-check'
import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { parseDescription } from '../description/index.js'
import { qemuArguments } from './arguments.js'

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
/** Any text but a NUL, which ends an argument. */
const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((one) => !one.includes('\0'))
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
const device = fc.record({ vga: maybe(fc.boolean()), rom: maybe(fc.oneof(text, fc.constant(false))) })

const description = fc
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
    kernel: text,
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

/** Options whose values have an `id` that no other of the same option may have. */
const listed = ['-object', '-chardev', '-netdev', '-device', '-drive', '-audiodev', '-tpmdev']

const firmware = { code: '/c', codeFormat: 'raw', vars: '/v', varsFormat: 'raw', requiresSmm: true }

it('gives arguments for everything that can be described', () => {
  fc.assert(
    fc.property(description, fc.constantFrom('kvm', 'tcg'), fc.boolean(), (described, accelerator, isAmd) => {
      // As other programs write them: a plain 1:2 is a number to some.
      const yaml = stringify(described, { defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' })
      const addresses = described.devices.map((_, index) => `0000:0${index % 3}:00.${index}`)
      const argv = qemuArguments(parseDescription(yaml, '/vms/m.yaml'), {
        accelerator,
        isAmd,
        folder: '/run/m',
        addresses,
        firmware,
      })
      const made = argv.slice(0, argv.length - (described.arguments?.length ?? 0))
      for (const word of argv) expect(typeof word).toBe('string')
      expect(made.filter((word) => /undefined|NaN|\[object/.test(word))).toEqual([])
      const ids = made.flatMap((word, index) => {
        const id = /,id=([^,]+)/.exec(word)
        // A kernel's command line, say, is no list.
        return id && listed.includes(made[index - 1]!) ? [`${made[index - 1]} ${id[1]}`] : []
      })
      expect(ids).toEqual([...new Set(ids)])
    }),
  )
})
