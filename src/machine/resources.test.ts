import { describe, expect, it } from 'vitest'
import { isShadow, parseResources } from './resources.js'

const none = '0x0000000000000000 0x0000000000000000 0x0000000000000000'
const lines = (count: number, at: Readonly<Record<number, string>>) =>
  Array.from({ length: count }, (_, i) => `${at[i] ?? none}\n`).join('')

describe('resource', () => {
  it('gives BARs and the option ROM their numbers and sizes', () => {
    const found = parseResources(
      lines(13, {
        0: '0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200',
        1: '0x0000004000000000 0x0000005fffffffff 0x000000000014220c',
        6: '0x00000000000c0000 0x00000000000dffff 0x0000000000000212',
        7: '0x0000006000000000 0x0000006000003fff 0x000000000014220c',
      }),
    )
    expect(found?.map(({ kind, index, start, sizeBytes }) => ({ kind, index, start, sizeBytes }))).toEqual([
      { kind: 'bar', index: 0, start: 0xf6000000n, sizeBytes: 0x1000000n },
      { kind: 'bar', index: 1, start: 0x4000000000n, sizeBytes: 0x2000000000n },
      { kind: 'rom', index: 0, start: 0xc0000n, sizeBytes: 0x20000n },
      { kind: 'sriov-bar', index: 0, start: 0x6000000000n, sizeBytes: 0x4000n },
    ])
  })

  it.each([
    ['with SR-IOV in the kernel', 17, 13],
    ['without', 11, 7],
  ])('finds bridge windows %s', (_, count, first) => {
    const found = parseResources(
      lines(count, {
        [first]: '0x0000000000003000 0x0000000000003fff 0x0000000000000101',
        [first + 2]: '0x00000000a0000000 0x00000000b01fffff 0x0000000000102201',
      }),
    )
    expect(found?.map(({ kind, index }) => `${kind} ${index}`)).toEqual(['window 0', 'window 2'])
  })

  it('leaves out a window that is closed but keeps its flags', () => {
    const closed = '0x0000000000000000 0x0000000000000000 0x0000000000000101'
    expect(parseResources(lines(17, { 13: closed }))).toEqual([])
  })

  it.each([
    '0x0 nonsense\n',
    `${none} 0x1\n`,
    lines(18, { 17: '0x0000000000000001 0x0000000000000002 0x0000000000000200' }),
  ])('does not understand %j', (text) => {
    expect(parseResources(text)).toBeUndefined()
  })

  it.each([
    ['marked and placed there by Linux', '0x00000000000c0000 0x00000000000dffff 0x0000000000000212', true],
    ['placed there, in text without marks', '0x00000000000c0000 0x00000000000dffff 0x0000000000000200', true],
    ['on the card', '0x00000000f7000000 0x00000000f707ffff 0x0000000000046200', false],
  ])('knows the shadow of an option ROM: %s', (_, line, shadow) => {
    expect(parseResources(lines(13, { 6: line }))!.map(isShadow)).toEqual([shadow])
  })

  it('takes no BAR for a shadow, whatever its flags', () => {
    expect(
      parseResources(lines(13, { 0: '0x00000000000c0000 0x00000000000dffff 0x0000000000000202' }))!.map(
        isShadow,
      ),
    ).toEqual([false])
  })
})
