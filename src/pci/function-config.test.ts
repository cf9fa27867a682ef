import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { at, endpoint, space, withList } from '../../test/support/made-config.js'
import { type Capability, ConfigSpace, decodeFunction, windowsOf } from './index.js'

describe('a header', () => {
  it('of type 0 is an endpoint', () => {
    const { header, problems, truncatedAt } = decodeFunction(
      space([
        endpoint,
        [0x04, 0x06, 0x04],
        [0x08, 0x02, 0x30, 0x03, 0x0c],
        [0x0e, 0x80],
        [0x2c, 0x28, 0x10, 0x63, 0x05],
        [0x3d, 2],
      ]),
    )
    expect(header.kind).toBe('type0')
    expect(header.fields).toMatchObject({
      vendor: 0x8086,
      device: 0x1234,
      revision: 2,
      class: 0x0c0330,
      subsystemVendor: 0x1028,
      subsystemDevice: 0x0563,
      interruptPin: 'B',
    })
    expect(header.fields.command).toMatchObject({
      io: false,
      memory: true,
      busMaster: true,
      intxDisabled: true,
    })
    expect(header.fields.headerType).toEqual({ layout: 0, multifunction: true })
    expect([problems, truncatedAt]).toEqual([[], undefined])
  })

  it('of type 1 is a bridge, with its buses and windows', () => {
    const config = decodeFunction(
      space([
        endpoint,
        [0x0e, 0x01],
        [0x18, 0x00, 0x01, 0x03, 0x00],
        [0x1c, 0x31, 0x41],
        [0x20, 0x00, 0xf0, 0x10, 0xf1],
        [0x24, 0x01, 0xc0, 0xf1, 0xd1],
        [0x28, 0x02, 0, 0, 0, 0x02, 0, 0, 0],
        [0x30, 0x01, 0x00, 0x01, 0x00],
        [0x38, 0x01, 0x08, 0x00, 0xf0],
        [0x3e, 0x08],
      ]),
    )
    expect(config.header).toMatchObject({ kind: 'type1', fields: { secondaryBus: 1, subordinateBus: 3 } })
    expect(config.header.fields).toMatchObject({
      bridgeControl: { vga: true, isa: false },
      expansionRom: { enabled: true, address: 0xf0000800 },
    })
    expect(windowsOf(config)).toEqual({
      io: { base: 0x13000n, limit: 0x14fffn, width: '32-bit', open: true },
      memory: { base: 0xf0000000n, limit: 0xf11fffffn, width: '32-bit', open: true },
      prefetchable: { base: 0x2c0000000n, limit: 0x2d1ffffffn, width: '64-bit', open: true },
    })
  })

  it('of type 1 tells closed windows, and windows whose halves differ', () => {
    const windows = windowsOf(
      decodeFunction(
        space([
          endpoint,
          [0x0e, 0x01],
          [0x1c, 0xf1, 0x00],
          [0x20, 0xf0, 0xff],
          [0x24, 0xf1, 0xff, 0x01, 0x00],
        ]),
      ),
    )
    expect(windows?.io).toBeNull()
    expect(windows?.memory).toMatchObject({ base: 0xfff00000n, limit: 0xfffffn, open: false })
    expect(windows?.prefetchable).toMatchObject({ open: false })
  })

  it('of type 2 is a CardBus bridge, whose first pointer stands elsewhere', () => {
    const { header, capabilities } = decodeFunction(
      space([endpoint, withList, [0x0e, 0x02], [0x14, 0xa0], [0x18, 1, 2, 3], [0xa0, 0x01, 0x00]], 256),
    )
    expect(header).toMatchObject({ kind: 'type2', fields: { primaryBus: 1, cardBus: 2, subordinateBus: 3 } })
    expect(at(capabilities)).toEqual(['pm a0'])
  })

  it('of another type is told', () => {
    const { header, problems } = decodeFunction(space([endpoint, withList, [0x0e, 0x7f], [0x34, 0x40]]))
    expect(header).toMatchObject({ kind: 'unknown', fields: { vendor: 0x8086 } })
    expect(problems).toEqual([{ kind: 'unknown-header-type', at: 0x0e, type: 0x7f }])
  })

  it('of all ones is nobody there', () => {
    const config = decodeFunction(new ConfigSpace(new Uint8Array(4096).fill(0xff)))
    expect(config).toMatchObject({ bars: [], capabilities: [], problems: [{ kind: 'no-response', at: 0 }] })
  })

  it('of a virtual function has ids of all ones, and the rest', () => {
    const ids = [0x00, 0xff, 0xff, 0xff, 0xff]
    const { problems, capabilities } = decodeFunction(
      space([ids, withList, [0x34, 0x40], [0x40, 0x10, 0x00, 0x02]]),
    )
    expect([problems, at(capabilities)]).toEqual([[], ['express 40']])
  })
})

