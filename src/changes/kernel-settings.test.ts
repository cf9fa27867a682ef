import { describe, expect, it } from 'vitest'
import { simulatedContext as context } from '../../test/support/simulated-context.js'
import { SimulatedHost } from '../../test/support/simulated-host.js'
import type { Attribute, BarSize, MediatedDevice } from './change.js'
import { apply, check, describe as describeChange, diff, undo } from './kinds.js'
import { applyAll, undoAll } from './sequence.js'

const card = '0000:01:00.0'
const part = '0000:01:00.1'

describe('an attribute', () => {
  const path = '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages'
  const pages: Attribute = {
    kind: 'attribute',
    title: 'huge pages of 2 MiB',
    path,
    before: '4',
    after: '512',
    ifLess: 'ask for less',
  }
  const host = (now = '4') => new SimulatedHost().file(path, `${now}\n`)
  const now = (of: SimulatedHost) => of.readText(path)

  it('is written, and written back', async () => {
    const it = host()
    expect(diff(pages, it)).toEqual([{ path, from: '4', to: '512' }])
    await applyAll([pages], context(it))
    expect(diff(pages, it)).toEqual([])
    await undoAll([pages], context(it))
    await undoAll([pages], context(it))
    expect(it.writes).toEqual([`${path} <- 512`, `${path} <- 4`])
    expect(describeChange(pages)).toMatchObject({ target: 'huge pages of 2 MiB', from: '4', to: '512' })
  })

  it('is not written where it is not as it was planned for', async () => {
    const it = host('8')
    await expect(check(pages, context(it))).rejects.toMatchObject({ name: 'StaleError' })
    await expect(applyAll([pages], context(it))).rejects.toThrow(`${path} had 4 when this was planned`)
    expect(it.writes).toEqual([])
  })

  it('is put back where the kernel gives less, and how much it gave is said', async () => {
    const it = host()
    it.effects.set(path, (text) => it.file(path, `${Math.min(Number(text), 100)}\n`))
    await expect(applyAll([pages], context(it))).rejects.toThrow(
      `${path} is 100 where 512 was expected; ask for less`,
    )
    expect(now(it)).toEqual({ kind: 'value', value: '4\n' })
  })

  it('is put back where the kernel refuses, or does not come back', async () => {
    const it = host()
    it.failures.set(`${path} <- 512`, 'EINVAL')
    await expect(applyAll([pages], context(it))).rejects.toThrow('EINVAL')
    const slow = host()
    const later: unknown[] = []
    const blocked = context(slow, {
      writer: {
        write: async (_, limitMs, after) => {
          later.push(limitMs, after)
          return { blocked: true, pid: 1 }
        },
        close: () => undefined,
      },
    })
    await expect(applyAll([pages], blocked)).rejects.toThrow('still being written after 0.1 s')
    // What is to follow when the kernel comes back after all.
    expect(later.slice(0, 2)).toEqual([100, [{ path, text: '4' }]])
  })

  it('is put back from half-way, and not from what somebody else set', async () => {
    const it = host('77')
    await undo(pages, context(it))
    expect(now(it)).toEqual({ kind: 'value', value: '4\n' })
    await expect(undo(pages, context(host('600')))).rejects.toMatchObject({ name: 'ChangedSinceError' })
    await expect(undo(pages, context(host('[always]')))).rejects.toMatchObject({ name: 'ChangedSinceError' })
  })

  it('has nothing to put back where it went with its device, and is unreadable before', async () => {
    const it = new SimulatedHost()
    await undo(pages, context(it))
    expect(diff(pages, it)).toEqual([{ path, from: null, to: '512' }])
    await expect(check(pages, context(it))).rejects.toThrow(`cannot read ${path}: absent`)
    expect(() => diff(pages, new SimulatedHost().deny(path))).toThrow('denied')
  })

  it('is not put back while pages are in use', async () => {
    const it = host('512')
    it.effects.set(path, () => undefined)
    await expect(undo(pages, context(it))).rejects.toThrow('something still uses it')
  })

  it('waits for a machine that has a virtual function', async () => {
    const file = `/sys/bus/pci/devices/${card}/sriov_numvfs`
    const functions: Attribute = {
      ...pages,
      path: file,
      before: '0',
      after: '1',
      parent: card,
    }
    const it = new SimulatedHost([
      { address: card, driver: 'igb', virtualFunctions: 1 },
      { address: part, driver: 'vfio-pci' },
    ])
    it.link(`/sys/devices/pci0000:00/${card}/virtfn0`, `../${part}`)
    it.node(part, 'vfio-dev', 'vfio/devices/vfio0', '240:0').process(7, 'qemu', '/dev/vfio/devices/vfio0')
    const used = await undo(functions, context(it)).then(
      () => 'put back',
      (error: Error) => error.name,
    )
    expect([used, it.writes]).toEqual(['HeldError', []])
    it.remove('/proc/7/fd/3')
    const unknown = `/sys/bus/pci/devices/${part}/driver`
    const readLink = it.readLink.bind(it)
    it.readLink = (name) => (name === unknown ? { kind: 'denied' } : readLink(name))
    await expect(undo(functions, context(it))).rejects.toThrow(`cannot read ${unknown}`)
    it.readLink = readLink
    await undo(functions, context(it))
    expect(it.writes).toEqual([`${file} <- 0`])
  })
})

