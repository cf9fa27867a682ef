import { describe, expect, it } from 'vitest'
import { simulatedContext as context } from '../../test/support/simulated-context.js'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import { HostWriteError } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import type { ChangeEvent } from './change.js'
import {
  BlockedError,
  ChangeFailedError,
  HeldError,
  PrivilegeError,
  RefusedError,
  StaleError,
  UndoFailedError,
} from './errors.js'
import { diff } from './kinds.js'
import { planBinding, planReturn } from './plan-binding.js'
import { applyPlan, giveBack, undoAll } from './sequence.js'
import { directWriter, type Write, type Writer } from './writer.js'

const gpu = '0000:01:00.0'
const sound = '0000:01:00.1'
const serial = '0000:01:00.2'
const all = [gpu, sound, serial]

/** A card of three functions in one group: one with a driver, one with an override of its own, one with no driver. */
function card(): SimulatedHost {
  const host = new SimulatedHost([
    { address: gpu, driver: 'amdgpu', class: 0x030000, group: 1 },
    { address: sound, driver: 'snd_hda_intel', override: 'snd_hda_intel', class: 0x040300, group: 1 },
    { address: serial, class: 0x0c8000, group: 1 },
  ])
  host.link('/sys/class/graphics/fb0', `../../devices/pci0000:00/${gpu}/graphics/fb0`)
  return host.console('vtcon1', '(M) frame buffer device', true)
}

const planned = (host: SimulatedHost) => planBinding(host, readMachine(host), [gpu], { accept: ['display'] })
const state = (host: SimulatedHost) => [
  ...all.map((address) => [host.driverOf(address), host.overrideOf(address)]),
  host.readText('/sys/class/vtconsole/vtcon1/bind'),
]
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )

describe('a plan to bind', () => {
  it('is made and undone, and what was before is there again', async () => {
    const host = card()
    const before = state(host)
    const made = await applyPlan(planned(host), context(host))
    expect(all.map((address) => [host.driverOf(address), host.overrideOf(address)])).toEqual(
      all.map(() => ['vfio-pci', 'vfio-pci']),
    )
    expect(host.readText('/sys/class/vtconsole/vtcon1/bind')).toEqual({ kind: 'value', value: '0\n' })
    expect(made).toHaveLength(4)
    await undoAll(made, context(host))
    expect(state(host)).toEqual(before)
  })

  it('changes nothing the second time, and undoing twice is undoing once', async () => {
    const host = card()
    const plan = planned(host)
    const before = state(host)
    const made = await applyPlan(plan, context(host))
    host.writes.length = 0
    expect(await applyPlan(plan, context(host))).toEqual([])
    expect(plan.changes.flatMap((change) => diff(change, host))).toEqual([])
    expect(host.writes).toEqual([])
    await undoAll(made, context(host))
    host.writes.length = 0
    await undoAll(made, context(host))
    expect(host.writes).toEqual([])
    expect(state(host)).toEqual(before)
  })

  it('is put back whichever of its writes fails', async () => {
    const writes = await (async () => {
      const host = card()
      await applyPlan(planned(host), context(host))
      return host.writes
    })()
    expect(writes.length).toBeGreaterThan(7)
    for (const write of writes) {
      const host = card()
      const before = state(host)
      host.failures.set(write, 'EIO')
      const error = await rejection(applyPlan(planned(host), context(host)))
      expect(error, write).toBeInstanceOf(ChangeFailedError)
      expect((error as ChangeFailedError).cause, write).toBeInstanceOf(HostWriteError)
      expect((error as ChangeFailedError).notPutBack, write).toEqual([])
      expect(state(host), write).toEqual(before)
    }
  })

  it('names what could not be put back, and puts back the rest', async () => {
    const host = card()
    const plan = planned(host)
    host.failures.set(`/sys/bus/pci/drivers/vfio-pci/bind <- ${gpu}`, 'EINVAL')
    host.failures.set(`/sys/bus/pci/drivers/snd_hda_intel/bind <- ${sound}`, 'ENODEV')
    const error = await rejection(applyPlan(plan, context(host)))
    expect(error).toBeInstanceOf(ChangeFailedError)
    const { notPutBack, message } = error as ChangeFailedError
    expect(notPutBack).toMatchObject([{ change: { address: sound }, error: { code: 'ENODEV' } }])
    expect(message).toContain(`${sound} was not put back`)
    expect([host.driverOf(gpu), host.driverOf(serial)]).toEqual(['amdgpu', null])
  })

  it('is not begun without privilege, with refusals, or when things have changed meanwhile', async () => {
    const host = card()
    const plan = planned(host)
    expect(await rejection(applyPlan(plan, context(host, { privileged: false })))).toBeInstanceOf(
      PrivilegeError,
    )
    const refused = planBinding(host, readMachine(host), [gpu])
    expect(refused.refusals).toMatchObject([{ role: 'display' }])
    expect(await rejection(applyPlan(refused, context(host)))).toBeInstanceOf(RefusedError)
    expect(host.writes).toEqual([])
    host.writeText('/sys/bus/pci/drivers/amdgpu/unbind', gpu)
    host.writes.length = 0
    expect(await rejection(applyPlan(plan, context(host)))).toBeInstanceOf(StaleError)
    expect(host.writes).toEqual([])
  })

  it('stops between two changes when it is told to, and puts back', async () => {
    const host = card()
    const before = state(host)
    const stop = new AbortController()
    const report = (event: ChangeEvent) => {
      if (event.kind === 'applied' && event.change.kind === 'driver-binding') stop.abort()
    }
    const error = await rejection(applyPlan(planned(host), context(host, { report }), stop.signal))
    expect(error).toBe(stop.signal.reason)
    expect(host.writes.length).toBeGreaterThan(2)
    expect(state(host)).toEqual(before)
  })

  it('is not begun while somebody has a disk open, and says who', async () => {
    const host = card()
    host.node(gpu, 'block', 'nvme0n1', '259:0').process(77, 'dd', '/dev/nvme0n1')
    const events: ChangeEvent[] = []
    const report = (event: ChangeEvent) => void events.push(event)
    const error = await rejection(
      applyPlan(planned(host), context(host, { report, limits: { closeMs: 250, writeMs: 10 } })),
    )
    expect(error).toBeInstanceOf(HeldError)
    expect((error as HeldError).holders).toEqual([
      { kind: 'process', pid: 77, command: 'dd', path: '/dev/nvme0n1' },
    ])
    expect(events).toMatchObject([{ kind: 'held', address: gpu }])
    expect(host.writes).toEqual([])
  })

  it('goes on when they close it in time', async () => {
    const host = card()
    host.node(gpu, 'block', 'nvme0n1', '259:0').process(77, 'dd', '/dev/nvme0n1')
    const report = (event: ChangeEvent) => void (event.kind === 'held' && host.remove('/proc/77/fd/3'))
    await applyPlan(planned(host), context(host, { report, limits: { closeMs: 2000, writeMs: 10 } }))
    expect(host.driverOf(gpu)).toBe('vfio-pci')
  })

  it('is not begun where it cannot be told who has a disk open', async () => {
    const host = card()
    host.node(gpu, 'block', 'nvme0n1', '259:0').deny('/proc/77/fd')
    host.list = (
      (list) => (path: string) =>
        path === '/proc/77/fd' ? { kind: 'denied' as const } : list(path)
    )(host.list.bind(host))
    expect(await rejection(applyPlan(planned(host), context(host)))).toMatchObject({
      name: 'UnreadableError',
    })
    expect(host.writes).toEqual([])
  })
})

it('a device that is gone has nothing to be put back', async () => {
  const host = new SimulatedHost()
  const after = { driver: 'vfio-pci', override: 'vfio-pci' }
  const before = { driver: 'amdgpu', override: null }
  await undoAll([{ kind: 'driver-binding', address: gpu, before, after }], context(host))
  expect(host.writes).toEqual([])
})