describe('base address registers', () => {
  const bars = (...bytes: number[]) => decodeFunction(space([endpoint, [0x10, ...bytes]])).bars
  it.each([
    ['I/O', [0x01, 0xe0, 0, 0], { index: 0, kind: 'io', address: 0xe000n }],
    [
      '32-bit memory',
      [0, 0, 0, 0xf0],
      { index: 0, kind: 'memory', address: 0xf0000000n, type: '32-bit', prefetchable: false },
    ],
    [
      'below 1M',
      [0x02, 0, 0x0a, 0],
      { index: 0, kind: 'memory', address: 0xa0000n, type: 'below 1M', prefetchable: false },
    ],
    [
      '64-bit',
      [0x0c, 0, 0, 0x80, 0x04, 0, 0, 0],
      { index: 0, kind: 'memory', address: 0x480000000n, type: '64-bit', prefetchable: true },
    ],
    [
      'reserved type',
      [0x06, 0, 0, 0x10],
      { index: 0, kind: 'memory', address: 0x10000000n, type: 3, prefetchable: false },
    ],
  ])('%s', (_, bytes, bar) => expect(bars(...bytes)).toEqual([bar]))

  it('without an address yet are not told from ones that do not exist', () => {
    expect(bars(0, 0, 0, 0, 0x04, 0, 0, 0)).toEqual([
      { index: 1, kind: 'memory', address: 0n, type: '64-bit', prefetchable: false },
    ])
  })

  it('that need a register after the last are a problem', () => {
    const config = decodeFunction(space([endpoint, [0x24, 0x04, 0, 0, 0xf0]]))
    expect(config.bars).toMatchObject([{ index: 5, type: '64-bit', address: undefined }])
    expect(config.problems).toEqual([{ kind: 'bar-without-upper-half', at: 0x24, index: 5 }])
  })

  it('that are not known are unknown', () => {
    const bytes = new Uint8Array(0x40)
    bytes.set([0x04, 0, 0, 0xf0], 0x10)
    const known = new Uint8Array(0x40).fill(0xff)
    known.fill(0, 0x14, 0x20)
    const config = decodeFunction(new ConfigSpace(bytes, known))
    expect(config.bars).toEqual([
      { index: 0, kind: 'memory', address: undefined, type: '64-bit', prefetchable: false },
      { index: 2, kind: 'unknown' },
      { index: 3, kind: 'unknown' },
    ])
  })
})

