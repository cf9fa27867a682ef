import { describe, expect, it } from 'vitest'
import { bytesOf, idMapping, iortNode, iortTable, u8, u16, u32, u64 } from '../../test/support/acpi-tables.js'
import { madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { firmwareUnitOf, reservedRegionsOf } from './firmware-iommu.js'
import { readMachine } from './read-machine.js'

const functions = {
  ...madeFunction('0000:00:00.0', {}),
  ...madeFunction('0000:03:00.0', {}),
  ...madeFunction('0001:00:00.0', { above: 'pci0001:00' }),
}

/** Nodes by name, laid out one after the other from 0x30 on; `build` is given where each starts. */
function table(build: (at: (name: string) => number) => Readonly<Record<string, Uint8Array>>): Uint8Array {
  const sizes = build(() => 0)
  const starts = new Map<string, number>()
  let next = 0x30
  for (const [name, node] of Object.entries(sizes)) {
    starts.set(name, next)
    next += node.length
  }
  return iortTable(5, Object.values(build((name) => starts.get(name) ?? 0xfff0)))
}
const smmuV3 = (base: number) =>
  iortNode(4, 4, bytesOf(u64(base), u32(0), u32(0), u64(0), ...Array.from({ length: 7 }, () => u32(0))))
const smmu = (base: number) =>
  iortNode(3, 1, bytesOf(u64(base), u64(0x1000), ...Array.from({ length: 11 }, () => u32(0))))
const its = iortNode(0, 1, bytesOf(u32(1), u32(1)))
const root = (segment: number, ...mappings: Uint8Array[]) =>
  iortNode(2, 4, bytesOf(u64(0), u32(0), u32(segment), u8(48), u16(0), u8(0)), mappings)

function ask(iort: Uint8Array, address = '0000:03:00.0') {
  const machine = readMachine(
    madeHost({ ...quietHost, ...functions, '/sys/firmware/acpi/tables/IORT': iort }),
  )
  const f = machine.functions.find((one) => one.address === address)!
  return { unit: firmwareUnitOf(machine, f), regions: reservedRegionsOf(machine, f) }
}
const unitIn = (iort: Uint8Array, address?: string) => {
  const { unit } = ask(iort, address)
  return 'unknown' in unit ? unit : unit.value && [unit.value.kind, unit.value.registerBase]
}

describe('the SMMU of an IORT', () => {
  it('is found through the mappings of the root complex of the segment', () => {
    const iort = table((at) => ({
      its,
      first: smmuV3(0x1000),
      second: smmu(0x2000),
      zero: root(0, idMapping(0, 0x100, 0, at('its')), idMapping(0x100, 0x1000, 0x100, at('first'))),
      one: root(1, idMapping(0, 0x1_0000, 0x1_0000, at('second'))),
    }))
    expect(unitIn(iort)).toEqual(['SMMUv3', 0x1000n])
    // Its messages go to an interrupt controller, its DMA to no unit.
    expect(unitIn(iort, '0000:00:00.0')).toBeNull()
    expect(unitIn(iort, '0001:00:00.0')).toEqual(['SMMU', 0x2000n])
    expect(ask(iort).unit).toMatchObject({ value: { segment: 0, because: 'range', device: null } })
    expect(ask(iort).regions).toEqual({ value: [] })
  })

  it('is none where no mapping takes the id, or the segment has no root complex', () => {
    const iort = table((at) => ({ unit: smmuV3(0x1000), zero: root(0, idMapping(0, 0x300, 0, at('unit'))) }))
    expect(unitIn(iort)).toBeNull()
    expect(unitIn(iort, '0001:00:00.0')).toBeNull()
  })

  it('is found by a mapping for one id, which takes any', () => {
    const iort = table((at) => ({
      unit: smmuV3(0x1000),
      zero: root(0, idMapping(0x9999, 1, 5, at('unit'), 1)),
    }))
    expect(unitIn(iort)).toEqual(['SMMUv3', 0x1000n])
  })

  it('is the second one where a range is one too long and meets the next', () => {
    const between = (...order: readonly [string, string]) =>
      table((at) => ({
        first: smmuV3(0x1000),
        second: smmuV3(0x2000),
        zero: root(
          0,
          ...order.map((name) =>
            name === 'first'
              ? idMapping(0, 0x301, 0, at('first'))
              : idMapping(0x300, 0x100, 0x300, at('second')),
          ),
        ),
      }))
    expect(unitIn(between('first', 'second'))).toEqual(['SMMUv3', 0x2000n])
    expect(unitIn(between('second', 'first'))).toEqual(['SMMUv3', 0x2000n])
    const alone = table((at) => ({ unit: smmuV3(0x1000), zero: root(0, idMapping(0, 0x301, 0, at('unit'))) }))
    expect(unitIn(alone)).toEqual(['SMMUv3', 0x1000n])
    const overlapping = table((at) => ({
      first: smmuV3(0x1000),
      second: smmuV3(0x2000),
      zero: root(0, idMapping(0, 0x301, 0, at('first')), idMapping(0x200, 0x200, 0, at('second'))),
    }))
    expect(unitIn(overlapping)).toEqual(['SMMUv3', 0x1000n])
  })

  it('is looked for through several nodes, and not for ever', () => {
    const hops = table((at) => ({
      unit: smmuV3(0x1000),
      hop: iortNode(1, 4, bytesOf(u32(0), u64(0), u8(40), '\\_SB.ABC0\0', u8(0)), [
        idMapping(0x8000, 1, 0, at('unit')),
      ]),
      zero: root(0, idMapping(0x300, 1, 0x8000, at('hop'))),
    }))
    expect(unitIn(hops)).toEqual(['SMMUv3', 0x1000n])
    const circle = table((at) => ({ zero: root(0, idMapping(0, 0x1_0000, 0, at('zero'))) }))
    expect(unitIn(circle)).toBeNull()
  })

  it('may have reserved memory: that is not known from the table', () => {
    const iort = table((at) => ({
      unit: smmuV3(0x1000),
      memory: iortNode(6, 3, bytesOf(u32(0), u32(1), u32(28), u64(0x1_0000), u64(0x1_0000), u32(0)), [
        idMapping(0, 1, 5, at('unit'), 1),
      ]),
      zero: root(0, idMapping(0, 0x1_0000, 0, at('unit'))),
    }))
    expect(unitIn(iort)).toEqual(['SMMUv3', 0x1000n])
    expect(ask(iort).regions).toEqual({
      unknown: 'whether Linux heeds the RMR nodes in it does not stand in it',
      path: '/sys/firmware/acpi/tables/IORT',
    })
  })
})
