import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  u8,
  u16,
  u32,
  u64,
  viotPciRange,
  viotTable,
  viotVirtioPci,
} from '../../test/support/acpi-tables.js'
import { madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { firmwareUnitOf, reservedRegionsOf } from './firmware-iommu.js'
import { readMachine } from './read-machine.js'

const functions = {
  ...madeFunction('0000:00:01.0', {}),
  ...madeFunction('0000:00:02.0', {}),
  ...madeFunction('0000:03:00.0', {}),
  ...madeFunction('0001:00:02.0', { above: 'pci0001:00' }),
}
const virtioMmio = (base: number) => bytesOf(u8(4), u8(0), u16(16), u32(0), u64(base))

function ask(nodes: readonly Uint8Array[], address: string) {
  const machine = readMachine(
    madeHost({ ...quietHost, ...functions, '/sys/firmware/acpi/tables/VIOT': viotTable(nodes) }),
  )
  const f = machine.functions.find((one) => one.address === address)!
  return { unit: firmwareUnitOf(machine, f), regions: reservedRegionsOf(machine, f) }
}
const unitIn = (nodes: readonly Uint8Array[], address: string) => {
  const { unit } = ask(nodes, address)
  return 'unknown' in unit
    ? unit
    : unit.value && [unit.value.device, unit.value.registerBase, unit.value.because]
}

// The first node starts at 0x30; ranges are 24 bytes long, the others 16.
describe('the virtio-iommu of a VIOT', () => {
  const unit = viotVirtioPci(0, 0x0008)
  const all = viotPciRange([0, 0], [0, 0xffff], 0x30)

  it('is that of the range that the id lies in, and does not translate itself', () => {
    expect(unitIn([unit, all], '0000:00:02.0')).toEqual(['0000:00:01.0', null, 'range'])
    expect(unitIn([unit, all], '0000:00:01.0')).toBeNull()
    expect(unitIn([unit, all], '0001:00:02.0')).toBeNull()
    expect(ask([unit, all], '0000:00:02.0').regions).toEqual({ value: [] })
  })

  it('covers the ids and segments from the first to the last of its range', () => {
    const some = viotPciRange([1, 2], [0x0010, 0x0010], 0x30)
    expect(unitIn([unit, some], '0001:00:02.0')).toEqual(['0000:00:01.0', null, 'range'])
    expect(unitIn([unit, some], '0000:00:02.0')).toBeNull()
    const before = viotPciRange([0, 0], [0, 0x02ff], 0x30)
    expect(unitIn([unit, before], '0000:03:00.0')).toBeNull()
    const one = viotPciRange([0, 0], [0x0300, 0x0300], 0x30)
    expect(unitIn([unit, one], '0000:03:00.0')).toEqual(['0000:00:01.0', null, 'named'])
  })

  it('is that of the last range, where several fit', () => {
    const other = viotPciRange([0, 0], [0x0300, 0x03ff], 0x58)
    expect(unitIn([unit, all, virtioMmio(0x7000), other], '0000:03:00.0')).toEqual([null, 0x7000n, 'range'])
    expect(unitIn([unit, all, virtioMmio(0x7000), other], '0000:00:02.0')).toEqual([
      '0000:00:01.0',
      null,
      'range',
    ])
  })

  it('is none where the range leads to no IOMMU that is there', () => {
    expect(unitIn([viotVirtioPci(0, 0x00f8), all], '0000:00:02.0')).toBeNull()
    expect(unitIn([all, unit], '0000:00:02.0')).toBeNull()
  })
})