describe('fields that depend on others', () => {
  const fieldsOf = <K extends Capability['kind']>(kind: K, ...places: number[][]) => {
    const config = decodeFunction(space([endpoint, withList, [0x34, 0x40], ...places]))
    const found = config.capabilities.find((capability) => capability.kind === kind)
    return found!.fields as Extract<Capability, { kind: K }>['fields']
  }

  it('MSI has its registers where its control says', () => {
    const address = [0x44, 0x04, 0x00, 0xe0, 0xfe, 0x01, 0x00, 0x00, 0x00, 0x41, 0x00]
    expect(fieldsOf('msi', [0x40, 0x05, 0, 0x80, 0x01], address, [0x50, 0x0f])).toMatchObject({
      control: { is64Bit: true, perVectorMasking: true },
      address64: 0x1fee00004n,
      data64: 0x41,
      mask64: 0x0f,
      address32: null,
      data32: null,
      mask32: null,
    })
    expect(fieldsOf('msi', [0x40, 0x05, 0, 0x00, 0x00], address)).toMatchObject({
      address32: 0xfee00004,
      data32: 1,
      mask32: null,
      address64: null,
      mask64: null,
    })
  })

  it.each([
    ['Endpoint', 0x00, { link: true, slot: false, root: false }],
    ['Root Port', 0x41, { link: true, slot: true, root: true }],
    ['Downstream Port', 0x60, { link: true, slot: false, root: false }],
    ['Root Complex Integrated Endpoint', 0x91, { link: false, slot: false, root: false }],
    ['Root Complex Event Collector', 0xa0, { link: false, slot: false, root: true }],
  ])('PCI Express of a %s has the registers of that type', (type, typeAndSlot, has) => {
    const fields = fieldsOf('express', [0x40, 0x10, 0, (typeAndSlot & 0xf0) | 2, typeAndSlot & 1])
    expect(fields.flags.type).toBe(type)
    expect({
      link: fields.linkStatus !== null,
      slot: fields.slotStatus !== null,
      root: fields.rootStatus !== null,
    }).toEqual(has)
    expect(fields.linkStatus2 !== null).toBe(has.link)
    expect(fields.deviceControl2).not.toBeNull()
  })

  it('PCI Express of version 1 has none of the second registers', () => {
    const fields = fieldsOf('express', [0x40, 0x10, 0, 0x41, 0x01])
    expect([fields.deviceCapabilities2, fields.linkControl2, fields.slotCapabilities2]).toEqual([
      null,
      null,
      null,
    ])
  })

  it('Advanced Error Reporting has root registers in a root port', () => {
    const aer = [0x100, 0x01, 0, 0x01, 0]
    expect(fieldsOf('aer', [0x40, 0x10, 0, 0x42, 0], aer).rootStatus).not.toBeNull()
    expect(fieldsOf('aer', [0x40, 0x10, 0, 0x02, 0], aer).rootStatus).toBeNull()
  })

  it('SR-IOV has BARs of its own', () => {
    const sriov = [
      [0x100, 0x10, 0, 0x01, 0],
      [0x10e, 0x40, 0],
      [0x124, 0x0c, 0, 0, 0xe0, 0x01, 0, 0, 0],
    ]
    expect(fieldsOf('sriov', [0x40, 0x10, 0, 0x02, 0], ...sriov)).toMatchObject({
      totalFunctions: 64,
      bars: [{ index: 0, kind: 'memory', address: 0x1e0000000n, type: '64-bit', prefetchable: true }],
    })
  })

  it('Resizable BAR and Virtual Channel repeat', () => {
    const rebar = [
      [0x100, 0x15, 0, 0x01, 0x20],
      [0x104, 0xf0, 0x0f, 0, 0, 0x40, 0x08, 0, 0, 0xf0, 0, 0, 0, 0x02, 0x05, 0, 0],
    ]
    const vc = [
      [0x200, 0x02, 0, 0x01, 0],
      [0x204, 0x01],
      [0x214, 0xff, 0, 0, 0x80],
      [0x220, 0x00, 0, 0, 0x01],
    ]
    const express = [0x40, 0x10, 0, 0x02, 0]
    expect(fieldsOf('rebar', express, ...rebar, ...vc).bars).toMatchObject([
      { supportedSizes: 0xff, control: { bar: 0, count: 2, sizeExponent: 8 } },
      { supportedSizes: 0x0f, control: { bar: 2, sizeExponent: 5 } },
    ])
    expect(fieldsOf('vc', express, ...rebar, ...vc).channels).toMatchObject([
      { control: { trafficClasses: 0xff, enabled: true, id: 0 } },
      { control: { enabled: false, id: 1 } },
    ])
  })

  it('Enhanced Allocation has entries of their own sizes', () => {
    const ea = [
      [0x40, 0x14, 0, 0x02],
      [0x44, 0x04, 0x01, 0x00, 0x80, 0x02, 0, 0, 0xf0, 0xfe, 0xff, 0x0f, 0, 0x08, 0, 0, 0, 0x01, 0, 0, 0],
      [0x58, 0x82, 0xff, 0x00, 0x00, 0x00, 0, 0x01, 0, 0xfc, 0x0f, 0, 0],
    ]
    expect(fieldsOf('ea', ...ea).entries).toMatchObject([
      {
        header: { equivalent: 'BAR 0', primary: 'prefetchable memory', enabled: true },
        base: 0x8f0000000n,
        maxOffset: 0x1000fffffn,
      },
      {
        header: { equivalent: 'expansion ROM', primary: 'unavailable', enabled: false },
        base: 0x10000n,
        maxOffset: 0xfffn,
      },
    ])
  })
})

