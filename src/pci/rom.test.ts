import { existsSync, readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRom, type RomProblem } from './index.js'

interface ImageOptions {
  readonly codeType?: number
  readonly last?: boolean
  /** In units of 512 bytes: the image as it says, and the code in it. */
  readonly units?: number
  readonly codeUnits?: number
  readonly revision?: number
  readonly devices?: readonly number[]
  readonly machine?: number
  readonly checksum?: 'right' | 'wrong'
}

/** One image, as the PCI Firmware Specification and the UEFI Specification lay it out. */
function image(options: ImageOptions = {}): Uint8Array {
  const {
    codeType = 0,
    last = true,
    units = 2,
    codeUnits = units,
    revision = 3,
    devices = [],
    machine = 0x8664,
  } = options
  const bytes = new Uint8Array(Math.max(units, 1) * 512)
  const put = (at: number, ...values: number[]) => bytes.set(values, at)
  const word = (value: number) => [value & 0xff, value >> 8]
  put(0x00, 0x55, 0xaa, codeUnits, 0)
  put(0x18, ...word(0x40))
  put(0x40, ...new TextEncoder().encode('PCIR'), ...word(0x10de), ...word(0x1b80))
  put(0x48, ...word(devices.length > 0 ? 0x1c : 0), ...word(0x1c), revision, 0x00, 0x00, 0x03)
  put(0x50, ...word(units), ...word(7), codeType, last ? 0x80 : 0)
  put(0x5c, ...devices.flatMap(word))
  if (codeType === 3) put(0x04, 0xf1, 0x0e, 0, 0, ...word(11), ...word(machine), ...word(1))
  if (codeType === 3) put(0x16, ...word(0x80))
  if (codeType === 0) {
    const sum = bytes.subarray(0, codeUnits * 512).reduce((total, byte) => total + byte, 0)
    put(0x1ff, (512 * 256 - sum + (options.checksum === 'wrong' ? 1 : 0)) & 0xff)
  }
  return bytes
}

