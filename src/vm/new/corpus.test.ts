/** A machine for each video and network card, disk and USB controller of real computers, of which only lspci text is known. */
import { describe, expect, it } from 'vitest'
import { lspciDumps } from '../../../test/support/lspci-dumps.js'
import { openHost } from '../../host/index.js'
import { knownValue, readMachine } from '../../machine/index.js'
import { parseDescription } from '../description/index.js'
import { describeMachine, systems, type Wish, writeDescription } from './index.js'

const classes = [0x01, 0x02, 0x03, 0x0c]

describe.runIf(lspciDumps.length > 0)('a machine for a real computer', () => {
  it.each(lspciDumps)('%s can be described, or it is said why not', async (path) => {
    const machine = readMachine(await openHost(path))
    const cards = machine.functions.filter(({ class: code }) =>
      classes.includes((knownValue(code) ?? 0) >> 16),
    )
    for (const [at, device] of cards.entries()) {
      const wish: Wish = {
        name: 'm',
        os: systems[at % systems.length]!,
        memoryBytes: 8n * 1024n ** 3n,
        cpus: 4,
        firmware: undefined,
        devices: [device],
        disks: ['m.qcow2'],
        isos: ['m.iso'],
        drivers: undefined,
        rom: undefined,
        lookingGlass: undefined,
        input: undefined,
      }
      const { decisions, problems } = describeMachine(machine, wish)
      for (const problem of problems) expect(problem).toMatch(/cannot be handed over|shares an IOMMU group/)
      const { devices } = parseDescription(writeDescription([], decisions), '/vms/m.yaml')
      expect(devices[0]!.host).toBe(device.address.replace(/^0000:/, ''))
    }
  })
})
