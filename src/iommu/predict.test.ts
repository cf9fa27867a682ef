import { describe, expect, it } from 'vitest'
import { type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { predictGroups, rulesFor } from './index.js'

const acs = [0x1f, 0] as const
const port = (address: string, more: Partial<MadeNode> = {}): MadeNode => ({
  address,
  express: 'rootPort',
  ...more,
})

/** Groups as lists of short addresses, and what is not known. */
function groupsOf(nodes: readonly MadeNode[], facts: Parameters<typeof madeTree>[1] = {}): string[] {
  const { groups, unknown } = predictGroups(madeTree(nodes, facts))
  const short = (address: string) => address.replace(/^0000:/, '')
  return [
    ...groups.map(({ functions }) => functions.map(short).join(' ')),
    ...unknown.map((one) => `${short(one.function)} not known`),
  ]
}

describe('ports', () => {
  const below = (more: Partial<MadeNode>) => [
    port('0000:00:01.0', more),
    { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint' } as const,
  ]
  it('with ACS have their card apart, though firmware left it off', () => {
    expect(groupsOf(below({ acs }))).toEqual(['00:01.0', '01:00.0'])
  })
  it('without ACS share a group with it', () => {
    expect(groupsOf(below({}))).toEqual(['00:01.0 01:00.0'])
  })
  it('need only what they can do', () => {
    expect(groupsOf(below({ acs: [0, 0] }))).toEqual(['00:01.0', '01:00.0'])
  })
  it('of one slot without ACS share a group, and all that is behind them', () => {
    const slot = (fn: number, more = {}) => [
      port(`0000:00:01.${fn}`, more),
      { address: `0000:0${fn + 1}:00.0`, parent: `0000:00:01.${fn}`, express: 'endpoint' } as const,
    ]
    expect(groupsOf([...slot(0), ...slot(1)])).toEqual(['00:01.0 00:01.1 01:00.0 02:00.0'])
    expect(groupsOf([...slot(0), ...slot(1, { acs })])).toEqual(['00:01.0 01:00.0', '00:01.1', '02:00.0'])
  })
})

describe('switches', () => {
  const tree = (root: Partial<MadeNode>, down: Partial<MadeNode>, up: Partial<MadeNode> = {}): MadeNode[] => [
    port('0000:00:01.0', root),
    { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'upstreamPort', ...up },
    { address: '0000:02:00.0', parent: '0000:01:00.0', express: 'downstreamPort', ...down },
    { address: '0000:02:01.0', parent: '0000:01:00.0', express: 'downstreamPort', ...down },
    { address: '0000:03:00.0', parent: '0000:02:00.0', express: 'endpoint' },
    { address: '0000:04:00.0', parent: '0000:02:01.0', express: 'endpoint' },
  ]
  it('with ACS keep their cards apart', () => {
    expect(groupsOf(tree({ acs }, { acs }))).toHaveLength(6)
  })
  it('without ACS put the cards in the groups of their ports', () => {
    expect(groupsOf(tree({ acs }, {}))).toEqual(['00:01.0', '01:00.0', '02:00.0 03:00.0', '02:01.0 04:00.0'])
  })
  it('below a port without ACS are one group with it', () => {
    expect(groupsOf(tree({}, { acs }))).toHaveLength(1)
  })
  it('with several functions on the upper side and no ACS there do not isolate', () => {
    expect(groupsOf(tree({ acs }, { acs }, { multifunction: true }))).toEqual([
      '00:01.0',
      '01:00.0 02:00.0 02:01.0 03:00.0 04:00.0',
    ])
  })
  it('whose downstream ports say that they are upstream ones are taken for what they are', () => {
    const wrong = tree({ acs }, {}).map((node) =>
      node.address.startsWith('0000:02') ? { ...node, express: 'upstreamPort' as const } : node,
    )
    expect(groupsOf(wrong)).toEqual(groupsOf(tree({ acs }, {})))
  })
})

describe('bridges to PCI', () => {
  it('share a group with all that is behind them', () => {
    for (const express of ['expressToPci', undefined] as const)
      expect(
        groupsOf([
          port('0000:00:01.0', { acs }),
          {
            address: '0000:01:00.0',
            parent: '0000:00:01.0',
            ...(express ? { express } : {}),
            class: 0x060400,
          },
          { address: '0000:02:00.0', parent: '0000:01:00.0' },
          { address: '0000:02:01.0', parent: '0000:01:00.0' },
        ]),
      ).toEqual(['00:01.0', '01:00.0 02:00.0 02:01.0'])
  })
})

describe('functions of one slot', () => {
  const slot = (more: readonly Partial<MadeNode>[]) =>
    more.map(
      (one, fn): MadeNode => ({
        address: `0000:00:1f.${fn}`,
        express: 'endpoint',
        multifunction: true,
        ...one,
      }),
    )
  it('share a group where they have no ACS', () => {
    expect(groupsOf(slot([{}, {}, {}]))).toEqual(['00:1f.0 00:1f.1 00:1f.2'])
  })
  it('are apart where they have it; those without it are together', () => {
    expect(groupsOf(slot([{}, { acs }, {}]))).toEqual(['00:1f.0 00:1f.2', '00:1f.1'])
  })
  it('are apart inside the root complex of Intel', () => {
    const intel = { ids: [0x8086, 0x1000], express: 'integratedEndpoint' } as const
    expect(groupsOf(slot([intel, intel]))).toHaveLength(2)
    expect(groupsOf(slot([{ express: 'integratedEndpoint' }, intel]))).toHaveLength(2)
  })
  it('that are virtual are apart', () => {
    expect(
      groupsOf([
        port('0000:00:01.0', { acs }),
        { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint', multifunction: true },
        {
          address: '0000:01:00.1',
          parent: '0000:00:01.0',
          express: 'endpoint',
          physicalFunction: '0000:01:00.0',
        },
      ]),
    ).toHaveLength(3)
  })
})

describe('a VMD domain', () => {
  const vmd = (address: string): MadeNode => ({
    address,
    ids: [0x8086, 0x9a0b],
    express: 'integratedEndpoint',
  })
  const inside: MadeNode[] = [
    port('10000:e0:06.0', { acs }),
    { address: '10000:e1:00.0', parent: '10000:e0:06.0', express: 'endpoint' },
  ]
  it('is in the group of its controller', () => {
    expect(groupsOf([vmd('0000:00:0e.0'), ...inside])).toEqual(['00:0e.0 10000:e0:06.0 10000:e1:00.0'])
  })
  it('goes by the path where there are several controllers, and is not known without', () => {
    const two = [vmd('0000:00:0e.0'), vmd('0000:64:00.5')]
    expect(groupsOf([...two, ...inside.map((node) => ({ ...node, controller: '0000:64:00.5' }))])).toEqual([
      '00:0e.0',
      '64:00.5 10000:e0:06.0 10000:e1:00.0',
    ])
    expect(groupsOf([...two, ...inside])).toEqual([
      '00:0e.0 not known',
      '64:00.5 not known',
      '10000:e0:06.0 not known',
      '10000:e1:00.0 not known',
    ])
  })
})

describe("AMD's IOMMU", () => {
  it('and the host bridge beside it get no group', () => {
    const machine = madeTree(
      [
        { address: '0000:00:00.0', class: 0x060000, multifunction: true },
        { address: '0000:00:00.2', class: 0x080600, multifunction: true },
        { address: '0000:00:01.0', class: 0x060000 },
      ],
      { iommuTables: { value: ['IVRS'] } },
    )
    const { groups, ungrouped, premises } = predictGroups(machine)
    expect(groups.map(({ id }) => id)).toEqual(['0000:00:01.0'])
    expect(ungrouped).toEqual(['0000:00:00.0', '0000:00:00.2'])
    expect(premises).toMatchObject([{ kind: 'coverage by convention', functions: ungrouped }])
  })
})

describe('what is not known', () => {
  it('makes groups that depend on it unknown, with what was missing, and no others', () => {
    const { groups, unknown } = predictGroups(
      madeTree([
        port('0000:00:01.0', { config: 'denied' }),
        { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint', config: 'denied' },
        { address: '0000:00:02.0', express: 'endpoint', config: 'denied' },
      ]),
    )
    expect(groups).toEqual([{ id: '0000:00:02.0', functions: ['0000:00:02.0'] }])
    expect(unknown.map((one) => [one.function, one.certain, one.possible])).toEqual([
      ['0000:00:01.0', [], ['0000:01:00.0']],
      ['0000:01:00.0', [], ['0000:00:01.0']],
    ])
    expect(unknown[1]!.missing).toContainEqual({
      function: '0000:00:01.0',
      fact: 'express type',
      unknown: 'only root may read configuration space past byte 0x40',
      path: '/sys/bus/pci/devices/0000:00:01.0/config',
    })
  })
  it('is no matter where every possible row says the same', () => {
    expect(
      groupsOf([
        port('0000:00:01.0', { acs, config: 'no control' }),
        { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint' },
      ]),
    ).toEqual(['00:01.0', '01:00.0'])
  })
})

describe('the kernel', () => {
  const nodes = (control: number): MadeNode[] => [
    port('0000:00:01.0', { acs: [0x1f, control] }),
    { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint' },
  ]
  it.each([
    ['5.10.251', 2],
    ['5.10.252', 1],
    ['5.10.253', 2],
    ['5.15.201', 2],
    ['5.15.202', 1],
    ['5.15.203', 2],
    ['6.6.127', 2],
    ['6.6.128', 1],
    ['6.6.134', 1],
    ['6.6.135', 2],
    ['6.1.164', 2],
    ['6.1.165', 1],
    ['6.1.168', 1],
    ['6.1.169', 2],
    ['6.12.75', 1],
    ['6.12.82', 1],
    ['6.12.83', 2],
    ['6.12.0-80-amd64', 2],
    ['6.18.10', 2],
  ])('%s groups what firmware left without ACS into %i', (kernel, count) => {
    expect(groupsOf(nodes(0), { kernel: { value: kernel } })).toHaveLength(count)
    expect(groupsOf(nodes(0x1d), { kernel: { value: kernel } })).toHaveLength(2)
  })
  it('takes ACS parameters', () => {
    const line = (commandLine: string, kernel = '7.3.4') =>
      groupsOf(nodes(0), { commandLine: { value: commandLine }, kernel: { value: kernel } }).length
    expect(line('quiet pci=disable_acs_redir=0000:00:01.0')).toBe(1)
    expect(line('pci=disable_acs_redir=0000:00:02.0')).toBe(2)
    expect(line('pci=noats,disable_acs_redir=pci:1234:5678', '6.1.192')).toBe(1)
    expect(line('pci=config_acs=xx0xx@0000:00:01.0')).toBe(1)
    expect(line('pci=config_acs=11111@0000:00:01.0')).toBe(2)
    // 6.1 does not know it.
    expect(line('pci=config_acs=xx0xx@0000:00:01.0', '6.1.192')).toBe(2)
    // The port in a path below itself.
    expect(line('pci=config_acs=0000000@0000:00:01.0/00.0')).toBe(2)
  })
  it('takes the first entry that is for a function, of the last parameter of a name', () => {
    const line = (commandLine: string, kernel = '7.3.4') =>
      groupsOf(nodes(0), { commandLine: { value: commandLine }, kernel: { value: kernel } }).length
    const [on, off] = ['11111@00:01.0', 'xx00x@00:01.0']
    expect(line(`pci=config_acs=${on};${off}`)).toBe(2)
    expect(line(`pci=config_acs=${off};${on}`)).toBe(1)
    expect(line(`pci=config_acs=0@00:02.0;${off}`)).toBe(1)
    expect(line(`pci=config_acs=${off},config_acs=${on}`)).toBe(2)
    expect(line(`pci=config_acs=${on} pci=config_acs=${off}`)).toBe(1)
    // What stands before a mistake counts.
    expect(line(`pci=config_acs=${off};nonsense;${on}`)).toBe(1)
    expect(line(`pci=config_acs=nonsense;${off}`)).toBe(2)
  })
  it.each([
    // Firmware left nothing on: what is not said goes back to that, once the kernel does as documented.
    ['config_acs=xx1xx@00:01.0', 0, { '6.12.22': 2, '6.12.23': 1, '6.13.10': 2, '6.13.11': 1 }],
    ['config_acs=xx1xx@00:01.0', 0, { '6.14.1': 2, '6.14.2': 1, '6.11.11': 2, '6.15': 1, '6.10.9': 2 }],
    // What is to be cleared stays as firmware had it.
    ['config_acs=00000@00:01.0', 0x1d, { '6.12.22': 2, '6.12.23': 1 }],
    ['config_acs=00000@00:01.0', 0, { '6.12.22': 1, '6.12.23': 1 }],
    ['disable_acs_redir=00:01.0', 0x1d, { '6.12.22': 2, '6.12.23': 1, '6.1.192': 1 }],
    ['disable_acs_redir=00:01.0', 0, { '6.12.22': 1, '6.12.23': 1, '6.1.192': 1 }],
    // Only the first entry that says a bit is read.
    ['config_acs=1@00:02.0;00000@00:01.0', 0, { '6.12.22': 2, '6.12.23': 1 }],
    ['config_acs=x@00:02.0;00000@00:01.0', 0, { '6.12.22': 1, '6.12.23': 1 }],
  ] as const)('applies pci=%s over %i as each release does', (parameter, control, kernels) => {
    for (const [kernel, count] of Object.entries(kernels)) {
      const facts = { commandLine: { value: `pci=${parameter}` }, kernel: { value: kernel } }
      expect([kernel, groupsOf(nodes(control), facts).length]).toEqual([kernel, count])
    }
  })
  it('with the override patch leaves alone what has the capability', () => {
    const without = [port('0000:00:01.0'), { ...nodes(0)[1]! }]
    const override = (machine: ReturnType<typeof madeTree>, more: object) =>
      predictGroups(
        machine,
        rulesFor(machine, { override: { downstream: false, multifunction: false, ids: [], ...more } }),
      ).groups.length
    expect(override(madeTree(without), {})).toBe(1)
    expect(override(madeTree(without), { downstream: true })).toBe(2)
    expect(override(madeTree(without), { ids: [[0x1234, 0x5678]] })).toBe(2)
    const two = ['0000:00:1f.0', '0000:00:1f.1'].map(
      (address): MadeNode => ({ address, express: 'endpoint' }),
    )
    expect(override(madeTree(two), { downstream: true })).toBe(1)
    expect(override(madeTree(two), { multifunction: true })).toBe(2)
  })
})
