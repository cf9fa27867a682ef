import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { simulatedTools } from '../../test/support/simulated-tools.js'
import { emulated as driver, hasQemu, native, spares, tinyQemu } from '../../test/support/tiny-qemu.js'
import { planBinding } from '../changes/index.js'
import { readMachine } from '../machine/index.js'
import { carryOut, readJournal } from '../plan/index.js'
import { attachSlot, MachineError, pluggedDevices } from '../vm/index.js'
import { type Around, attach, detach, type Noted } from './plug.js'

const card = '0000:01:00.0'
const sound = '0000:01:00.1'
const beside = '0000:02:00.0'

/** A card of two functions, and a device that shares the group of its second. */
const computer = () =>
  new SimulatedHost([
    { address: card, driver: 'nvme', class: 0x010802, group: 1 },
    { address: sound, driver: 'snd_hda_intel', class: 0x040300, group: 2 },
    { address: beside, driver: 'e1000e', class: 0x020000, group: 2 },
  ])

/** Changes are made on a simulated host, and plugging is a real QEMU's. */
describe.skipIf(!hasQemu)('a device of the host', { timeout: 60_000 }, () => {
  let qemu: Awaited<ReturnType<typeof tinyQemu>>
  let root: string
  let host: SimulatedHost
  let noted: Noted
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'handover-test-'))
    host = computer()
    noted = { addresses: [], journals: [] }
  })
  afterEach(async () => {
    rmSync(root, { recursive: true })
    await qemu.end()
  })

  const tools = () => simulatedTools(host, root)
  const around = (): Around => ({
    ...{ running: { name: 'tiny', pid: qemu.pid }, noted: () => noted, note: (now) => (noted = now) },
    ...{ host, machine: readMachine(host), qmp: qemu.qmp, context: tools(), driver, accept: [] },
    ...{ signal: new AbortController().signal, limitMs: 300 },
    options: { root, asked: 'handover vm attach tiny gpu' },
  })
  const functionAt = (address: string) => readMachine(host).functions.find((f) => f.address === address)!
  const drivers = () => [card, sound, beside].map((address) => host.driverOf(address))
  const plugged = async () => (await pluggedDevices(qemu.qmp, driver)).map(({ address }) => address).sort()
  const atHome = ['nvme', 'snd_hda_intel', 'e1000e']
  const away = ['vfio-pci', 'vfio-pci', 'vfio-pci']

  it('goes into the machine with its slot and the groups bound, and comes back as it was', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    expect(await attach(around(), functionAt(sound))).toMatchObject({
      ...{ state: 'attached', functions: [card, sound], port: 'spare0', taken: false },
      binding: { made: expect.arrayContaining([card, sound, beside]) },
    })
    expect(drivers()).toEqual(away)
    expect(await plugged()).toEqual([card, sound])
    expect(noted).toEqual({ addresses: [card, sound], journals: [1] })
    expect(await attach(around(), functionAt(card))).toMatchObject({
      state: 'attached-already',
      binding: null,
    })

    expect(await detach(around(), functionAt(card))).toMatchObject({
      ...{ state: 'detached', functions: [card, sound], left: 'host', keptBy: [] },
    })
    expect(drivers()).toEqual(atHome)
    expect(await plugged()).toEqual([])
    expect(noted).toEqual({ addresses: [], journals: [] })
    expect(readJournal(root)).toMatchObject([{ state: 'undone' }])
  })

  it('that was bound before stays bound', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    await carryOut(planBinding(host, readMachine(host), [card, sound]), tools(), { root, asked: 'bind' })
    expect(await attach(around(), functionAt(card))).toMatchObject({ state: 'attached', binding: null })
    expect(await detach(around(), functionAt(card))).toMatchObject({ left: 'vfio-pci', keptBy: [] })
    expect(drivers()).toEqual(away)
  })

  it('of the description is given back, alone where the start of the machine took others too', async () => {
    qemu = await tinyQemu(...native, ...spares(2))
    host = new SimulatedHost([
      { address: card, driver: 'nvme', class: 0x010802, group: 1 },
      { address: beside, driver: 'e1000e', class: 0x020000, group: 2 },
    ])
    const { id } = await carryOut(planBinding(host, readMachine(host), [card, beside]), tools(), {
      ...{ root, asked: 'handover vm start tiny' },
    })
    noted = { addresses: [card, beside], journals: [id!] }
    // As those that were there at the start, but for the power of their slots.
    for (const address of [card, beside]) await attachSlot(qemu.qmp, [address], { driver, limitMs: 0 })
    expect(await detach(around(), functionAt(card))).toMatchObject({
      left: 'host',
      binding: { made: [card] },
    })
    expect([host.driverOf(card), host.driverOf(beside)]).toEqual(['nvme', 'vfio-pci'])
    expect(noted).toEqual({ addresses: [beside], journals: [id] })
    expect(await detach(around(), functionAt(beside))).toMatchObject({ left: 'host', binding: null })
    expect([host.driverOf(card), host.driverOf(beside)]).toEqual(['nvme', 'e1000e'])
    expect(noted).toEqual({ addresses: [], journals: [] })
  })

  it('stays with vfio-pci while the machine keeps another of its group', async () => {
    qemu = await tinyQemu(...native, ...spares(2))
    await attach(around(), functionAt(beside))
    await attach(around(), functionAt(sound))
    expect(await detach(around(), functionAt(sound))).toMatchObject({
      ...{ left: 'vfio-pci', keptBy: [beside], functions: [card, sound] },
    })
    expect(drivers()).toEqual(away)
    expect(noted).toEqual({ addresses: [beside], journals: [1, 2] })
  })

  it('leaves no driver where no port is free', async () => {
    qemu = await tinyQemu(...native)
    await expect(attach(around(), functionAt(card))).rejects.toThrow('tiny has no free port')
    expect(drivers()).toEqual(atHome)
  })

  it('is put back where QEMU refuses it', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    const refusing = { ...around(), driver: { driver: 'nosuch', names: 'serial' } }
    await expect(attach(refusing, functionAt(card))).rejects.toThrow(
      "'nosuch' is not a valid device model name",
    )
    expect(drivers()).toEqual(atHome)
    expect(noted).toEqual({ addresses: [], journals: [] })
  })

  it('is put back where the machine has ended before it was there', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    const note = () => {
      throw new MachineError('tiny does not run')
    }
    await expect(attach({ ...around(), note }, functionAt(card))).rejects.toThrow('tiny does not run')
    expect(drivers()).toEqual(atHome)
  })

  it('is refused as bind refuses it, and nothing is done', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    host = new SimulatedHost([{ address: card, driver: 'nvme', class: 0x010802 }])
    const refused = await attach(around(), functionAt(card))
    expect(refused).toMatchObject({ state: 'refused', binding: { refusals: [{ rule: 'no-iommu-group' }] } })
    expect(await plugged()).toEqual([])
  })

  it('that another machine has open is refused', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    await carryOut(planBinding(host, readMachine(host), [card]), tools(), { root, asked: 'bind' })
    host.node(card, 'vfio-dev', 'vfio/devices/vfio0', '511:0')
    host.process(99, 'qemu-system-x86', '/dev/vfio/devices/vfio0')
    await expect(attach(around(), functionAt(card))).rejects.toThrow(
      `${card} is in use: qemu-system-x86 (process 99) has /dev/vfio/devices/vfio0 open`,
    )
  })

  it('is kept out where QEMU may not lock the memory of the machine', async () => {
    qemu = await tinyQemu(...native, ...spares(1))
    host.file(
      `/proc/${qemu.pid}/limits`,
      'Max locked memory         8388608              8388608              bytes     \n',
    )
    host.file(`/proc/${qemu.pid}/status`, 'CapEff:\t0000000000000000\n')
    await expect(attach(around(), functionAt(card))).rejects.toThrow(
      "QEMU of tiny may lock 8 MiB of memory, and the machine's 128 MiB must be locked",
    )
    host.file(`/proc/${qemu.pid}/status`, 'CapEff:\t000001ffffffffff\n')
    expect(await attach(around(), functionAt(card))).toMatchObject({ state: 'attached' })
  })

  it('stays in the machine, and with vfio-pci, where its system does not let go', async () => {
    qemu = await tinyQemu(...spares(1))
    await attach(around(), functionAt(card))
    await expect(detach(around(), functionAt(card))).rejects.toThrow('has not let go')
    expect(drivers()).toEqual(away)
    expect(noted).toEqual({ addresses: [card, sound], journals: [1] })
  })
})