describe('a driver that does not let go', () => {
  /** Never comes back from one write, and keeps what was left to be done after it. */
  function stuckAt(host: SimulatedHost, path: string, text: string): Writer & { later: readonly Write[] } {
    const direct = directWriter(host)
    return {
      later: [],
      async write(write, limitMs, later) {
        if (write.path !== path || write.text !== text) return direct.write(write, limitMs, later)
        this.later = later
        return { blocked: true, pid: 4242 }
      },
      close: () => undefined,
    }
  }

  it('is reported with who holds it; the others are put back, and it is left to go home when it does', async () => {
    const host = card()
    host.node(gpu, 'sound', 'snd/controlC0', '116:0').process(88, 'pipewire', '/dev/snd/controlC0 (deleted)')
    const before = state(host)
    const unbind = { path: '/sys/bus/pci/drivers/amdgpu/unbind', text: gpu }
    const writer = stuckAt(host, unbind.path, unbind.text)
    const error = await rejection(applyPlan(planned(host), context(host, { writer })))
    expect(error).toBeInstanceOf(ChangeFailedError)
    const { cause, notPutBack } = error as ChangeFailedError
    expect(cause).toBeInstanceOf(BlockedError)
    expect(cause).toMatchObject({
      address: gpu,
      driver: 'amdgpu',
      pid: 4242,
      holders: [{ pid: 88, command: 'pipewire' }],
    })
    expect(notPutBack).toEqual([])
    expect(host.driverOf(sound)).toBe('snd_hda_intel')
    // It lets go after all:
    host.writeText(unbind.path, unbind.text)
    for (const { path, text } of writer.later) host.writeText(path, text)
    expect(state(host)).toEqual(before)
  })

  it('at vfio-pci, which does not come back from taking a function, it is taken from there again', async () => {
    const host = card()
    const before = state(host)
    const bind = { path: '/sys/bus/pci/drivers/vfio-pci/bind', text: gpu }
    const writer = stuckAt(host, bind.path, bind.text)
    await rejection(applyPlan(planned(host), context(host, { writer })))
    host.writeText(bind.path, bind.text)
    for (const { path, text } of writer.later) host.writeText(path, text)
    expect(state(host)).toEqual(before)
  })
})

describe('a plan to give back', () => {
  const bound = () =>
    new SimulatedHost([
      { address: gpu, driver: 'vfio-pci', native: 'amdgpu', override: 'vfio-pci', group: 1 },
      { address: sound, driver: 'vfio-pci', native: 'snd_hda_intel', override: 'vfio-pci', group: 1 },
      { address: serial, override: 'vfio-pci', group: 1 },
    ])

  it('lets the kernel find the drivers, and does nothing the second time', async () => {
    const host = bound()
    expect(await giveBack(planReturn(readMachine(host), [sound]), context(host))).toHaveLength(3)
    expect(all.map((address) => [host.driverOf(address), host.overrideOf(address)])).toEqual([
      ['amdgpu', null],
      ['snd_hda_intel', null],
      [null, null],
    ])
    host.writes.length = 0
    expect(await giveBack(planReturn(readMachine(host), [sound]), context(host))).toEqual([])
    expect(host.writes).toEqual([])
  })

  it('gives back the rest where one cannot be, and names that', async () => {
    const host = bound()
    host.failures.set(`/sys/bus/pci/drivers/vfio-pci/unbind <- ${gpu}`, 'EIO')
    const error = await rejection(giveBack(planReturn(readMachine(host), [gpu]), context(host)))
    expect(error).toBeInstanceOf(UndoFailedError)
    expect((error as UndoFailedError).notPutBack).toMatchObject([
      { change: { address: gpu }, error: { code: 'EIO' } },
    ])
    expect(host.driverOf(sound)).toBe('snd_hda_intel')
  })

  it('is not begun while a machine has it, and says which', async () => {
    const host = bound()
    host
      .link('/sys/class/vfio/1', '../../devices/virtual/vfio/1')
      .process(99, 'qemu-system-x86', '/dev/vfio/1')
    const error = await rejection(giveBack(planReturn(readMachine(host), [gpu]), context(host)))
    expect(error).toBeInstanceOf(HeldError)
    expect(error).toMatchObject({ holders: [{ pid: 99, command: 'qemu-system-x86', path: '/dev/vfio/1' }] })
    expect(host.writes).toEqual([])
  })

  it('says where vfio-pci takes it again by its id', async () => {
    const host = new SimulatedHost([{ address: gpu, driver: 'vfio-pci', override: 'vfio-pci', group: 1 }])
    const error = await rejection(giveBack(planReturn(readMachine(host), [gpu]), context(host)))
    expect((error as UndoFailedError).notPutBack[0]!.error.message).toMatch(/by their id.*remove_id/)
  })
})
