import { describe, expect, it } from 'vitest'
import { kindOf, shortName, shortVendor } from './words.js'

describe('a vendor', () => {
  it.each([
    ['Intel Corporation', 'Intel'],
    ['Advanced Micro Devices, Inc. [AMD/ATI]', 'AMD/ATI'],
    ['Realtek Semiconductor Co., Ltd.', 'Realtek'],
    ['Samsung Electronics Co Ltd', 'Samsung'],
    ['Red Hat, Inc.', 'Red Hat'],
    ['ASMedia Technology Inc.', 'ASMedia'],
    ['Corporation', 'Corporation'],
    ['3Com', '3Com'],
  ])('%s is %s for short', (name, short) => {
    expect(shortVendor(name)).toBe(short)
  })
})

describe('a name', () => {
  const f = (names: Parameters<typeof shortName>[0]['names'], code = '0x020000') => ({
    names,
    vendor: { value: '0x8086' },
    device: { value: '0x1521' },
    class: { value: code },
  })
  it.each([
    [f({ vendor: 'Intel Corporation', device: 'I350' }), 'Intel I350'],
    [f({ vendor: 'Intel Corporation', device: 'Intel Optane' }), 'Intel Optane'],
    [f({ vendor: 'Intel Corporation' }), 'Intel 8086:1521'],
    [f({}), '8086:1521'],
    [
      f({ vendor: 'NVIDIA Corporation', device: 'GA102 [GeForce RTX 3080]' }, '0x030000'),
      'NVIDIA GeForce RTX 3080',
    ],
    [f({ vendor: 'AMD', device: 'Bridge 0 to bus[E:B]' }, '0x030000'), 'AMD Bridge 0 to bus[E:B]'],
    [f({ vendor: 'Intel Corporation', device: 'Bridge [Alpine Ridge]' }), 'Intel Bridge [Alpine Ridge]'],
    [f({ vendor: 'Intel Corporation', printed: 'Intel Corporation New One' }), 'Intel New One'],
    [f({ printed: 'Somebody New One' }), 'Somebody New One'],
    [f({ vendor: 'Intel Corporation', printed: 'Intel Corporation Device' }), 'Intel 8086:1521'],
    [f({ printed: 'Intel Corporation Device 1521' }), '8086:1521'],
    [{ ...f({}), device: { unknown: 'unrecorded', path: '' } }, '8086:????'],
  ])('%#: %o', (function_, name) => {
    expect(shortName(function_)).toBe(name)
  })
})

describe('a kind', () => {
  it.each([
    ['0x030000', 'VGA'],
    ['0x030200', '3D'],
    ['0x038000', 'display'],
    ['0x010802', 'NVMe'],
    ['0x018000', 'storage'],
    ['0x0c0330', 'USB'],
    ['0x060400', 'bridge'],
    ['0x060000', 'host'],
    ['0xff0000', ''],
  ])('%s is %j', (code, kind) => {
    expect(kindOf({ value: code })).toBe(kind)
  })

  it('is not guessed', () => {
    expect(kindOf({ unknown: 'unrecorded', path: '' })).toBe('?')
  })
})
