import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { simulatedTools } from '../../test/support/simulated-tools.js'
import { planBinding, planReturn } from '../changes/index.js'
import { readMachine } from '../machine/index.js'
import { carryOut, carryOutReturn, readJournal } from '../plan/index.js'
import { giveBack } from './give-back.js'

const card = '0000:01:00.0'
const beside = '0000:02:00.0'

/** A machine was started with both devices, under number 1. */
describe('the devices of a machine that has ended', () => {
  let root: string
  let host: SimulatedHost
  const bind = (address: string) =>
    carryOut(planBinding(host, readMachine(host), [address]), simulatedTools(host, root), {
      ...{ root, asked: `handover bind ${address}` },
    })
  const unbind = (address: string) =>
    carryOutReturn(planReturn(readMachine(host), [address]), simulatedTools(host, root), {
      ...{ root, asked: `handover unbind ${address}` },
    })
  const drivers = () => [card, beside].map((address) => host.driverOf(address))
  const states = () => readJournal(root).map(({ state }) => state)

  beforeEach(async () => {
    root = mkdtempSync(join(tmpdir(), 'handover-test-'))
    host = new SimulatedHost([
      { address: card, driver: 'nvme', class: 0x010802, group: 1 },
      { address: beside, driver: 'e1000e', class: 0x020000, group: 2 },
    ])
    await carryOut(planBinding(host, readMachine(host), [card, beside]), simulatedTools(host, root), {
      ...{ root, asked: 'handover vm start m' },
    })
    expect(drivers()).toEqual(['vfio-pci', 'vfio-pci'])
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('come back when one of them was detached before', async () => {
    await unbind(card)
    await giveBack([1], simulatedTools(host, root), root)
    expect(drivers()).toEqual(['nvme', 'e1000e'])
    expect(states()).toEqual(['undone', 'applied'])
  })

  it('stay where another machine or a person has put them since', async () => {
    await unbind(card)
    await bind(card)
    await giveBack([1], simulatedTools(host, root), root)
    expect(drivers()).toEqual(['vfio-pci', 'e1000e'])
    await unbind(beside)
  })

  it('come back where it was the machine itself that had one again', async () => {
    await unbind(card)
    await bind(card)
    await giveBack([1, 3], simulatedTools(host, root), root)
    expect(drivers()).toEqual(['nvme', 'e1000e'])
    expect(states()).toEqual(['undone', 'applied', 'undone'])
  })

  it('come back where they could not be detached', async () => {
    host.failures.set(`/sys/bus/pci/drivers/vfio-pci/unbind <- ${card}`, 'EIO')
    await expect(unbind(card)).rejects.toThrow('EIO')
    host.failures.clear()
    await giveBack([1], simulatedTools(host, root), root)
    expect(drivers()).toEqual(['nvme', 'e1000e'])
  })

  it('are not looked at when all was dealt with', async () => {
    await unbind(card)
    await unbind(beside)
    await giveBack([1], simulatedTools(host, root), root)
    expect(states()).toEqual(['applied', 'applied', 'applied'])
  })
})