describe('the size of a BAR', () => {
  const path = `/sys/bus/pci/devices/${card}/resource1_resize`
  const larger: BarSize = { kind: 'bar-size', address: card, bar: 1, before: 8, after: 14 }

  /** A card with 256 MiB at BAR 1, and a kernel that resizes it while no driver is bound. */
  function host(refuses?: string): SimulatedHost {
    const it = new SimulatedHost([{ address: card, driver: 'vfio-pci', override: 'vfio-pci' }])
    const put = (exponent: number) => {
      const end = 0x40_0000_0000n + (1n << BigInt(exponent + 20)) - 1n
      it.file(
        `/sys/devices/pci0000:00/${card}/resource`,
        `0x00000000f6000000 0x00000000f6ffffff 0x0000000000040200\n0x0000004000000000 0x${end.toString(16).padStart(16, '0')} 0x000000000014220c\n`,
      )
    }
    put(8)
    it.file(`/sys/devices/pci0000:00/${card}/resource1_resize`, '0000000000007f00\n')
    it.effects.set(path, (text) => {
      if (it.driverOf(card) !== null) throw new Error('EBUSY')
      if (refuses !== undefined) throw new Error(refuses)
      put(Number(text))
    })
    return it
  }

  it('is changed while no driver is bound, and back', async () => {
    const it = host()
    const resource = it.readText(`/sys/bus/pci/devices/${card}/resource`)
    expect(diff(larger, it)).toMatchObject([{ from: '256 MiB', to: '16 GiB' }])
    await applyAll([larger], context(it))
    expect([diff(larger, it), it.driverOf(card), it.overrideOf(card)]).toEqual([[], 'vfio-pci', 'vfio-pci'])
    await undoAll([larger], context(it))
    await undoAll([larger], context(it))
    expect(it.readText(`/sys/bus/pci/devices/${card}/resource`)).toEqual(resource)
    expect(it.writes.filter((write) => write.startsWith(path))).toEqual([`${path} <- 14`, `${path} <- 8`])
  })

  it('is put back after a power cut or a kill, the card with its driver, however far it came', async () => {
    for (const resized of [false, true]) {
      const it = host()
      it.writeText(`/sys/bus/pci/drivers/vfio-pci/unbind`, card)
      if (resized) it.writeText(path, '14')
      await undo(larger, context(it))
      expect([it.driverOf(card), diff(larger, it)[0]!.from]).toEqual(['vfio-pci', '256 MiB'])
    }
    await undo(larger, context(new SimulatedHost()))
  })

  it('is refused by a bridge without room: the card is back with its driver', async () => {
    const it = host('ENOSPC')
    await expect(applyAll([larger], context(it))).rejects.toThrow('ENOSPC')
    expect([it.driverOf(card), diff(larger, it).length]).toEqual(['vfio-pci', 1])
  })

  it('is not changed where it is not as planned for, nor back from what somebody else set', async () => {
    await expect(check({ ...larger, before: 9 }, context(host()))).rejects.toThrow(
      `BAR 1 of ${card} had 512 MiB when this was planned and has 256 MiB now`,
    )
    await expect(undo({ ...larger, before: 9 }, context(host()))).rejects.toMatchObject({
      name: 'ChangedSinceError',
    })
    expect(() => diff({ ...larger, bar: 2 }, host())).toThrow('BAR 2 has no size there')
  })

  it('that the kernel takes and does not give is told', async () => {
    const it = host()
    it.effects.set(path, () => undefined)
    await expect(apply(larger, context(it))).rejects.toThrow(
      `BAR 1 of ${card} is 256 MiB where 16 GiB was expected`,
    )
    expect(it.driverOf(card)).toBe('vfio-pci')
  })
})

describe('a mediated device', () => {
  const uuid = '83b8f4f2-509f-382f-3c1e-e6bfe0fa1001'
  const folder = `/sys/bus/pci/devices/${card}/mdev_supported_types/nvidia-63`
  const mdev: MediatedDevice = { kind: 'mediated-device', address: card, type: 'nvidia-63', uuid }

  function host(left = 2): SimulatedHost {
    const it = new SimulatedHost([{ address: card, driver: 'nvidia' }])
    it.file(`/sys/devices/pci0000:00/${card}/mdev_supported_types/nvidia-63/available_instances`, `${left}\n`)
    it.effects.set(`${folder}/create`, (text) => it.folder(`/sys/bus/mdev/devices/${text}`))
    it.effects.set(`/sys/bus/mdev/devices/${uuid}/remove`, () => it.remove(`/sys/bus/mdev/devices/${uuid}`))
    return it
  }

  it('is made, and taken away', async () => {
    const it = host()
    await applyAll([mdev], context(it))
    await applyAll([mdev], context(it))
    expect(diff(mdev, it)).toEqual([])
    await undoAll([mdev], context(it))
    await undoAll([mdev], context(it))
    expect(it.writes).toEqual([`${folder}/create <- ${uuid}`, `/sys/bus/mdev/devices/${uuid}/remove <- 1`])
    expect(diff(mdev, it)).toHaveLength(1)
  })

  it('is not made where none is left, or its card has no such type', async () => {
    await expect(check(mdev, context(host(0)))).rejects.toMatchObject({ name: 'StaleError' })
    await expect(check({ ...mdev, type: 'other' }, context(host()))).rejects.toThrow('absent')
  })

  it('that does not come about, or does not go, is told', async () => {
    const it = host()
    it.effects.set(`${folder}/create`, () => undefined)
    await expect(apply(mdev, context(it))).rejects.toThrow(`${uuid} is not there where nvidia-63`)
    const held = host().folder(`/sys/bus/mdev/devices/${uuid}`)
    held.effects.set(`/sys/bus/mdev/devices/${uuid}/remove`, () => undefined)
    await expect(undo(mdev, context(held))).rejects.toThrow('stop the machine that has it')
  })
})
