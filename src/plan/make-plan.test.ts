import { describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../test/support/edited-host.js'
import { debian } from '../../test/support/made-boot.js'
import { workstation } from '../../test/support/made-computers.js'
import { denied } from '../../test/support/made-host.js'
import { type RoleName, readMachine } from '../machine/index.js'
import type { Wishes } from './host/wish.js'
import { makePlan } from './make-plan.js'

const card = '0000:01:00.0'

/** The IOMMU is off. */
const off = { '/sys/class/iommu/dmar0': null }

function plan(boot: boolean, edits: Edits = {}, accept: readonly RoleName[] = ['display'], wishes?: Wishes) {
  const host = edited(workstation(), { ...debian, '/sys/bus/pci/drivers/vfio-pci/module': '', ...edits })
  return makePlan(host, readMachine(host), {
    devices: [card],
    boot,
    byId: false,
    accept,
    ...(wishes && { host: wishes }),
  })
}

describe('what the host loses', () => {
  it('is what it has of every function that is taken', () => {
    expect(plan(false).losses).toEqual([
      {
        address: card,
        driver: 'nvidia',
        roles: [
          { name: 'display', last: true },
          { name: 'boot-vga', last: true },
        ],
        holds: [{ kind: 'drm', name: 'card0' }],
      },
      { address: '0000:01:00.1', driver: 'snd_hda_intel', roles: [], holds: [] },
    ])
    expect(plan(true, off).losses).toEqual(plan(false).losses)
  })

  it('is nothing of what vfio-pci has already', () => {
    const driver = `/sys/bus/pci/devices/${card}/driver`
    const { losses } = plan(true, { [driver]: { link: '../../../../bus/pci/drivers/vfio-pci' } })
    expect(losses.map(({ address }) => address)).toEqual(['0000:01:00.1'])
  })
})

describe('what can go wrong', () => {
  const said = (boot: boolean, edits: Edits = {}) =>
    plan(boot, edits)
      .risks.map(({ can, back }) => `${can} ${back}`)
      .join('\n')

  it('is said of the plan at hand', () => {
    const now = said(false)
    expect(now).toContain('The host shows nothing any more.')
    expect(now).toContain('snd_hda_intel (0000:01:00.1) and nvidia (0000:01:00.0) may not let go')
    expect(now).not.toContain('next start')
    const boot = said(true, off)
    expect(boot).toContain('With intel_iommu=on the DMA of every device')
    expect(boot).toContain('recovery entries of the boot menu')
    expect(boot).toContain('no driver of the host gets 0000:01:00.0 and 0000:01:00.1')
    expect(boot).toContain('update-initramfs -u -k all makes /boot/initrd.img-6.1.0-50-amd64 anew')
    expect(boot).toContain('handover=off')
    expect(boot).not.toContain('let go')
    // The IOMMU is on already.
    expect(said(true)).not.toContain('intel_iommu')
    // Which does not count for driverctl.
    const driverctl = { '/usr/sbin/driverctl': '#!/bin/bash\n', '/etc/driverctl.d/': '' }
    expect(said(true, driverctl)).toMatch(/Overrides of driverctl count at every start\. .*undo --root/)
    expect(said(true, driverctl)).not.toContain('handover=off')
  })

  it('is nothing where nothing is changed', () => {
    const none = { '/usr/sbin/update-initramfs': null }
    expect(plan(true, none)).toMatchObject({ changes: [], risks: [], awaits: null })
  })

  it('of the console is that it is not seen', () => {
    const console = {
      '/sys/class/vtconsole/vtcon1/name': '(M) frame buffer device\n',
      '/sys/class/vtconsole/vtcon1/bind': '1\n',
      '/sys/class/graphics/fb0': {
        link: '../../devices/pci0000:00/0000:00:01.0/0000:01:00.0/graphics/fb0',
      },
    }
    expect(said(false, console)).toContain(`text console is no longer seen on ${card}`)
  })
})

it('of settings that the kernel holds is that it gives less', () => {
  const pages = {
    '/proc/meminfo': 'MemTotal: 32768000 kB\nHugepagesize: 2048 kB\n',
    '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0\n',
    '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '0\n',
  }
  const { risks, restartFor } = plan(false, pages, ['display'], { hugePages: '1G' })
  expect(risks.map(({ can }) => can)).toContainEqual(expect.stringMatching(/give less than 512 for/))
  expect(restartFor).toEqual([])
})

describe('what cannot be read', () => {
  it('is named, and the rest is planned', () => {
    const { unreadable, changes, words } = plan(true, { ...off, '/usr/sbin/update-grub': denied })
    expect(unreadable).toEqual([{ path: '/usr/sbin/update-grub', why: 'denied' }])
    expect(changes).toMatchObject([{ id: 'early-binding' }])
    expect(words).toEqual([])
  })

  it('is so for an initramfs, for consoles and for the IOMMU', () => {
    expect(plan(true, { ...off, '/usr/sbin/update-initramfs': denied })).toMatchObject({
      unreadable: [{ path: '/usr/sbin/update-initramfs' }],
      changes: [{ id: 'command-line' }],
    })
    const { unreadable, changes } = plan(false, { '/sys/class/vtconsole': denied })
    expect(unreadable).toEqual([{ path: '/sys/class/vtconsole', why: 'denied' }])
    expect(changes.map(({ kind }) => kind)).toEqual(['driver-binding', 'driver-binding'])
    const none = Object.fromEntries(
      [card, '0000:01:00.1', '0000:00:01.0', '0000:00:14.0', '0000:02:00.0'].map((address) => [
        `/sys/bus/pci/devices/${address}/iommu_group`,
        null,
      ]),
    )
    expect(plan(true, { ...none, '/sys/class/iommu': denied }).unreadable).toContainEqual({
      path: '/sys/class/iommu',
      why: 'denied',
    })
  })
})

it('a plan for the next start says what that is to bring', () => {
  const path = 'pci0000:00/01.0/00.'
  expect(plan(true, off).awaits).toEqual({
    functions: [
      { address: card, path: `${path}0`, vendor: 0x10de, device: 0x2206 },
      { address: '0000:01:00.1', path: `${path}1`, vendor: 0x10de, device: 0x1aef },
    ],
    words: ['intel_iommu=on'],
  })
  expect(plan(true).awaits).toMatchObject({ words: [] })
  expect(plan(false).awaits).toBeNull()
})
