import { readFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { lspciDumps } from '../../test/support/lspci-dumps.js'
import { openHost, record, recordedHost } from '../host/index.js'
import { type Machine, readMachine } from '../machine/index.js'
import { devicesNotes, devicesText } from './commands/devices.js'
import { devicesDocument } from './documents/devices.js'
import { groupsDocument } from './documents/groups.js'
import { showDocument } from './documents/show.js'
import { gather } from './gather.js'
import { groupsText } from './groups-text.js'
import { devicesSchema } from './schemas/devices.js'
import { groupsSchema } from './schemas/groups.js'
import { showSchema } from './schemas/show.js'
import { showText } from './show-text.js'
import { render, renderJson } from './text.js'

/** All that the reading commands print. */
function printed(machine: Machine): string {
  const devices = devicesDocument(machine)
  const groups = groupsDocument(machine)
  expect(devicesSchema.safeParse(devices).error?.issues).toBeUndefined()
  expect(groupsSchema.safeParse(groups).error?.issues).toBeUndefined()
  const pages = machine.functions.map((f) => showDocument(machine, f))
  for (const page of pages) expect(showSchema.safeParse(page).error?.issues).toBeUndefined()
  return [
    render([...devicesText(devices, 80), ...devicesNotes(devices, 80), ...groupsText(groups, 80)], false),
    ...pages.map((page) => render(showText(page, 80), false)),
    ...[devices, groups, ...pages].map(renderJson),
  ].join('')
}

/** Where the dump itself says another group (which is what is read here) than is known from elsewhere. */
const oracleDiffers: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'atharva-imac': { '0000:00:1f.5': 20 }, // "IOMMU group: 10" in the text
}

describe.runIf(lspciDumps.length > 0)('what is printed of a real computer', () => {
  it.each(lspciDumps)('%s fits the schemas, and is the same from a recording of it', async (path) => {
    const host = await openHost(path)
    const machine = readMachine(host)
    expect(machine.functions.length).toBeGreaterThan(0)
    const text = printed(machine)
    const recording = record(host, { program: 'test', recorded: 'now', pseudonyms: false }, gather)
    expect(printed(readMachine(recordedHost(recording, 'recording')))).toBe(text)
  })

  it.each(lspciDumps.filter((path) => path.endsWith('/lspci.txt')))(
    '%s has the groups that its kernel made',
    async (path) => {
      const oracle = JSON.parse(readFileSync(path.replace('lspci.txt', 'groups.json'), 'utf8')) as {
        readonly groups: Readonly<Record<string, number>>
      }
      const { source, groups } = groupsDocument(readMachine(await openHost(path)))
      const found = Object.fromEntries(
        groups.flatMap(({ number, functions }) => functions.map((address) => [address, number] as const)),
      )
      Object.assign(found, oracleDiffers[basename(dirname(path))])
      // A dump that shows no groups has none to compare; its groups are known from elsewhere.
      if (source === 'kernel') expect(found).toMatchObject(oracle.groups)
    },
  )
})
