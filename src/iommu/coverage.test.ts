import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  dmarTable,
  drhd,
  entry4,
  entry8,
  iortNode,
  iortTable,
  ivhd,
  ivrsTable,
  scope,
  u32,
  viotPciRange,
  viotTable,
  viotVirtioPci,
} from '../../test/support/acpi-tables.js'
import { type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { decodeDmar, decodeIort, decodeIvrs, decodeViot } from '../acpi/index.js'
import type { AcpiTables, Machine } from '../machine/index.js'
import { brokenDisplayUnits } from './displays.js'
import { predictFrom, predictGroups } from './predict.js'
import { defaultRules } from './rules.js'
import { slotsOf } from './slots.js'
import { changeMachine } from './what-if.js'
import { whyGroup } from './why.js'

const none: AcpiTables = {
  dmar: { value: null },
  ivrs: { value: null },
  iort: { value: null },
  viot: { value: null },
}
const acs = [0x1d, 0] as const
const nodes: readonly MadeNode[] = [
  { address: '0000:00:00.0', class: 0x060000 },
  { address: '0000:00:02.0', class: 0x030000, ids: [0x8086, 0x3e92] },
  { address: '0000:00:1c.0', express: 'rootPort', acs, multifunction: true },
  { address: '0000:00:1c.1', express: 'rootPort', acs, multifunction: true },
  { address: '0000:01:00.0', parent: '0000:00:1c.0', express: 'endpoint' },
  { address: '0000:01:10.0', parent: '0000:00:1c.0', express: 'endpoint', physicalFunction: '0000:01:00.0' },
  { address: '0000:02:00.0', parent: '0000:00:1c.1', express: 'endpoint' },
]
const machineWith = (
  tables: Partial<AcpiTables>,
  facts: Partial<Pick<Machine, 'commandLine'>> = {},
  more: readonly MadeNode[] = [],
) => madeTree([...nodes, ...more], { acpi: { ...none, ...tables }, ...facts })
const dmar = (...units: Uint8Array[]) => ({ dmar: { value: decodeDmar(dmarTable({}, ...units)) } })
const ivrs = (...entries: Uint8Array[]) => ({
  ivrs: { value: decodeIvrs(ivrsTable(0, ivhd(0x11, { deviceId: 0x00fe }, ...entries))) },
})
const ungrouped = (machine: Machine) => {
  const { ungrouped, premises } = predictGroups(machine)
  expect(premises).toEqual([])
  return ungrouped
}

const rest = drhd({ base: 0x9000, all: true })
const graphics = drhd({ base: 0x1000 }, scope(1, 0, [2, 0]))

describe("functions that the firmware's tables put no IOMMU in charge of get no group", () => {
  it('by a DMAR: those that no unit names', () => {
    expect(ungrouped(machineWith(dmar(rest)))).toEqual([])
    const port = drhd({ base: 0x2000 }, scope(2, 0, [0x1c, 0]))
    // A virtual function is where its physical one is.
    expect(ungrouped(machineWith(dmar(port)))).toEqual([
      '0000:00:00.0',
      '0000:00:02.0',
      '0000:00:1c.1',
      '0000:02:00.0',
    ])
    expect(whyGroup(machineWith(dmar(port)), '0000:02:00.0').steps).toEqual([
      { kind: 'not covered', function: '0000:02:00.0', decided: true },
    ])
  })

  it('by an IVRS: those whose own id is in none of its entries, virtual functions too', () => {
    expect(ungrouped(machineWith(ivrs(entry4(0x03, 0x0008), entry4(0x04, 0xfffe))))).toEqual(['0000:00:00.0'])
    const named = ivrs(entry4(0x03, 0x0000), entry4(0x04, 0x0100), entry4(0x02, 0x0200))
    expect(ungrouped(machineWith(named))).toEqual(['0000:01:10.0'])
  })

  it('by a VIOT: those outside its ranges, and the virtio-iommu itself', () => {
    const viot = decodeViot(
      viotTable([viotVirtioPci(0, 0x0010), viotPciRange([0, 0], [0x0000, 0x01ff], 0x30)]),
    )
    expect(ungrouped(machineWith({ viot: { value: viot } }))).toEqual(['0000:00:02.0', '0000:02:00.0'])
  })
})

describe('a unit for displays alone', () => {
  const both = dmar(graphics, rest)
  const withLine = (line: string) => machineWith(both, { commandLine: { value: line } })
  it.each([
    ['intel_iommu=on', []],
    ['intel_iommu=on,igfx_off', ['0000:00:02.0']],
    ['intel_iommu=on intel_iommu=igfx_off', ['0000:00:02.0']],
    ['iommu=igfx_off', []],
  ])('is left out as the command line says: %s', (line, expected) => {
    expect(ungrouped(withLine(line))).toEqual(expected)
  })

  it('is in charge of others too: then it stays', () => {
    const more = drhd({ base: 0x1000 }, scope(1, 0, [2, 0]), scope(2, 0, [0x1c, 1]))
    const machine = machineWith(dmar(more, rest), { commandLine: { value: 'intel_iommu=igfx_off' } })
    expect(ungrouped(machine)).toEqual([])
  })

  it.each(brokenDisplayUnits.flatMap(({ what, devices }) => devices.map((id) => [what, id] as const)))(
    'is left out on %s: %i',
    (_, device) => {
      const broken = (vendor: number): MadeNode => ({
        address: '0000:00:1f.0',
        class: 0x060100,
        ids: [vendor, device],
      })
      expect(ungrouped(machineWith(both, {}, [broken(0x8086)]))).toEqual(['0000:00:02.0'])
      expect(ungrouped(machineWith(both, {}, [broken(0x1022)]))).toEqual([])
    },
  )
})

describe('where the tables do not tell', () => {
  const denied = { unknown: 'denied', path: '/sys/firmware/acpi/tables/DMAR' }
  const its = decodeIort(iortTable(5, [iortNode(0, 1, bytesOf(u32(1), u32(1)))]))
  it.each([
    ['one may not be read', { dmar: denied }, denied.unknown],
    ['there is none', {}, 'the firmware describes no IOMMU as it is set up now'],
    [
      'there is one for interrupts only',
      { iort: { value: its } },
      'the firmware describes no IOMMU as it is set up now',
    ],
    [
      'one breaks off',
      { dmar: { value: decodeDmar(dmarTable({}, graphics).slice(0, 60)) } },
      'the table is broken at byte 0x0',
    ],
  ])('since %s, all are taken to be covered, and that is said', (_, tables, unknown) => {
    const { premises, ungrouped } = predictGroups(machineWith(tables))
    expect(ungrouped).toEqual([])
    expect(premises).toMatchObject([{ kind: 'coverage by convention', functions: [], because: { unknown } }])
  })
})

describe('on paper', () => {
  const port = drhd({ base: 0x2000 }, scope(2, 0, [0x1c, 0]))
  const machine = machineWith(dmar(port))
  const after = (change: Parameters<typeof changeMachine>[1]) => {
    const { subjects, rules } = changeMachine(machine, change)
    return predictFrom(subjects, rules).ungrouped
  }
  it('a card is covered where it goes', () => {
    const moves = [
      { device: '0000:01:00.0', port: '0000:00:1c.1' },
      { device: '0000:02:00.0', port: '0000:00:1c.0' },
    ]
    expect(after({ move: moves })).toEqual([
      '0000:00:00.0',
      '0000:00:02.0',
      '0000:00:1c.1',
      '0000:01:00.0',
      '0000:01:10.0',
    ])
    const add = [{ vendor: 0x10de, device: 1, port: '0000:00:1c.1' }]
    const { subjects, rules, added } = changeMachine(machine, { without: ['0000:02:00.0'], add })
    expect(predictFrom(subjects, rules).ungrouped).toContain(added[0])
  })

  it('a slot where no IOMMU is in charge gives no group', () => {
    const slots = slotsOf(machine, defaultRules(machine)).map((slot) => [slot.port, slot.sharesWith])
    expect(slots).toEqual([
      ['0000:00:1c.0', []],
      ['0000:00:1c.1', null],
    ])
  })
})

it('virtual functions go where their card goes, and out with it', () => {
  const machine = machineWith(dmar(rest))
  const where = (change: Parameters<typeof changeMachine>[1]) =>
    changeMachine(machine, change)
      .subjects.filter(({ address }) => address.startsWith('0000:01:'))
      .map(({ bus, devfn, physical }) => [bus, devfn, physical])
  expect(where({})).toEqual([
    [1, 0, -1],
    [1, 0x80, 4],
  ])
  const moves = [{ device: '0000:01:00.0', port: '0000:00:1c.1' }]
  const moved = [
    [2, 0, -1],
    [2, 0x80, 4],
  ]
  expect(where({ without: ['0000:02:00.0'], move: moves })).toEqual(moved)
  // Asked to move one of them, the card is what moves.
  const virtual = [{ device: '0000:01:10.0', port: '0000:00:1c.1' }]
  expect(where({ without: ['0000:02:00.0'], move: virtual })).toEqual(moved)
  expect(where({ without: ['0000:01:00.0'] })).toEqual([])
  expect(where({ without: ['0000:01:10.0'] })).toEqual([[1, 0, -1]])
})

describe("an alias in AMD's IVRS", () => {
  // Single functions of a root bus: apart, unless one uses the other's id.
  const cards: readonly MadeNode[] = [
    { address: '0000:00:08.0', express: 'integratedEndpoint' },
    { address: '0000:00:09.0', express: 'integratedEndpoint' },
    { address: '0000:00:0a.0', express: 'integratedEndpoint' },
  ]
  const all = entry4(0x01, 0)
  const groups = (...entries: Uint8Array[]) =>
    predictGroups(madeTree(cards, { acpi: { ...none, ...ivrs(all, ...entries) } })).groups.map(
      ({ functions }) => functions.map((address) => address.slice(8)).join(' '),
    )
  it.each([
    ['none', [], ['08.0', '09.0', '0a.0']],
    ['of one', [entry8(0x42, 0x0048, 0x0040)], ['08.0 09.0', '0a.0']],
    ['of a range', [entry8(0x43, 0x0048, 0x0040), entry4(0x04, 0x0050)], ['08.0 09.0 0a.0']],
    [
      'of a range that another one follows',
      [entry8(0x43, 0x0000, 0x0040), entry4(0x03, 0x0048), entry4(0x04, 0x0050)],
      ['08.0', '09.0', '0a.0'],
    ],
    [
      'the last of which counts',
      [entry8(0x42, 0x0048, 0x0040), entry8(0x42, 0x0048, 0x0050)],
      ['08.0', '09.0 0a.0'],
    ],
    ['of itself', [entry8(0x42, 0x0048, 0x0048)], ['08.0', '09.0', '0a.0']],
    ['on another bus', [entry8(0x42, 0x0048, 0x0140)], ['08.0', '09.0', '0a.0']],
  ])('%s joins those who use one id', (_, entries, expected) => {
    expect(groups(...entries)).toEqual(expected)
  })
  it('is named as the reason', () => {
    const machine = madeTree(cards, { acpi: { ...none, ...ivrs(all, entry8(0x42, 0x0048, 0x0040)) } })
    expect(whyGroup(machine, '0000:00:09.0').steps).toMatchObject([
      { kind: 'alias', with: '0000:00:08.0', quirk: undefined, byFirmware: true, decided: true },
    ])
  })
})