// ---- Anything at all

/** Spaces that look enough like real ones for the walk to get somewhere. */
const anySpace = fc
  .record({
    bytes: fc.uint8Array({ maxLength: 4096, size: 'max' }),
    likely: fc.boolean(),
    maskKind: fc.constantFrom('all', 'some', 'random'),
    seed: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  })
  .map(({ bytes, likely, maskKind, seed }) => {
    const copy = Uint8Array.from(bytes)
    if (likely && copy.length >= 64) {
      copy[0x06] = 0x10
      copy[0x0e] = seed[0]! % 3
      copy[copy[0x0e] === 2 ? 0x14 : 0x34] = 0x40
      for (let at = 0x40; at < copy.length && at < 0x100; at += 4) {
        copy[at] = copy[at]! % 0x16
        copy[at + 1] = 0x40 + (copy[at + 1]! % 0xc0)
      }
      for (let at = 0x100; at + 2 < copy.length; at += 4) {
        copy[at] = copy[at]! % 0x3b
        copy[at + 1] = 0
      }
    }
    if (maskKind === 'all') return new ConfigSpace(copy)
    const known = copy.map((_, i) =>
      maskKind === 'some' ? (i % 64 === seed[1]! % 64 ? 0xfe : 0xff) : seed[i % 16]! ^ (i & 0xff),
    )
    return new ConfigSpace(copy, known)
  })

describe('any bytes', () => {
  it('decode without a throw to something that JSON can hold', () => {
    fc.assert(
      fc.property(anySpace, (any) => {
        const config = decodeFunction(any)
        const windows = windowsOf(config)
        JSON.stringify({ ...config, windows }, (_, value) => (typeof value === 'bigint' ? `${value}` : value))
        expect(config.capabilities.length).toBeLessThanOrEqual(48 + 960)
        expect(new Set(config.capabilities.map(({ offset }) => offset)).size).toBe(config.capabilities.length)
      }),
      { numRuns: 300 },
    )
  })

  it('that are known a little better never say something else', () => {
    fc.assert(
      fc.property(anySpace, (any) => {
        const whole = decodeFunction(new ConfigSpace(any.bytes))
        const part = decodeFunction(any)
        // Every capability found with less knowledge is found with more of it, at the same place.
        const all = at(whole.capabilities)
        expect(at(part.capabilities).filter((found) => !all.includes(found))).toEqual([])
        const fields = whole.header.fields as Record<string, unknown>
        if (part.header.kind !== whole.header.kind) return
        for (const [name, value] of Object.entries(part.header.fields)) {
          if (typeof value === 'number') expect(value).toBe(fields[name])
        }
      }),
      { numRuns: 300 },
    )
  })
})
