import { afterEach, describe, expect, it } from 'vitest'
import {
  emulated as driver,
  hasQemu,
  native,
  spares as ports,
  tinyQemu,
} from '../../test/support/tiny-qemu.js'
import { attachSlot, detachSlot } from './hotplug.js'
import { freePorts, pluggedDevices } from './plugged.js'
import type { Qmp, QmpEvent } from './qmp.js'

const quick = { driver, limitMs: 300 }

describe.skipIf(!hasQemu)('a device plugged into a running QEMU', { timeout: 60_000 }, () => {
  let ending: () => Promise<void>
  afterEach(() => ending())

  async function start(...args: string[]): Promise<Qmp> {
    const { qmp, end } = await tinyQemu(...args)
    ending = end
    return qmp
  }

  const has = async (qmp: Qmp) => (await pluggedDevices(qmp, driver)).map(({ address }) => address).sort()

  it('stands behind the first free port, with its functions in their places, and leaves it again', async () => {
    const qmp = await start(...native, ...ports(2), '-device', 'nvme,serial=0000:07:00.0,bus=spare0')
    expect(await freePorts(qmp)).toEqual(['spare1'])
    const added: unknown[] = []
    const run = qmp.run.bind(qmp)
    qmp.run = (command, args) => {
      if (command === 'device_add') added.push(args)
      return run(command, args)
    }
    const attached = await attachSlot(qmp, ['0000:01:00.0', '0000:01:00.2'], quick)
    expect(attached).toEqual({ port: 'spare1', taken: false })
    expect(added).toEqual([
      { driver: 'nvme', serial: '0000:01:00.2', bus: 'spare1', addr: '0.2' },
      { driver: 'nvme', serial: '0000:01:00.0', bus: 'spare1', addr: '0.0', multifunction: true },
    ])
    expect(await has(qmp)).toEqual(['0000:01:00.0', '0000:01:00.2', '0000:07:00.0'])
    expect(await freePorts(qmp)).toEqual([])

    const gone = await detachSlot(qmp, '0000:01:00.2', quick)
    expect(gone.toSorted()).toEqual(['0000:01:00.0', '0000:01:00.2'])
    expect(await has(qmp)).toEqual(['0000:07:00.0'])
    expect(await freePorts(qmp)).toEqual(['spare1'])
  })

  it('is told to be taken once a driver has switched its BARs on', async () => {
    const qmp = await start(...native, ...ports(1))
    const run = qmp.run.bind(qmp)
    let asked = 0
    qmp.run = async (command, args) => {
      const said = await run(command, args)
      if (command !== 'query-pci' || ++asked < 3) return said
      const behind = [{ qdev_id: '', regions: [{ address: 0xfe200000 }] }]
      return [{ devices: [{ qdev_id: 'spare0', regions: [], pci_bridge: { devices: behind } }] }]
    }
    expect(await attachSlot(qmp, ['0000:01:00.0'], { driver, limitMs: 30_000 })).toMatchObject({
      taken: true,
    })
    expect(asked).toBe(3)
  })

  it('counts from function 0 in the machine where the host keeps that one', async () => {
    const qmp = await start(...native, ...ports(1))
    await attachSlot(qmp, ['0000:01:00.3'], quick)
    expect(await detachSlot(qmp, '0000:01:00.3', quick)).toEqual(['0000:01:00.3'])
  })

  it('is refused where no port is free', async () => {
    const qmp = await start(...native, ...ports(1), '-device', 'nvme,serial=0000:07:00.0,bus=spare0')
    await expect(attachSlot(qmp, ['0000:01:00.0'], quick)).rejects.toThrow('the machine has no free port')
  })

  it('that QEMU refuses leaves none of its functions behind', async () => {
    const qmp = await start(...native, ...ports(1))
    const run = qmp.run.bind(qmp)
    qmp.run = (command, args = {}) => run(command, args.addr === '0.0' ? { ...args, nosuch: 1 } : args)
    await expect(attachSlot(qmp, ['0000:01:00.0', '0000:01:00.1'], quick)).rejects.toThrow(
      "QEMU refused device_add: Property 'nvme.nosuch' not found",
    )
    expect(await has(qmp)).toEqual([])
    expect(await freePorts(qmp)).toEqual(['spare0'])
  })

  it('is kept by a machine whose system does not answer', async () => {
    const qmp = await start(...ports(1))
    await attachSlot(qmp, ['0000:01:00.0'], quick)
    await expect(detachSlot(qmp, '0000:01:00.0', quick)).rejects.toThrow(
      "the machine's system has not let go of 0000:01:00.0 in 0.3 s",
    )
    expect(await has(qmp)).toEqual(['0000:01:00.0'])
  })

  it('cannot be taken out of a machine that does not have it, or has it on its root bus', async () => {
    const qmp = await start('-device', 'nvme,serial=0000:07:00.0')
    await expect(detachSlot(qmp, '0000:01:00.0', quick)).rejects.toThrow(
      'the machine does not have 0000:01:00.0',
    )
    await expect(detachSlot(qmp, '0000:07:00.0', quick)).rejects.toThrow('not behind a port of its own')
  })

  it('is waited for until it is gone, the system refuses, the machine ends or the waiting is called off', async () => {
    const qmp = await start(...ports(1))
    await attachSlot(qmp, ['0000:01:00.0'], quick)
    const [device] = await pluggedDevices(qmp, driver)
    const later = (event: QmpEvent) => setTimeout(() => qmp.emit('event', event), 50)
    const longer = { driver, limitMs: 30_000 }
    later({ event: 'DEVICE_UNPLUG_GUEST_ERROR', data: { path: device!.path } })
    await expect(detachSlot(qmp, '0000:01:00.0', longer)).rejects.toThrow('refuses to let go')
    const called = new AbortController()
    setTimeout(() => called.abort(new Error('called off')), 50)
    await expect(detachSlot(qmp, '0000:01:00.0', { ...longer, signal: called.signal })).rejects.toThrow(
      'called off',
    )
    setTimeout(() => qmp.close(), 50)
    await expect(detachSlot(qmp, '0000:01:00.0', longer)).rejects.toThrow('the machine ended before')
  })
})