function join(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

const kinds = (problems: readonly RomProblem[]) => problems.map(({ kind }) => kind)

describe('decodeRom', () => {
  it('tells an image for PC firmware', () => {
    expect(decodeRom(image({ devices: [0x1b81, 0x1b82, 0] }))).toMatchObject({
      sizeBytes: 1024,
      images: [
        {
          offset: 0,
          data: {
            vendor: 0x10de,
            device: 0x1b80,
            class: 0x030000,
            revision: 3,
            imageLengthBytes: 1024,
            codeRevision: 7,
            codeType: 'PC-AT',
            indicator: { isLast: true },
          },
          deviceList: [0x1b81, 0x1b82],
          legacy: { sizeBytes: 1024, checksumIsRight: true },
          efi: null,
        },
      ],
      problems: [],
      trailing: null,
    })
  })

  it('tells every image of a chain, and what follows it', () => {
    const rom = decodeRom(
      join(
        image({ last: false }),
        image({ codeType: 3, last: false, units: 3 }),
        image({ codeType: 3, machine: 0xaa64 }),
        new Uint8Array(512).fill(0xff),
      ),
    )
    expect(rom.problems).toEqual([])
    expect(rom.images).toMatchObject([
      { offset: 0, legacy: { checksumIsRight: true } },
      {
        offset: 1024,
        legacy: null,
        efi: {
          machine: 'x64',
          machineType: 0x8664,
          subsystem: 'boot service driver',
          compression: 'EFI',
          imageOffset: 0x80,
        },
      },
      { offset: 2560, efi: { machine: 'AArch64' } },
    ])
    expect(rom.trailing).toEqual({ offset: 3584, sizeBytes: 512, byte: 0xff })
  })

  it('tells trailing bytes that are more than filling', () => {
    expect(decodeRom(join(image(), Uint8Array.of(1, 2, 3))).trailing).toEqual({
      offset: 1024,
      sizeBytes: 3,
      byte: undefined,
    })
  })

  it('keeps a machine type and a code type that have no name', () => {
    expect(decodeRom(image({ codeType: 3, machine: 0x1234 })).images[0]?.efi).toMatchObject({
      machineType: 0x1234,
      machine: undefined,
    })
    expect(decodeRom(image({ codeType: 0x70 })).images).toMatchObject([
      { data: { codeType: 0x70 }, legacy: null, efi: null },
    ])
    expect(decodeRom(image({ codeType: 1 })).images[0]?.data.codeType).toBe('Open Firmware')
    expect(decodeRom(image({ codeType: 2 })).images[0]?.data.codeType).toBe('HP PA-RISC')
  })

  it('says that a checksum is wrong, as in the shadow copy of a card that was started', () => {
    const rom = decodeRom(image({ checksum: 'wrong' }))
    expect(rom.images[0]?.legacy).toEqual({ sizeBytes: 1024, checksumIsRight: false })
    expect(rom.problems).toEqual([{ kind: 'wrong-checksum', at: 0 }])
  })

  it('takes the checksum over the code, which may be shorter than the image', () => {
    const bytes = image({ units: 4, codeUnits: 1 })
    bytes.fill(0x5a, 512)
    expect(decodeRom(bytes).images[0]?.legacy).toEqual({ sizeBytes: 512, checksumIsRight: true })
  })

  it('does not take a pointer to vital product data for a list of devices', () => {
    expect(decodeRom(image({ revision: 0, devices: [0x1b81, 0] })).images[0]?.deviceList).toEqual([])
  })

  const cut = image({ units: 4 }).slice(0, 1024)
  const badPointer = image()
  badPointer.set([0xff, 0xff], 0x18)
  const badEfi = image({ codeType: 3 })
  badEfi[0x04] = 0
  const endless = image({ codeType: 3, devices: [1] }).fill(1, 0x5c)
  it.each<[string, Uint8Array, number, RomProblem[]]>([
    ['nothing', new Uint8Array(0), 0, [{ kind: 'blank', at: 0, byte: undefined }]],
    ['ones', new Uint8Array(4096).fill(0xff), 0, [{ kind: 'blank', at: 0, byte: 0xff }]],
    ['zeros', new Uint8Array(4096), 0, [{ kind: 'blank', at: 0, byte: 0 }]],
    ['something else', Uint8Array.of(1, 2, 3), 0, [{ kind: 'no-signature', at: 0, foundAt: undefined }]],
    [
      'a header of the flashing tool before the image',
      join(new Uint8Array(1537).fill(0x55), image()),
      0,
      [{ kind: 'no-signature', at: 0, foundAt: 1537 }],
    ],
    ['only the signature', Uint8Array.of(0x55, 0xaa), 0, [{ kind: 'no-data-structure', at: 0, pointer: 0 }]],
    ['a pointer to nowhere', badPointer, 0, [{ kind: 'no-data-structure', at: 0, pointer: 0xffff }]],
    ['half an image', cut, 1, [{ kind: 'image-past-end', at: 0, lengthBytes: 2048, hereBytes: 1024 }]],
    [
      'an image of no length',
      image({ units: 0, codeUnits: 0 }),
      1,
      [{ kind: 'image-without-length', at: 0 }],
    ],
    [
      'code longer than its image',
      join(image({ units: 1, codeUnits: 2 }), new Uint8Array(512)),
      1,
      [{ kind: 'code-past-image', at: 0, sizeBytes: 1024, imageLengthBytes: 512 }],
    ],
    ['a wrong EFI signature', badEfi, 1, [{ kind: 'wrong-efi-signature', at: 0, signature: 0x0e00 }]],
    ['a list of devices without an end', endless, 1, [{ kind: 'device-list-past-end', at: 0x5c }]],
    ['no last image', image({ last: false }), 1, [{ kind: 'no-last-image', at: 1024 }]],
    [
      'something else after an image that is not the last',
      join(image({ last: false }), Uint8Array.of(1, 2, 3)),
      1,
      [
        { kind: 'no-signature', at: 1024, foundAt: undefined },
        { kind: 'no-last-image', at: 1024 },
      ],
    ],
  ])('of %s says so', (_, bytes, images, problems) => {
    const rom = decodeRom(bytes)
    expect(rom.images).toHaveLength(images)
    expect(rom.problems).toEqual(problems)
  })

  it('does not sum code that is not there', () => {
    expect(decodeRom(cut).images[0]?.legacy).toEqual({ sizeBytes: 2048, checksumIsRight: undefined })
  })

  it('takes any bytes without a throw', () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 2048, size: 'max' }),
      fc
        .record({
          codeType: fc.nat(4),
          last: fc.boolean(),
          units: fc.nat(4),
          codeUnits: fc.nat(8),
          devices: fc.array(fc.nat(0xffff), { maxLength: 8 }),
          broken: fc.option(fc.tuple(fc.nat(511), fc.nat(255))),
        })
        .map(({ broken, ...options }) => {
          const bytes = image(options)
          if (broken !== null) bytes[broken[0]] = broken[1]
          return bytes
        }),
    )
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => {
        const bytes = join(...parts)
        const rom = decodeRom(bytes)
        expect(rom.sizeBytes).toBe(bytes.length)
        // Whatever is not a whole, unbroken chain has a problem to show for it.
        const whole = rom.images.length > 0 && rom.images.at(-1)!.data.indicator.isLast === true
        if (!whole) expect(kinds(rom.problems)).not.toEqual([])
      }),
      { numRuns: 500 },
    )
  })

  it('comes to an end with 16 MiB of the worst', () => {
    const bytes = new Uint8Array(16 * 2 ** 20).fill(1)
    const one = image({ last: false, units: 1, codeUnits: 255, devices: [1] })
    one.fill(1, 0x5c)
    for (let at = 0; at < bytes.length; at += 512) bytes.set(one, at)
    expect(decodeRom(bytes).images).toHaveLength(32768)
  })
})

/** ROMs that iPXE and SeaBIOS are installed with. */
const folders = ['/usr/lib/ipxe/qemu', '/usr/share/seabios']
const roms = folders
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`))
  .filter((path) => /\.rom$|vgabios-(?!isavga|ramfb).*\.bin$/.test(path))

describe(`option ROMs of this computer${roms.length === 0 ? ' (skipped: neither ipxe-qemu nor seabios is installed)' : ''}`, () => {
  it.skipIf(roms.length === 0).each(roms.length === 0 ? [''] : roms)('%s is in order', (path) => {
    const { images, problems, trailing } = decodeRom(readFileSync(path))
    expect(problems).toEqual([])
    expect(trailing).toBeNull()
    expect(images[0]).toMatchObject({ data: { codeType: 'PC-AT' }, legacy: { checksumIsRight: true } })
    if (path.includes('/efi-'))
      expect(images.at(-1)?.efi).toMatchObject({ machine: 'x64', subsystem: 'boot service driver' })
    else expect(images).toHaveLength(1)
  })
})
