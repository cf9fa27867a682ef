import { describe, expect, it } from 'vitest'
import { at, endpoint, space, withList } from '../../test/support/made-config.js'
import { ConfigSpace, capabilityDefinitions, decodeFunction } from './index.js'

describe('the chain of capabilities', () => {
  const express = [0x40, 0x10, 0x00, 0x02, 0x00]
  const walk = (...places: number[][]) => {
    const { capabilities, problems, truncatedAt } = decodeFunction(
      space([endpoint, withList, [0x34, 0x40], ...places]),
    )
    return { chain: at(capabilities), problems, truncatedAt }
  }

  it('is empty without the status bit, whatever the pointer says', () => {
    expect(decodeFunction(space([endpoint, [0x34, 0x40], [0x40, 0x01]])).capabilities).toEqual([])
  })

  it('is followed through both parts of the space', () => {
    expect(
      walk(
        [0x40, 0x01, 0x50, 0x03],
        [0x50, 0x10, 0x70, 0x02],
        [0x70, 0x11, 0x00],
        [0x100, 0x0d, 0, 0x01, 0x15],
        [0x150, 0x18, 0, 0x01, 0],
      ),
    ).toEqual({
      chain: ['pm 40', 'express 50', 'msix 70', 'acs 100', 'ltr 150'],
      problems: [],
      truncatedAt: undefined,
    })
  })

  it('ends after its first 256 bytes for conventional PCI', () => {
    expect(walk([0x40, 0x01, 0x00], [0x100, 0x0d, 0, 0x01, 0])).toMatchObject({
      chain: ['pm 40'],
      truncatedAt: undefined,
    })
  })

  it.each([
    [
      'loops',
      [
        [0x40, 0x01, 0x50],
        [0x50, 0x05, 0x40],
      ],
      ['pm 40', 'msi 50'],
      { kind: 'loop', at: 0x51, target: 0x40 },
    ],
    ['points to itself', [[0x40, 0x01, 0x40]], ['pm 40'], { kind: 'loop', at: 0x41, target: 0x40 }],
    [
      'points into the header',
      [[0x40, 0x01, 0x3c]],
      ['pm 40'],
      { kind: 'pointer-too-low', at: 0x41, target: 0x3c },
    ],
    [
      'is misaligned',
      [
        [0x40, 0x01, 0x53],
        [0x50, 0x05],
      ],
      ['pm 40', 'msi 50'],
      { kind: 'misaligned-pointer', at: 0x41, target: 0x53 },
    ],
    [
      'leads to ones',
      [
        [0x40, 0x01, 0x50],
        [0x50, 0xff, 0xff],
      ],
      ['pm 40'],
      { kind: 'broken-chain', at: 0x50 },
    ],
    [
      'runs out',
      [
        [0x40, 0x01, 0xf0],
        [0xf0, 0x10, 0x00, 0x02],
      ],
      ['pm 40', 'express f0'],
      { kind: 'past-end', at: 0xf0, lengthBytes: 0x34 },
    ],
  ])('that %s gives what came before', (_, places, chain, problem) => {
    expect(walk(...(places as number[][]))).toMatchObject({ chain, problems: [problem] })
  })

  it.each([
    [
      'loops',
      [
        [0x100, 0x0d, 0, 0x01, 0x20],
        [0x200, 0x18, 0, 0x01, 0x10],
      ],
      ['acs 100', 'ltr 200'],
      { kind: 'loop', at: 0x200, target: 0x100 },
    ],
    [
      'points too low',
      [[0x100, 0x0d, 0, 0x01, 0x04]],
      ['acs 100'],
      { kind: 'pointer-too-low', at: 0x100, target: 0x40 },
    ],
    [
      'is misaligned',
      [
        [0x100, 0x0d, 0, 0x21, 0x20],
        [0x200, 0x18, 0, 0x01, 0],
      ],
      ['acs 100', 'ltr 200'],
      { kind: 'misaligned-pointer', at: 0x100, target: 0x202 },
    ],
    [
      'leads to ones',
      [
        [0x100, 0x0d, 0, 0x01, 0x20],
        [0x200, 0xff, 0xff, 0xff, 0xff],
      ],
      ['acs 100'],
      { kind: 'broken-chain', at: 0x200 },
    ],
    [
      'runs out',
      [
        [0x100, 0x0d, 0, 0xc1, 0xff],
        [0xffc, 0x18, 0, 0x01, 0],
      ],
      ['acs 100', 'ltr ffc'],
      { kind: 'past-end', at: 0xffc, lengthBytes: 8 },
    ],
  ])('in the extended part that %s gives what came before', (_, places, chain, problem) => {
    const result = walk(express, ...(places as number[][]))
    expect(result).toMatchObject({ chain: ['express 40', ...chain], problems: [problem] })
  })

  it('in the extended part is empty for zeros and for ones', () => {
    expect(walk(express)).toMatchObject({ chain: ['express 40'], problems: [], truncatedAt: undefined })
    expect(walk(express, [0x100, 0xff, 0xff, 0xff, 0xff])).toMatchObject({
      chain: ['express 40'],
      problems: [],
    })
  })

  it.each([
    ['too short', [0x40, 0x09, 0x00, 0x02], { kind: 'too-short', at: 0x40, lengthBytes: 2, leastBytes: 3 }],
    ['past the end', [0x40, 0x09, 0x00, 0xf0], { kind: 'past-end', at: 0x40, lengthBytes: 0xf0 }],
    [
      'no Advanced Features',
      [0x40, 0x13, 0x00, 0x05],
      { kind: 'too-short', at: 0x40, lengthBytes: 5, leastBytes: 6 },
    ],
  ])('holds a length that is %s', (_, place, problem) => {
    expect(walk(place)).toMatchObject({ problems: [problem] })
  })

  it('holds a length that reaches over another capability', () => {
    const { problems } = walk([0x40, 0x09, 0x50, 0x14], [0x50, 0x05, 0x00])
    expect(problems).toEqual([{ kind: 'overlap', at: 0x40, lengthBytes: 0x14, other: 0x50 }])
  })

  it('holds a count that cannot be', () => {
    const { problems } = walk(express, [0x100, 0x15, 0, 0x01, 0], [0x108, 0xe0])
    expect(problems).toEqual([{ kind: 'count-out-of-range', at: 0x100, count: 7, most: 6 }])
  })

  it('stops being known where the bytes end', () => {
    const places = [endpoint, withList, [0x34, 0x40], [0x40, 0x01, 0x50], [0x50, 0x10, 0x00, 0x02]]
    const cut = (sizeBytes: number) => {
      const bytes = space(places).bytes.slice(0, sizeBytes)
      const { capabilities, truncatedAt } = decodeFunction(new ConfigSpace(bytes))
      return [at(capabilities), truncatedAt]
    }
    expect(cut(0)).toEqual([[], 0x0e])
    expect(cut(0x30)).toEqual([[], 0x34])
    expect(cut(64)).toEqual([[], 0x40])
    expect(cut(0x48)).toEqual([['pm 40'], 0x50])
    expect(cut(256)).toEqual([['pm 40', 'express 50'], 0x100])
    expect(cut(4096)).toEqual([['pm 40', 'express 50'], undefined])
  })

  it('names every id that the specifications give, and those they do not', () => {
    for (const { id, extended, kind, name } of capabilityDefinitions) {
      const config = extended
        ? decodeFunction(space([endpoint, withList, [0x34, 0x40], express, [0x100, id, 0x00, 0x03, 0x00]]))
        : decodeFunction(space([endpoint, withList, [0x34, 0x80], [0x80, id, 0x00]]))
      const found = config.capabilities.at(-1)!
      expect(found).toMatchObject({ kind, id, extended, name, version: extended ? 3 : undefined })
      expect(
        JSON.parse(JSON.stringify(found, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
      ).toMatchObject({
        kind,
        fields: {},
      })
    }
    const odd = decodeFunction(space([endpoint, withList, [0x34, 0x80], [0x80, 0x77, 0x00]])).capabilities
    expect(odd).toMatchObject([{ kind: 'unknown', id: 0x77, offset: 0x80, fields: {} }])
  })
})
