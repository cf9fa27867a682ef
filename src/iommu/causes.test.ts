import { describe, expect, it } from 'vitest'
import { type MadeNode, madeTree } from '../../test/support/made-tree.js'
import { causesOf } from './causes.js'

/** A port and a card behind it, each in the group given. */
const computer = (
  groups: readonly [port: number, card: number],
  kernel: string,
  commandLine: string,
  acs?: MadeNode['acs'],
) =>
  madeTree(
    [
      { address: '0000:00:01.0', express: 'rootPort', acs, group: groups[0], ids: [0x1234, 0xa110] },
      { address: '0000:01:00.0', parent: '0000:00:01.0', express: 'endpoint', group: groups[1] },
    ],
    { kernel: { value: kernel }, commandLine: { value: commandLine } },
  )
const apart = [1, 2] as const
const together = [1, 1] as const

describe('why the prediction differs from what the kernel made', () => {
  it.each([
    ['quiet pcie_acs_override=downstream,multifunction', ['override patch']],
    ['pcie_acs_override=nonsense,id:1234:a110', ['override patch']],
    ['pcie_acs_override=id:1234:a111', []],
    ['pcie_acs_override=multifunction', []],
    ['quiet', []],
  ])('may be the override patch: %s', (line, causes) => {
    expect(causesOf(computer(apart, '6.12.57', line))).toEqual(causes)
  })

  it.each([
    ['6.1.0-50-amd64', ['late ACS']],
    ['6.12-custom', ['late ACS']],
    // Its release is known, and is none of those.
    ['6.12.57', []],
    ['6.18.0-1-amd64', []],
  ])('may be a release that switches ACS on too late: %s', (kernel, causes) => {
    expect(causesOf(computer(together, kernel, '', [0x1d, 0]))).toEqual(causes)
    // Firmware had it on already: then that is no reason.
    expect(causesOf(computer(together, kernel, '', [0x1d, 0x1d]))).toEqual([])
  })
})
