import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dmarTable, drhd, entry4, entry8, ivhd, ivrsTable, scope } from '../../test/support/acpi-tables.js'
import { expressTypes, type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { decodeDmar, decodeIvrs } from '../acpi/index.js'
import type { Machine } from '../machine/index.js'
import { acsQuirks } from './acs-quirks.js'
import { aliasQuirks } from './alias-quirks.js'
import { membershipOf } from './compare.js'
import { predictFrom, predictGroups } from './predict.js'
import { defaultRules } from './rules.js'
import { changeMachine } from './what-if.js'

type Draw = (below: number) => number

/** Ids of which many have a row, so that quirks meet each other. */
const interesting: readonly (readonly [number, number])[] = [
  [0x1234, 0x5678],
  ...[...acsQuirks, ...aliasQuirks].flatMap(({ vendor, devices }) =>
    devices === 'any'
      ? []
      : devices.slice(0, 2).map((one) => [vendor, typeof one === 'number' ? one : one[0]] as const),
  ),
]
const types = Object.keys(expressTypes) as (keyof typeof expressTypes)[]
const bridges = [
  'rootPort',
  'downstreamPort',
  'upstreamPort',
  'expressToPci',
  'pciToExpress',
  undefined,
] as const

/** A tree of up to `size` functions: any type anywhere, since firmware is not to be trusted. */
function drawTree(size: number, draw: Draw): readonly MadeNode[] {
  const nodes: MadeNode[] = []
  const open: { parent?: string; bus: number }[] = [{ bus: 0 }]
  let nextBus = 1
  while (nodes.length < size && open.length > 0) {
    const { parent, bus } = open.splice(draw(open.length), 1)[0]!
    for (let slots = 1 + draw(3), slot = 0; slots > 0; slots--, slot += 1 + draw(3)) {
      const several = draw(3) === 0
      for (let fn = 0, count = several ? 2 + draw(3) : 1; count > 0; count--, fn++) {
        const isBridge = draw(2) === 0
        const express = isBridge
          ? bridges[draw(bridges.length)]
          : draw(8) === 0
            ? undefined
            : types[draw(types.length)]
        const hasAcs = express !== undefined && draw(2) === 0
        const address = `0000:${hex(bus)}:${hex(slot)}.${fn}`
        nodes.push({
          address,
          ...(parent === undefined ? {} : { parent }),
          ...(express === undefined ? {} : { express }),
          ...(hasAcs ? { acs: [draw(0x80), draw(0x80)] as const } : {}),
          ids: draw(3) === 0 ? interesting[draw(interesting.length)]! : [0x1234, 0x5678],
          class: isBridge ? 0x060400 : draw(4) === 0 ? 0x068000 : 0x020000,
          multifunction: several || draw(10) === 0,
        })
        if (isBridge && nextBus < 250) open.push({ parent: address, bus: nextBus++ })
      }
    }
  }
  return nodes.toSorted((a, b) => (a.address < b.address ? -1 : 1))
}

const trees = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.infiniteStream(fc.nat(0x7fff_ffff)))
  .map(([size, stream]) => {
    const draw: Draw = (below) => (stream.next().value as number) % below
    return { nodes: drawTree(size, draw), draw }
  })
const kernels = fc.constantFrom('6.1.192', '6.1.166', '6.12.117', '7.3.4')
const facts = (kernel: string, ivrs: boolean): Partial<Machine> => ({
  kernel: { value: kernel },
  iommuTables: { value: ivrs ? ['IVRS'] : ['DMAR'] },
})
/** The same with a table that covers some, and under an IVRS joins some. */
const factsWithTable = (kernel: string, ivrs: boolean, draw: Draw): Partial<Machine> => {
  const none = { dmar: { value: null }, ivrs: { value: null }, iort: { value: null }, viot: { value: null } }
  const id = () => (draw(4) << 8) | draw(0x40)
  const entries = Array.from({ length: draw(6) }, () =>
    draw(2) === 0 ? entry4(0x02, id()) : draw(3) === 0 ? entry4(0x01, 0) : entry8(0x42, id(), id()),
  )
  const units = Array.from({ length: draw(4) }, (_, i) =>
    draw(3) === 0
      ? drhd({ base: i, all: true })
      : drhd({ base: i }, scope(1 + draw(2), draw(2), [draw(8), draw(3)])),
  )
  return {
    ...facts(kernel, ivrs),
    commandLine: { value: draw(2) === 0 ? 'intel_iommu=igfx_off' : '' },
    acpi: ivrs
      ? { ...none, ivrs: { value: decodeIvrs(ivrsTable(0, ivhd(0x11, {}, ...entries))) } }
      : { ...none, dmar: { value: decodeDmar(dmarTable({}, ...units)) } },
  }
}
const runs = { numRuns: 400 }

