import { describe, expect, it } from 'vitest'
import {
  acpiEntry,
  acpiTable,
  bytesOf,
  dmarTable,
  drhd,
  entry4,
  entry8,
  ivhd,
  ivmd,
  ivrsTable,
  rmrr,
  scope,
  u8,
} from '../../test/support/acpi-tables.js'
import { denied, link, type Made, madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { record, recordedHost } from '../host/index.js'
import { firmwareUnitOf, reservedRegionsOf } from './firmware-iommu.js'
import { readMachine } from './read-machine.js'

const folder = '/sys/firmware/acpi/tables'
const bridge = { class: 0x060400, files: { secondary_bus_number: '1\n' } }
const below = 'pci0000:00/0000:00:1c.4'
const functions: Readonly<Record<string, Made>> = {
  ...madeFunction('0000:00:02.0', { class: 0x030000 }),
  ...madeFunction('0000:00:14.0', { class: 0x0c0330 }),
  ...madeFunction('0000:00:1c.4', bridge),
  ...madeFunction('0000:03:00.0', { above: below, class: 0x020000 }),
  ...madeFunction('0000:03:10.1', { above: below, files: { physfn: link('../0000:03:00.0') } }),
  ...madeFunction('0001:00:02.0', { above: 'pci0001:00' }),
  ...madeFunction('0000:00:0e.0', { class: 0x010400 }),
  ...madeFunction('10000:e1:00.0', { above: 'pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0' }),
  ...madeFunction('10000:e0:06.0', { above: 'pci0000:00/0000:00:0e.0/pci10000:e0', ...bridge }),
}
const machine = (tables: Readonly<Record<string, Made>>) =>
  readMachine(
    madeHost({
      ...quietHost,
      ...functions,
      ...Object.fromEntries(Object.entries(tables).map(([name, made]) => [`${folder}/${name}`, made])),
    }),
  )
const ask = (tables: Readonly<Record<string, Made>>, address: string) => {
  const m = machine(tables)
  const f = m.functions.find((one) => one.address === address)!
  return { unit: firmwareUnitOf(m, f), regions: reservedRegionsOf(m, f) }
}
const unitIn = (table: Uint8Array, address: string) => {
  const { unit } = ask({ [table[0] === 'D'.charCodeAt(0) ? 'DMAR' : 'IVRS']: table }, address)
  if ('unknown' in unit) return unit
  return unit.value && [unit.value.registerBase, unit.value.because, unit.value.named]
}
const regionsIn = (table: Uint8Array, address: string) =>
  ask({ [table[0] === 'D'.charCodeAt(0) ? 'DMAR' : 'IVRS']: table }, address).regions

describe('the unit of a DMAR', () => {
  const rest = drhd({ base: 0x9000, all: true })
  const graphics = drhd({ base: 0x1000 }, scope(1, 0, [2, 0]))
  const port = drhd({ base: 0x2000 }, scope(2, 0, [0x1c, 4]))
  const card = drhd({ base: 0x3000 }, scope(1, 0, [0x1c, 4, 0, 0]))

  it.each([
    ['0000:00:02.0', [0x1000n, 'named', '0000:00:02.0']],
    ['0000:00:14.0', [0x9000n, 'rest', null]],
    ['0000:00:1c.4', [0x2000n, 'named', '0000:00:1c.4']],
    ['0000:03:00.0', [0x2000n, 'below', '0000:00:1c.4']],
    // As its physical function.
    ['0000:03:10.1', [0x2000n, 'below', '0000:00:1c.4']],
    // As the VMD controller that made its bus.
    ['10000:e1:00.0', [0x9000n, 'rest', null]],
  ])('of %s is found as the kernel finds it', (address, unit) => {
    expect(unitIn(dmarTable({}, rest, graphics, port), address)).toEqual(unit)
  })

  it('is one that names it or a bridge above it, the later one in the table first', () => {
    expect(unitIn(dmarTable({}, port, card), '0000:03:00.0')).toEqual([0x3000n, 'named', '0000:03:00.0'])
    expect(unitIn(dmarTable({}, card, port), '0000:03:00.0')).toEqual([0x2000n, 'below', '0000:00:1c.4'])
  })

  it('is known where the table gives the bus of the function itself, as broken firmware does', () => {
    const broken = drhd({ base: 0x3000 }, scope(1, 3, [0, 0]))
    expect(unitIn(dmarTable({}, rest, broken), '0000:03:00.0')).toEqual([0x3000n, 'named', '0000:03:00.0'])
  })

  it.each([
    ['another function', scope(1, 0, [2, 1])],
    ['another bus', scope(1, 1, [2, 0])],
    ['a longer path', scope(1, 0, [2, 0, 0, 0])],
    ['an APIC', scope(3, 0, [2, 0])],
    ['a bridge', scope(2, 0, [2, 0])],
  ])('is not one that names %s', (_, named) => {
    expect(unitIn(dmarTable({}, drhd({ base: 0x1000 }, named)), '0000:00:02.0')).toBeNull()
  })

  it('is for displays alone where all that it names and is there are displays', () => {
    const displaysOnly = (...units: Uint8Array[]) => {
      const { unit } = ask({ DMAR: dmarTable({}, ...units) }, '0000:00:02.0')
      return 'value' in unit && unit.value?.displaysOnly
    }
    const display = scope(1, 0, [2, 0])
    expect(displaysOnly(rest, drhd({ base: 0x1000 }, display))).toBe(true)
    expect(displaysOnly(drhd({ base: 0x1000 }, display, scope(1, 0, [0x1f, 7])))).toBe(true)
    expect(displaysOnly(drhd({ base: 0x1000 }, display, scope(1, 0, [0x14, 0])))).toBe(false)
    expect(displaysOnly(drhd({ base: 0x1000 }, display, scope(2, 0, [0x1c, 4])))).toBe(false)
    expect(displaysOnly(drhd({ base: 0x1000 }, display, scope(5, 0, [], 1)))).toBe(false)
    expect(displaysOnly(rest)).toBe(false)
    expect(displaysOnly(drhd({ base: 0x1000, all: true }, display))).toBe(false)
  })

  it('is of its own segment', () => {
    const other = drhd({ base: 0x4000, all: true, segment: 1 })
    expect(unitIn(dmarTable({}, other), '0000:00:02.0')).toBeNull()
    expect(unitIn(dmarTable({}, rest, other), '0001:00:02.0')).toEqual([0x4000n, 'rest', null])
  })

  it('is not known from a table that breaks off, unless it names the function', () => {
    const table = dmarTable({}, graphics, rest, bytesOf(u8(0), u8(0), u8(0), u8(0)))
    expect(unitIn(table, '0000:00:02.0')).toEqual([0x1000n, 'named', '0000:00:02.0'])
    expect(unitIn(table, '0000:00:14.0')).toEqual({
      unknown: 'the table is broken at byte 0x58',
      path: `${folder}/DMAR`,
    })
  })
})

describe('reserved memory in a DMAR', () => {
  const regions = dmarTable(
    {},
    rmrr(0x8000_0000, 0x8000_ffff, scope(1, 0, [2, 0]), scope(1, 0, [0x14, 0])),
    rmrr(0x9000_0000, 0x9000_ffff, scope(2, 0, [0x1c, 4])),
  )
  const first = { kind: 'RMRR', start: 0x8000_0000n, end: 0x8000_ffffn }
  it('names the function or a bridge above it; Linux lets go of it for displays and USB', () => {
    expect(regionsIn(regions, '0000:00:02.0')).toEqual({
      value: [{ ...first, named: '0000:00:02.0', relaxable: true }],
    })
    expect(regionsIn(regions, '0000:00:14.0')).toEqual({
      value: [{ ...first, named: '0000:00:14.0', relaxable: true }],
    })
    expect(regionsIn(regions, '0000:03:00.0')).toEqual({
      value: [
        { kind: 'RMRR', start: 0x9000_0000n, end: 0x9000_ffffn, named: '0000:00:1c.4', relaxable: false },
      ],
    })
    expect(regionsIn(regions, '0000:00:0e.0')).toEqual({ value: [] })
    expect(regionsIn(regions, '0001:00:02.0')).toEqual({ value: [] })
  })
})

describe('an IVRS', () => {
  const table = (...entries: Uint8Array[]) =>
    ivrsTable(0, ivhd(0x10, { base: 0x1000 }), ivhd(0x11, { base: 0x2000 }, ...entries))

  it.each([
    ['all', [entry4(0x01, 0)], [0x2000n, 'rest', null]],
    ['its own id', [entry4(0x02, 0x0300)], [0x2000n, 'named', '0000:03:00.0']],
    ['another id', [entry4(0x02, 0x0301)], null],
    ['its id with flags', [entry8(0x46, 0x0300, 0)], [0x2000n, 'named', '0000:03:00.0']],
    ['an alias of it', [entry8(0x42, 0x0300, 0x00a0)], [0x2000n, 'named', '0000:03:00.0']],
    ['its id as an alias', [entry8(0x42, 0x0008, 0x0300)], [0x2000n, 'named', '0000:03:00.0']],
    ['a range with it', [entry4(0x03, 0x0008), entry4(0x04, 0xfffe)], [0x2000n, 'range', null]],
    ['a range that ends with it', [entry8(0x47, 0x0200, 0), entry4(0x04, 0x0300)], [0x2000n, 'range', null]],
    [
      'a range that starts with it',
      [entry8(0x43, 0x0300, 0xa5), entry4(0x04, 0x0400)],
      [0x2000n, 'range', null],
    ],
    ['a range without it', [entry4(0x03, 0x0008), entry4(0x04, 0x02ff)], null],
    ['an APIC with its id', [entry8(0x48, 0, 0x0300, 33, 1)], [0x2000n, 'named', '0000:03:00.0']],
    ['an APIC with another id', [entry8(0x48, 0, 0x00a0, 33, 1)], null],
    [
      'a device of ACPI with its id',
      [acpiEntry(0x0300, 'AMDI0020', 0, new Uint8Array())],
      [0x2000n, 'named', '0000:03:00.0'],
    ],
  ])('that covers %s', (_, entries, unit) => {
    expect(unitIn(table(...entries), '0000:03:00.0')).toEqual(unit)
  })

  it('is read by the last type that describes its first unit, and no unit covers itself', () => {
    const all = entry4(0x01, 0)
    const own = ivrsTable(
      0,
      ivhd(0x10, { base: 0x1000, deviceId: 0x0010 }, all),
      ivhd(0x10, { base: 0x4000, deviceId: 0x4000 }, entry4(0x02, 0x0300)),
      ivhd(0x11, { base: 0x2000, deviceId: 0x0010 }, all),
    )
    expect(unitIn(own, '0000:03:00.0')).toEqual([0x2000n, 'rest', null])
    expect(unitIn(own, '0000:00:02.0')).toBeNull()
    expect(unitIn(own, '0001:00:02.0')).toBeNull()
  })

  it('with several units for a function: the last is in charge', () => {
    const all = entry4(0x01, 0)
    const several = ivrsTable(
      0,
      ivhd(0x11, { base: 0x2000, deviceId: 0x0010 }, all),
      ivhd(0x11, { base: 0x3000, deviceId: 0x00a0 }, all),
    )
    expect(unitIn(several, '0000:03:00.0')).toEqual([0x3000n, 'rest', null])
    // No unit translates another one either.
    expect(unitIn(several, '0000:00:02.0')).toBeNull()
    expect(unitIn(several, '0000:00:14.0')).toBeNull()
  })

  it('tells reserved memory of all, one, and a range of functions', () => {
    const region = (start: bigint, end: bigint, named: string | null) => ({
      ...{ kind: 'IVMD', start, end, named, relaxable: false },
    })
    const memory = ivrsTable(
      0,
      ivmd(0x20, 0x07, 0, 0, 0x1000, 0x1000),
      ivmd(0x21, 0x08, 0x0300, 0, 0x4000, 0x2000),
      ivmd(0x22, 0x01, 0x0200, 0x0300, 0x8000, 0x1000),
      // Neither mapped nor excluded: it asks for nothing.
      ivmd(0x20, 0x06, 0, 0, 0xf000, 0x1000),
    )
    expect(regionsIn(memory, '0000:03:00.0')).toEqual({
      value: [
        region(0x1000n, 0x1fffn, null),
        region(0x4000n, 0x5fffn, '0000:03:00.0'),
        region(0x8000n, 0x8fffn, null),
      ],
    })
    expect(regionsIn(memory, '0000:00:02.0')).toEqual({ value: [region(0x1000n, 0x1fffn, null)] })
    expect(regionsIn(memory, '0001:00:02.0')).toEqual({ value: [] })
  })
})

describe('tables', () => {
  it('that nobody has say so; those that may not be read are not known', () => {
    expect(ask({}, '0000:00:02.0')).toEqual({ unit: { value: null }, regions: { value: [] } })
    const unknown = { unknown: 'denied', path: `${folder}/DMAR` }
    expect(ask({ DMAR: denied }, '0000:00:02.0')).toEqual({ unit: unknown, regions: unknown })
    expect(machine({ IVRS: denied }).acpi).toMatchObject({
      dmar: { value: null },
      ivrs: { unknown: 'denied' },
    })
    for (const name of ['DMAR', 'IVRS', 'IORT', 'VIOT'])
      expect(ask({ [name]: acpiTable(name, 1) }, '0000:00:02.0').unit).toEqual({
        unknown: 'the table is broken at byte 0x0',
        path: `${folder}/${name}`,
      })
  })

  it('stand in a recording', () => {
    const table = dmarTable({ width: 46 }, drhd({ base: 0x9000, all: true }))
    const host = madeHost({ ...quietHost, ...functions, [`${folder}/DMAR`]: table })
    const text = record(host, { program: 'a test', recorded: '2026-01-01', pseudonyms: true }, (traced) => {
      readMachine(traced)
    })
    const again = readMachine(recordedHost(text, 'a recording'))
    expect(again.acpi).toEqual(readMachine(host).acpi)
    expect(again.acpi.dmar).toMatchObject({ value: { fields: { hostAddressWidthBits: 46 }, problems: [] } })
  })
})
