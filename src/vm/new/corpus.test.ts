/** A machine for each video and network card, disk and USB controller of real computers, of which only lspci text is known. The dumps lie beside the checkout where they are there at all. */
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { openHost } from '../../host/index.js'
import { knownValue, readMachine } from '../../machine/index.js'
import { parseDescription } from '../description/index.js'
import { describeMachine, systems, type Wish, writeDescription } from './index.js'

const shared = process.env.HANDOVER_SHARED ?? resolve(import.meta.dirname, '../../../../shared')
const corpus = join(shared, 'corpus')
const dumps = existsSync(corpus)
  ? [
      ...readdirSync(join(corpus, 'machines')).map((name) => join(corpus, 'machines', name, 'lspci.txt')),
      ...readdirSync(join(corpus, 'hexdumps')).map((name) => join(corpus, 'hexdumps', name)),
    ].filter((path) => existsSync(path) && statSync(path).isFile())
  : []
if (dumps.length === 0) console.log(`no dumps of real computers in ${corpus}: nothing is tried on them`)

const classes = [0x01, 0x02, 0x03, 0x0c]

describe.runIf(dumps.length > 0)('a machine for a real computer', () => {
  it.each(dumps)('%s can be described, or it is said why not', async (path) => {
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