describe('for any machine', () => {
  it('groups are a partition: every function is in one of them, or ungrouped, or not known', () => {
    fc.assert(
      fc.property(trees, kernels, fc.boolean(), ({ nodes, draw }, kernel, ivrs) => {
        const machine = madeTree(nodes, factsWithTable(kernel, ivrs, draw))
        const { groups, ungrouped, unknown } = predictGroups(machine)
        const all = [
          ...groups.flatMap(({ functions }) => functions),
          ...ungrouped,
          ...unknown.map((one) => one.function),
        ]
        expect(all.toSorted()).toEqual(nodes.map(({ address }) => address).toSorted())
        for (const { id, functions } of groups) expect(functions[0]).toBe(id)
      }),
      runs,
    )
  })

  it('what is answered for want of facts is what would be answered with them', () => {
    fc.assert(
      fc.property(trees, kernels, fc.boolean(), ({ nodes, draw }, kernel, ivrs) => {
        // Of some bridges the bus behind them is not told: then who stands there is not told either.
        const open = new Set(nodes.filter(() => draw(8) === 0).map(({ address }) => address))
        const hidden = nodes.map((whole): MadeNode => {
          const { parent, ...rest } = whole
          const displaced: MadeNode =
            parent !== undefined && open.has(parent) ? { ...rest, place: 'unknown' } : whole
          if (open.has(whole.address)) return { ...displaced, config: 'no bus' }
          const node = displaced
          switch (draw(6)) {
            case 0:
              return { ...node, ids: 'unknown' }
            case 1:
              return { ...node, config: 'denied' }
            case 2:
              return { ...node, config: 'no control' }
            default:
              return node
          }
        })
        const truth = membershipOf(predictGroups(madeTree(nodes, facts(kernel, ivrs))))
        const { groups } = predictGroups(madeTree(hidden, facts(kernel, ivrs)))
        for (const { functions } of groups) {
          const id = truth.get(functions[0]!)
          if (id === undefined) continue
          const whole = [...truth].flatMap(([address, one]) => (one === id ? [address] : []))
          expect(functions.toSorted()).toEqual(whole.toSorted())
        }
      }),
      runs,
    )
  })

  it('more ACS never joins groups', () => {
    fc.assert(
      fc.property(trees, kernels, fc.boolean(), ({ nodes, draw }, kernel, ivrs) => {
        const i = draw(nodes.length)
        const better = nodes.map((node, at) =>
          at === i && node.express ? { ...node, acs: [0x1f, 0x1f] as const } : node,
        )
        const told = factsWithTable(kernel, ivrs, draw)
        expectFiner(madeTree(nodes, told), madeTree(better, told))
      }),
      runs,
    )
  })

  it('taking a device out never joins others', () => {
    fc.assert(
      fc.property(trees, kernels, fc.boolean(), ({ nodes, draw }, kernel, ivrs) => {
        const machine = madeTree(nodes, factsWithTable(kernel, ivrs, draw))
        const { subjects } = changeMachine(machine, { without: [nodes[draw(nodes.length)]!.address] })
        const before = membershipOf(predictGroups(machine))
        const after = predictFrom(subjects, defaultRules(machine))
        for (const { functions } of after.groups)
          for (const one of functions) expect(before.get(one)).toBe(before.get(functions[0]!))
      }),
      runs,
    )
  })
})

/** Every group of the second machine is inside one of the first. */
function expectFiner(coarser: Machine, finer: Machine): void {
  const before = membershipOf(predictGroups(coarser))
  for (const { functions } of predictGroups(finer).groups)
    for (const one of functions) expect(before.get(one)).toBe(before.get(functions[0]!))
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}
