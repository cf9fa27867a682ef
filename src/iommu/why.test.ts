import { describe, expect, it } from 'vitest'
import { type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { slotsOf, whyGroup } from './index.js'

const acs = [0x1f, 0] as const
const nodes: readonly MadeNode[] = [
  { address: '0000:00:01.0', express: 'rootPort', acs },
  { address: '0000:00:02.0', express: 'rootPort' },
  { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'expressToPci' },
  { address: '0000:02:01.0', parent: '0000:01:00.0' },
  { address: '0000:03:00.0', parent: '0000:00:02.0', express: 'endpoint' },
  { address: '0000:00:1f.0', express: 'endpoint', multifunction: true },
  { address: '0000:00:1f.3', express: 'endpoint', ids: [0x10b5, 0x87b0] },
  { address: '0000:00:1f.4', express: 'endpoint' },
]
const machine = madeTree(nodes)

describe('why', () => {
  it('names the bridge whose id the requests carry', () => {
    const { group, steps } = whyGroup(machine, '0000:02:01.0')
    expect(group).toEqual(['0000:01:00.0', '0000:02:01.0'])
    expect(steps).toEqual([
      { kind: 'bridge id', function: '0000:02:01.0', bridge: '0000:01:00.0', decided: true },
    ])
  })
  it('names the port that does not isolate, and what it lacks', () => {
    const { steps } = whyGroup(machine, '0000:03:00.0')
    expect(steps).toMatchObject([
      {
        kind: 'path',
        bridge: '0000:00:02.0',
        isolates: false,
        decided: true,
        asked: [{ function: '0000:00:02.0', verdict: { because: { kind: 'no ACS capability' } } }],
      },
    ])
  })
  it('shows what the ports on a path that isolates had and have', () => {
    const { steps, group } = whyGroup(machine, '0000:01:00.0')
    expect(group).toHaveLength(2)
    expect(steps[0]).toMatchObject({
      kind: 'path',
      isolates: true,
      decided: false,
      asked: [{ verdict: { isolates: true, because: { kind: 'ACS capability', had: 0x1d, enabled: 0x1d } } }],
    })
    expect(steps[1]).toMatchObject({ kind: 'neighbours', with: [], decided: true })
  })
  it('names neighbours, aliases with the row that knows them, and how each other member came', () => {
    const { steps, others } = whyGroup(machine, '0000:00:1f.4')
    expect(steps.at(-1)!.decided).toBe(true)
    expect(
      steps.some((step) => step.kind === 'alias' && step.quirk?.source === 'quirk_plx_ntb_dma_alias'),
    ).toBe(true)
    expect(others.length).toBeGreaterThan(0)
    for (const { step } of others) expect(step.decided).toBe(true)
  })
})

describe('slots', () => {
  it('say who would share a card there, without what is there now', () => {
    expect(slotsOf(machine).map(({ port, occupants, sharesWith }) => [port, occupants, sharesWith])).toEqual([
      // The non-transparent bridge takes all of its bus into its group, ports and all.
      ['0000:00:01.0', ['0000:01:00.0'], []],
      [
        '0000:00:02.0',
        ['0000:03:00.0'],
        ['0000:00:01.0', '0000:00:02.0', '0000:00:1f.0', '0000:00:1f.3', '0000:00:1f.4'],
      ],
      ['0000:01:00.0', ['0000:02:01.0'], ['0000:01:00.0']],
    ])
  })
  it('are not answered where the path is not known', () => {
    const [slot] = slotsOf(madeTree([{ address: '0000:00:01.0', express: 'rootPort', config: 'denied' }]))
    expect(slot).toMatchObject({
      sharesWith: { missing: [{ function: '0000:00:01.0', fact: 'express type' }] },
    })
  })
})
