import { describe, expect, it } from 'vitest'
import { type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { differences, membershipOf, predictFrom, predictGroups } from './index.js'
import { changeMachine, type WhatIf } from './what-if.js'

const acs = [0x1f, 0] as const

/** Two ports, of which the first has no ACS; a card with two functions in the first, a switch in the second. */
const nodes: readonly MadeNode[] = [
  { address: '0000:00:01.0', express: 'rootPort' },
  { address: '0000:00:02.0', express: 'rootPort', acs },
  { address: '0000:00:03.0', express: 'rootPort', acs },
  { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint', multifunction: true, acs },
  { address: '0000:01:00.1', parent: '0000:00:01.0', express: 'endpoint', acs },
  { address: '0000:02:00.0', parent: '0000:00:02.0', express: 'upstreamPort' },
  { address: '0000:03:00.0', parent: '0000:02:00.0', express: 'downstreamPort', acs },
  { address: '0000:03:01.0', parent: '0000:02:00.0', express: 'downstreamPort' },
  { address: '0000:04:00.0', parent: '0000:03:00.0', express: 'endpoint' },
]
const machine = madeTree(nodes)

function groupsWith(change: WhatIf): {
  readonly groups: readonly string[]
  readonly added: readonly string[]
} {
  const { subjects, rules, added } = changeMachine(machine, change)
  const { groups } = predictFrom(subjects, rules)
  return {
    groups: groups.map(({ functions }) => functions.map((one) => one.replace('0000:', '')).join(' ')),
    added,
  }
}

describe('a machine changed on paper', () => {
  it('has what it had where nothing is asked for', () => {
    expect(groupsWith({}).groups).toEqual([
      '00:01.0 01:00.0 01:00.1',
      '00:02.0',
      '00:03.0',
      '02:00.0',
      '03:00.0',
      '03:01.0',
      '04:00.0',
    ])
  })
  it('moves a whole card, and keeps its functions apart if the card does', () => {
    const { groups } = groupsWith({ move: [{ device: '0000:01:00.1', port: '0000:00:03.0' }] })
    expect(groups).toContain('01:00.0')
    expect(groups).toContain('01:00.1')
    expect(groups).toContain('00:01.0')
  })
  it('moves what is behind a card with it', () => {
    const { groups } = groupsWith({
      without: ['0000:01:00.0'],
      move: [{ device: '0000:02:00.0', port: '0000:00:01.0' }],
    })
    expect(groups).toContain('00:01.0 02:00.0 03:00.0 03:01.0 04:00.0')
  })
  it('lets two cards change places', () => {
    const { groups } = groupsWith({
      move: [
        { device: '0000:01:00.0', port: '0000:03:00.0' },
        { device: '0000:04:00.0', port: '0000:00:01.0' },
      ],
    })
    expect(groups).toEqual(expect.arrayContaining(['00:01.0 04:00.0', '01:00.0', '01:00.1']))
  })
  it('takes cards in, at the address that they would have', () => {
    expect(groupsWith({ add: [{ vendor: 0x10de, device: 0x2206, port: '0000:00:03.0' }] })).toMatchObject({
      added: ['0000:ff:00.0'],
      groups: expect.arrayContaining(['ff:00.0', '00:03.0']),
    })
    expect(groupsWith({ add: [{ vendor: 0x10de, device: 0x2206, port: '0000:03:01.0' }] }).groups).toContain(
      '03:01.0 ff:00.0',
    )
  })
  it('takes out what is behind a device, too', () => {
    expect(groupsWith({ without: ['0000:02:00.0'] }).groups).toEqual([
      '00:01.0 01:00.0 01:00.1',
      '00:02.0',
      '00:03.0',
    ])
  })
  it.each<[string, WhatIf, RegExp]>([
    ['no port', { add: [{ vendor: 1, device: 1, port: '0000:01:00.0' }] }, /is no port/],
    ['a switch', { add: [{ vendor: 1, device: 1, port: '0000:02:00.0' }] }, /upper side of a switch/],
    ['a full port', { add: [{ vendor: 1, device: 1, port: '0000:00:01.0' }] }, /room for one card/],
    ['itself', { move: [{ device: '0000:02:00.0', port: '0000:03:01.0' }] }, /behind itself/],
    ['nothing', { without: ['0000:01:00.0', '0000:01:00.1'] }, /taken out already/],
    ['a bad parameter', { configAcs: '101' }, /FLAGS@DEVICE/],
    ['too many bits', { configAcs: '10000000@00:01.0' }, /seven ACS bits/],
    ['no device', { configAcs: '1@nowhere' }, /names no device/],
    [
      'a kernel that does not know the parameter',
      { configAcs: '1@00:01.0', kernel: { major: 6, minor: 1, patch: 5 } },
      /6\.11 and later/,
    ],
  ])('refuses %s', (_, change, message) => {
    expect(() => changeMachine(machine, change)).toThrow(message)
  })
})

describe('differences', () => {
  it('name those whose company changed, and nobody who came or went', () => {
    const { subjects, rules } = changeMachine(machine, { without: ['0000:01:00.0'] })
    expect(
      differences(membershipOf(predictGroups(machine)), membershipOf(predictFrom(subjects, rules))),
    ).toEqual([])
    const better = madeTree(nodes.map((node) => (node.address === '0000:00:01.0' ? { ...node, acs } : node)))
    expect(differences(membershipOf(predictGroups(machine)), membershipOf(predictGroups(better)))).toEqual([
      { function: '0000:00:01.0', before: ['0000:01:00.0', '0000:01:00.1'], after: [] },
      { function: '0000:01:00.0', before: ['0000:00:01.0', '0000:01:00.1'], after: [] },
      { function: '0000:01:00.1', before: ['0000:00:01.0', '0000:01:00.0'], after: [] },
    ])
  })
  it("are found against the kernel's groups, where both are known", () => {
    const kernel = madeTree(nodes.map((node, i) => ({ ...node, group: i === 8 ? 1 : i })))
    const found = differences(membershipOf(kernel), membershipOf(predictGroups(kernel)))
    expect(found).toContainEqual({ function: '0000:04:00.0', before: ['0000:00:02.0'], after: [] })
    expect(found).toContainEqual({
      function: '0000:01:00.1',
      before: [],
      after: ['0000:00:01.0', '0000:01:00.0'],
    })
  })
})
