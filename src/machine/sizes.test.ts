import { describe, expect, it } from 'vitest'
import { roughSizeText, sizeText } from './sizes.js'

describe('sizeText', () => {
  it.each([
    [0n, '0 B'],
    [1000n, '1000 B'],
    [0x10000n, '64 KiB'],
    [0x10000400n, '262145 KiB'],
    [1n << 39n, '512 GiB'],
  ])('%s', (bytes, text) => expect(sizeText(bytes)).toBe(text))
})

describe('roughSizeText', () => {
  it.each([
    [0n, '0 B'],
    [65536n, '64 KiB'],
    [8388608n, '8 MiB'],
    [16643457024n, '15.5 GiB'],
    [1n << 50n, '1 PiB'],
  ])('%s', (bytes, text) => expect(roughSizeText(bytes)).toBe(text))
})
