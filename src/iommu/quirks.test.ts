import { describe, expect, it } from 'vitest'
import { type expressTypes, type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { acsQuirks } from './acs-quirks.js'
import { aliasQuirks } from './alias-quirks.js'
import { predictGroups } from './predict.js'
import { rulesFor } from './rules.js'
import { vmdDevices } from './subject.js'

type Express = keyof typeof expressTypes
const codes: Readonly<Record<string, Express>> = {
  'Root Port': 'rootPort',
  'Downstream Port': 'downstreamPort',
  'Root Complex Integrated Endpoint': 'integratedEndpoint',
}

/** The override patch, for a bridge that nothing else lets isolate. */
const override = {
  downstream: false,
  multifunction: false,
  ids: [
    [0x1a03, 0x1150],
    [0x1234, 0x1150],
  ],
} as const

const groupCount = (nodes: readonly MadeNode[], kernel = '7.3.4', tables: readonly string[] = ['DMAR']) =>
  predictGroups(madeTree(nodes, { kernel: { value: kernel }, iommuTables: { value: tables } })).groups.length

const single = (devices: readonly (number | readonly [number, number])[]) =>
  devices.flatMap((one) =>
    typeof one === 'number' ? [one] : Array.from({ length: one[1] - one[0] + 1 }, (_, i) => one[0] + i),
  )

/** The release before a stable one. */
const before = (release: string) => {
  const [major, minor, patch] = release.split('.').map(Number)
  if (patch !== undefined) return `${major}.${minor}.${patch - 1}`
  return minor === 0 ? `${major! - 1}.19.0` : `${major}.${minor! - 1}.0`
}

describe('every row of the ACS quirks', () => {
  it.each(acsQuirks.map((quirk, i) => ({ quirk, i, name: `${quirk.vendor.toString(16)} ${quirk.source}` })))(
    '$i $name',
    ({ quirk }) => {
      const types = quirk.types ?? ['Root Complex Integrated Endpoint']
      const devices = quirk.devices === 'any' ? [0xfffe] : single(quirk.devices)
      for (const type of types)
        for (const device of devices) {
          // Two functions of a slot, of which the row's is the second: apart where it isolates.
          const express = codes[type]!
          const isPort = express !== 'integratedEndpoint'
          const acs =
            quirk.when === 'ACS capability in 32-bit registers' || quirk.verdict === 'does not isolate'
          const slot = (ids: readonly [number, number]): MadeNode[] => [
            { address: '0000:00:1c.0', express, multifunction: true },
            { address: '0000:00:1c.1', express, ids, ...(acs ? { acs: [0x1f, 0] as const } : {}) },
          ]
          const tables = quirk.when?.includes('IVRS') ? ['IVRS'] : ['DMAR']
          const count = quirk.verdict === 'does not isolate' ? 1 : 2
          expect(groupCount(slot([quirk.vendor, device]), '7.3.4', tables), device.toString(16)).toBe(count)
          if (!acs) expect(groupCount(slot([0x1234, device]), '7.3.4', tables)).toBe(1)
          if (tables[0] === 'IVRS') expect(groupCount(slot([quirk.vendor, device]))).toBe(1)
          const rows = acsQuirks.filter(
            (row) =>
              row.vendor === quirk.vendor && row.devices !== 'any' && single(row.devices).includes(device),
          )
          if (isPort && quirk.types && !acs && rows.length === 1) {
            const endpoint = slot([quirk.vendor, device]).map((node) => ({
              ...node,
              express: 'endpoint' as const,
            }))
            expect(groupCount(endpoint), 'not for other types').toBe(1)
          }
          for (const release of quirk.since ?? []) {
            expect(groupCount(slot([quirk.vendor, device]), release), release).toBe(count)
            if (quirk.verdict === 'does not isolate') continue
            expect(groupCount(slot([quirk.vendor, device]), before(release)), before(release)).toBe(1)
          }
        }
    },
  )
})

describe('every row of the alias quirks', () => {
  it.each(
    aliasQuirks.map((quirk, i) => ({ quirk, i, name: `${quirk.vendor.toString(16)} ${quirk.source}` })),
  )('$i $name', ({ quirk }) => {
    const { alias } = quirk
    const more = {
      ...(quirk.subsystems ? { subsystem: quirk.subsystems[0]! } : {}),
      ...(quirk.classCode === undefined ? {} : { class: quirk.classCode << 8 }),
    }
    for (const device of single(quirk.devices)) {
      const nodes = (ids: readonly [number, number]) => testCase(alias, { ids, ...more })
      const [own, other] = [nodes([quirk.vendor, device]), nodes([0x1234, device])]
      const make = (list: readonly MadeNode[], kernel = '7.3.4') => {
        const machine = madeTree(list, { kernel: { value: kernel }, iommuTables: { value: ['IVRS'] } })
        return predictGroups(machine, rulesFor(machine, { override }))
      }
      if (alias.kind === 'device registers') {
        expect(make(own).unknown[0]?.missing[0]?.fact).toBe('DMA aliases')
        expect(make(other).unknown).toEqual([])
      } else {
        expect(make(own).groups.length, device.toString(16)).not.toBe(make(other).groups.length)
      }
      for (const release of quirk.since ?? []) {
        expect({ ...make(own, release), rules: 0 }).not.toEqual({ ...make(other, release), rules: 0 })
        expect(make(own, before(release)).groups).toEqual(make(other, before(release)).groups)
      }
    }
  })
  it('holds for the subsystems it names only', () => {
    const adaptec = (subsystem: readonly [number, number]) =>
      groupCount(testCase({ kind: 'devfns', ranges: [[8, 8]] }, { ids: [0x9005, 0x0285], subsystem }))
    expect(adaptec([0x9005, 0x02bc])).toBe(1)
    expect(adaptec([0x9005, 0x02bd])).toBe(2)
  })
})

/** Functions whose groups differ by whether the alias is there. */
function testCase(alias: (typeof aliasQuirks)[number]['alias'], quirky: Partial<MadeNode>): MadeNode[] {
  const acs = [0x1f, 0] as const
  switch (alias.kind) {
    case 'function': {
      // Two functions that ACS would keep apart, the other one being the alias.
      const own = alias.number === 0 ? 1 : 0
      return [0, 1].map((fn) => ({
        address: `0000:00:03.${fn}`,
        express: 'endpoint',
        multifunction: true,
        acs,
        ...(fn === own ? quirky : {}),
      }))
    }
    case 'devfns':
    case 'device registers': {
      const devfn = alias.kind === 'devfns' ? alias.ranges[0]![0] : 8
      const slot = (devfn >> 3).toString(16).padStart(2, '0')
      return [
        { address: `0000:00:${slot}.${devfn & 7}`, express: 'endpoint' },
        { address: '0000:00:1e.0', express: 'endpoint', ...quirky },
      ]
    }
    case 'translated below':
      // Behind a conventional bridge, which aliases what is behind it, and which a row of the ACS quirks lets isolate.
      return [
        { address: '0000:00:14.0', multifunction: true },
        { address: '0000:00:14.4', multifunction: true, class: 0x060400, ids: [0x1002, 0x4384] },
        { address: '0000:01:00.0', parent: '0000:00:14.4', express: 'rootPort', acs, ...quirky },
        { address: '0000:02:00.0', parent: '0000:01:00.0', express: 'endpoint' },
      ]
    case 'forwards ids':
      return [
        { address: '0000:00:01.0', express: 'rootPort', acs },
        { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'expressToPci', ...quirky },
        { address: '0000:02:00.0', parent: '0000:01:00.0', express: 'endpoint' },
      ]
  }
}

it('every VMD controller takes in what is in its domain', () => {
  for (const device of vmdDevices) {
    const nodes = (ids: readonly [number, number]): MadeNode[] => [
      { address: '0000:00:0e.0', ids, express: 'integratedEndpoint' },
      { address: '10000:e0:06.0', express: 'rootPort', acs: [0x1f, 0] },
    ]
    expect(groupCount(nodes([0x8086, device]))).toBe(1)
    expect(groupCount(nodes([0x1234, device]))).toBe(2)
  }
})
