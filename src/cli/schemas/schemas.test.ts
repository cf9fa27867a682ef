import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { edited } from '../../../test/support/edited-host.js'
import { ungrouped, workstation, workstationFiles } from '../../../test/support/made-computers.js'
import { madeHost } from '../../../test/support/made-host.js'
import { planBinding } from '../../changes/index.js'
import { type Host, liveHost, recordedHost } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { makePlan } from '../../plan/index.js'
import { bindingDocument } from '../documents/binding.js'
import { devicesDocument } from '../documents/devices.js'
import { groupsDocument } from '../documents/groups.js'
import { planDocument } from '../documents/plan.js'
import { romDocument } from '../documents/rom.js'
import { showDocument } from '../documents/show.js'
import { slotsDocument } from '../documents/slots.js'
import { renderJson } from '../text.js'
import { schemaNames, schemas } from './index.js'

const oldRecording = recordedHost(
  JSON.stringify({
    format: 'handover.recording/1',
    program: 'x',
    recorded: 'x',
    pseudonyms: false,
    files: { '/sys/bus/pci/devices': { list: ['0000:00:02.0'] } },
  }),
  'old.json',
)
const hosts: readonly (readonly [name: string, host: Host])[] = [
  ['a workstation', workstation()],
  ['one without an IOMMU', ungrouped()],
  ['an old recording that holds next to nothing', oldRecording],
  ['a computer without sysfs', madeHost({ '/proc/cmdline': '\n' })],
  ['this computer', liveHost()],
]

/** As it is printed, checked by the JSON schema's own rules: what the schema calls strict allows nothing more. */
async function check(name: string, document: unknown): Promise<void> {
  const printed = JSON.parse(renderJson(document)) as { readonly schema: string }
  const result = (await schemas[name]!()).safeParse(printed)
  expect(result.error?.issues ?? []).toEqual([])
  expect(printed.schema).toMatch(/^handover\.[a-z]+\/1$/)
}

describe.each(hosts)('what is printed of %s fits its schema', (_, host) => {
  const machine = readMachine(host)
  it('devices', () => check('devices', devicesDocument(machine)))
  it('groups', () => check('groups', groupsDocument(machine)))
  it('groups, predicted and explained', () => {
    const why = machine.functions[0]?.address
    return check('groups', groupsDocument(machine, { predict: true, ...(why ? { why } : {}) }))
  })
  it('slots', () => check('slots', slotsDocument(machine)))
  it('show, every function', async () => {
    for (const f of machine.functions) await check('show', showDocument(machine, f))
  })
})

describe('what is printed of plans and ROMs fits its schema', () => {
  const host = madeHost({
    ...workstationFiles,
    '/sys/bus/pci/drivers/vfio-pci/module': '',
    '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/sriov_totalvfs': '1\n',
    '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/sriov_numvfs': '0\n',
  })
  const machine = readMachine(host)

  it('a plan that is refused, and the same one accepted', async () => {
    for (const accept of [[], ['display']] as const) {
      const plan = planBinding(host, machine, ['0000:01:00.0'], { accept })
      expect(plan.refusals.map(({ role }) => role)).toEqual(accept.length === 0 ? ['display'] : [])
      expect(plan.changes.length).toBeGreaterThan(0)
      await check('bind', bindingDocument(plan, null))
      await check('unbind', bindingDocument(plan, plan.changes))
    }
  })

  it('a plan with everything that is wanted of the host', async () => {
    const wishes = {
      group: 'kvm',
      functions: '1',
      mediated: { type: 'nvidia-63', uuid: '83b8f4f2-509f-482f-8c1e-e6bfe0fa1001' },
      cpus: '1',
    }
    const folder = '/sys/bus/pci/devices/0000:01:00.0'
    const more = edited(host, {
      '/etc/security/limits.conf': '',
      '/sys/devices/system/cpu/online': '0-3\n',
      [`${folder}/sriov_drivers_autoprobe`]: '1\n',
      [`${folder}/mdev_supported_types/nvidia-63/available_instances`]: '1\n',
    })
    const intent = { devices: ['0000:01:00.0'], boot: false, byId: false, accept: [], host: wishes }
    const document = planDocument(makePlan(more, readMachine(more), intent), '2026-11-25T00:00:00Z')
    expect(document.changes.map(({ kind }) => kind)).toEqual([
      'configuration',
      'attribute',
      'attribute',
      'mediated-device',
    ])
    expect(document.byHand).toMatchObject([{ edit: expect.stringContaining('the processors 1') }])
    expect(document.intent.host).toEqual(wishes)
    await check('plan', document)
  })

  it('a ROM with an image, and one that is broken', async () => {
    const bytes = new Uint8Array(512)
    bytes.set([0x55, 0xaa, 1])
    bytes[0x18] = 0x1c
    bytes.set([0x50, 0x43, 0x49, 0x52, 0xde, 0x10, 0x06, 0x22], 0x1c)
    bytes.set([0x18, 0], 0x1c + 0x0a)
    bytes.set([1, 0], 0x1c + 0x10)
    bytes[0x1c + 0x15] = 0x80
    const f = machine.functions.find(({ address }) => address === '0000:01:00.0')!
    const document = romDocument(f, 'card.rom', { bytes, source: 'card' })
    expect(document).toMatchObject({
      images: [{ vendor: '0x10de', devices: ['0x2206'] }],
      isForThisDevice: true,
    })
    await check('rom', document)
    await check('rom', romDocument(f, 'card.rom', { bytes: bytes.slice(1), source: 'shadow' }))
  })
})

describe('the schemas', () => {
  it.each(schemaNames)('%s is printed as JSON schema, whole', async (name) => {
    const schema = z.toJSONSchema(await schemas[name]!()) as { readonly properties: object }
    expect(Object.keys(schema.properties).length).toBeGreaterThan(1)
  })

  it('refuse what they do not describe', async () => {
    const document = devicesDocument(readMachine(workstation()))
    const parse = async (value: unknown) => (await schemas.devices!()).safeParse(value).success
    expect(await parse({ ...document, extra: 1 })).toBe(false)
    expect(await parse({ ...document, schema: 'handover.devices/2' })).toBe(false)
  })
})
