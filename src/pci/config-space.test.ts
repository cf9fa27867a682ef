import { describe, expect, it } from 'vitest'
import { ConfigSpace, PciDataError } from './index.js'

const bytes = Uint8Array.of(0x86, 0x80, 0x10, 0x0e, 0xff, 0xff, 0xff, 0xff)

describe('ConfigSpace', () => {
  it('reads registers of every width, low byte first', () => {
    const space = new ConfigSpace(bytes)
    expect(space.read(0, 1)).toBe(0x86)
    expect(space.read(0, 2)).toBe(0x8086)
    expect(space.read(0, 4)).toBe(0x0e108086)
    expect(space.read(4, 4)).toBe(0xffffffff)
    expect(space.read64(0)).toBe(0xffffffff0e108086n)
    expect(space.readBits(0, 4, 4, 15)).toBe(0x808)
    expect(space.readBits(4, 4, 0, 31)).toBe(0xffffffff)
    expect(space.readBits(4, 4, 31)).toBe(1)
  })

  it('knows nothing past its end', () => {
    const space = new ConfigSpace(bytes)
    expect(space.read(8, 1)).toBeUndefined()
    expect(space.read(7, 2)).toBeUndefined()
    expect(space.read(5, 4)).toBeUndefined()
    expect(space.read64(4)).toBeUndefined()
    expect(space.readBits(6, 4, 0, 15)).toBe(0xffff)
    expect(space.readBits(6, 4, 0, 16)).toBeUndefined()
  })

  it('knows only the bits of its mask', () => {
    const space = new ConfigSpace(bytes, Uint8Array.of(0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
    expect(space.read(0, 1)).toBe(0x86)
    expect(space.read(0, 2)).toBeUndefined()
    expect(space.read64(0)).toBeUndefined()
    expect(space.readBits(0, 2, 0, 14)).toBe(0x86)
    expect(space.readBits(0, 2, 15)).toBeUndefined()
  })

  it('refuses what cannot be configuration space', () => {
    expect(() => new ConfigSpace(new Uint8Array(4097))).toThrow(PciDataError)
    expect(() => new ConfigSpace(bytes, new Uint8Array(7))).toThrow(
      /mask of known bits has 7 bytes, the space 8/,
    )
  })
})
