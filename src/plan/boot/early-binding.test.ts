import { describe, expect, it } from 'vitest'
import { card, planned, runEarly } from '../../../test/support/early-run.js'
import type { Edits } from '../../../test/support/edited-host.js'
import { workstationFiles } from '../../../test/support/made-computers.js'
import { denied, link, type Made, madeFunction, madeHost } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import { readMachine } from '../../machine/index.js'
import { planBoot } from '../plan-boot.js'
import { takenBy } from './early.js'
import { initramfsMakers, planEarlyBinding } from './initramfs.js'

type Files = Readonly<Record<string, Made>>

const systemd: Files = { '/usr/lib/systemd/system/systemd-udevd.service': '[Unit]\n' }
/** By a row's id, the least by which it shows. */
const shown: Readonly<Record<string, Files>> = {
  'initramfs-tools': { '/usr/sbin/update-initramfs': '#!/bin/sh\n', '/boot/initrd.img-6.12.0': '' },
  dracut: {
    '/usr/bin/dracut': '',
    '/proc/sys/kernel/osrelease': '6.12.0\n',
    '/lib/modules/6.12.0/modules.dep': '',
    '/boot/initramfs-6.12.0.img': '',
  },
  mkinitcpio: {
    '/usr/bin/mkinitcpio': '_d_config',
    '/etc/mkinitcpio.d/linux.preset': 'ALL_kver=1\nPRESETS=(a)\na_image=/boot/initramfs-linux.img\n',
  },
  booster: { '/boot/booster-linux.img': '', ...systemd },
}

describe('early binding', () => {
  // NixOS has a test of its own (managed.test.ts): it changes nothing.
  const changing = initramfsMakers.filter(({ id }) => id !== 'nixos')
  it.each(changing.map((maker) => [maker.id, maker] as const))('is made by %s', (id, maker) => {
    const host = madeHost(shown[id]!)
    expect(initramfsMakers.filter((one) => one.installed(host))).toEqual([maker])
    const change = planEarlyBinding(host, [planned]) as Configuration
    expect(change).toMatchObject({ kind: 'configuration', id: 'early-binding' })
    const script = change.edits.find(({ after }) =>
      after!.includes('take pci0000:00/01.0/00.0 0x10de 0x2206'),
    )
    expect(script).toBeDefined()
  })

  it.each(changing.map((maker) => [maker.id]))('by %s keeps what an earlier plan takes', (id) => {
    const first = planEarlyBinding(madeHost(shown[id]!), [planned]) as Configuration
    const made = Object.fromEntries(first.edits.map(({ path, after }) => [path, after!]))
    const other = { path: 'pci0000:00/02.0/00.0', vendor: 0x8086, device: 0x15b8 }
    const second = planEarlyBinding(madeHost({ ...shown[id]!, ...made }), [other]) as Configuration
    expect(second.edits.flatMap(({ after }) => takenBy(after!))).toEqual([planned, other])
  })

  it('is by hand where several could be in charge, and where nothing is known', () => {
    const both = { ...shown.mkinitcpio, ...shown.booster }
    expect(planEarlyBinding(madeHost(both), [planned])).toMatchObject({
      because: expect.stringContaining('mkinitcpio: /usr/bin/mkinitcpio; booster: /boot/booster-linux.img'),
    })
    expect(planEarlyBinding(madeHost({}), [planned])).toMatchObject({
      because: expect.stringContaining('no initramfs was found'),
      edit: expect.stringContaining(planned.path),
    })
    const bare = { '/boot/booster-linux.img': '' }
    expect(planEarlyBinding(madeHost(bare), [planned])).toMatchObject({ because: 'systemd was not found' })
  })

  it('is a unit before udev where there is no initramfs', () => {
    const { edits, commands } = planEarlyBinding(madeHost(systemd), [planned]) as Configuration
    expect(commands).toEqual([])
    const [script, unit, wants] = edits
    expect(unit!.after).toMatch(/^Before=.*systemd-udevd\.service systemd-udev-trigger\.service$/m)
    expect(unit!.after).toMatch(/^DefaultDependencies=no$/m)
    expect(unit!.after).toContain(`ExecStart=/bin/sh ${script!.path}\n`)
    expect(wants!.path).toBe('/etc/systemd/system/sysinit.target.d/handover.conf')
    expect(wants!.after).toContain(`Wants=${unit!.path.split('/').at(-1)}\n`)
    expect(runEarly(script!.after!, { '00.0': card })).toMatchObject({
      status: 0,
      stderr: '',
      overrides: { '00.0': 'vfio-pci' },
      unbound: '0000:07:00.0',
    })
  })
})

/** The card's two functions and their drivers, as modules that claim them. */
const claimed: Files = {
  ...shown['initramfs-tools'],
  '/lib/modules/6.12.0/modules.alias': `# Aliases extracted from modules themselves.
alias pci:v000010DEd*sv*sd*bc03sc0[0-2]i00* nouveau
alias pci:v000010DEd*sv*sd*bc03sc00i00* nvidia
alias pci:v000010DEd00001AEFsv*sd*bc04sc03i00* snd_hda_intel
alias pci:v000010DEd00002207sv*sd*bc*sc*i* another
alias pci:v00008086d*sv*sd*bc*sc*i* yet_another
alias vfio_pci:v*d*sv*sd*bc*sc*i* vfio_pci
`,
  '/sys/bus/pci/drivers/nvidia/module': link('../../../../module/nvidia'),
  '/sys/bus/pci/drivers/snd_hda_intel/module': link('../../../../module/snd_hda_intel'),
  '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/modalias':
    'pci:v000010DEd00002206sv00001043sd0000882Ebc03sc00i00\n',
  '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.1/modalias':
    'pci:v000010DEd00001AEFsv00001043sd0000882Ebc04sc03i00\n',
}
const planOf = (edits: Edits, byId = true) => {
  const files = Object.entries({ ...workstationFiles, ...edits }).filter(([, made]) => made !== null)
  const host = madeHost(Object.fromEntries(files) as Files)
  return planBoot(host, readMachine(host), ['0000:01:00.0'], { accept: ['display'], byId })
}
const twin = madeFunction('0000:03:00.0', { vendor: 0x10de, device: 0x2206, class: 0x030000, group: 20 })

describe('early binding by id', () => {
  it('has vfio-pci before all modules that claim a function', () => {
    const { changes, byHand, refusals, wayBack } = planOf(claimed)
    expect([byHand, refusals]).toEqual([[], []])
    expect(wayBack).toContain('vfio_pci.ids=')
    expect(changes.map(({ id }) => id)).toEqual(['early-binding'])
    const { edits, commands } = changes[0]!
    expect(edits.map(({ path }) => path)).toEqual([
      '/etc/initramfs-tools/hooks/handover',
      '/etc/modprobe.d/handover.conf',
    ])
    expect(edits[1]!.after).toBe(`# Written by handover; "handover undo" takes it away.
options vfio-pci ids=10de:2206,10de:1aef
softdep nouveau pre: vfio-pci
softdep nvidia pre: vfio-pci
softdep snd_hda_intel pre: vfio-pci
`)
    expect(commands[0]!.run).toEqual(['update-initramfs', '-u', '-k', 'all'])
  })

  it('keeps what an earlier plan takes', () => {
    const earlier = 'options vfio-pci ids=8086:15b8\nsoftdep e1000e pre: vfio-pci\n'
    const { edits } = planOf({ ...claimed, '/etc/modprobe.d/handover.conf': earlier }).changes[0]!
    expect(edits[1]!.after).toContain(
      'ids=8086:15b8,10de:2206,10de:1aef\nsoftdep e1000e pre: vfio-pci\nsoftdep nouveau',
    )
  })

  it.each(['dracut', 'mkinitcpio'])('comes into the image of %s', (id) => {
    const none = Object.fromEntries(Object.keys(shown['initramfs-tools']!).map((path) => [path, null]))
    const { edits, commands } = planOf({ ...claimed, ...none, ...shown[id]! }).changes[0]!
    expect(edits.map(({ path }) => path)).toContain('/etc/modprobe.d/handover.conf')
    expect(edits.some(({ after }) => after!.includes('take '))).toBe(false)
    expect(commands).toHaveLength(1)
  })

  it('is modprobe.d alone without an initramfs, and by hand with booster', () => {
    const none = Object.fromEntries(Object.keys(shown['initramfs-tools']!).map((path) => [path, null]))
    const [change] = planOf({ ...claimed, ...none, ...systemd }).changes
    expect(change!.edits.map(({ path }) => path)).toEqual(['/etc/modprobe.d/handover.conf'])
    expect(planOf({ ...claimed, ...none, ...shown.booster! }).byHand).toMatchObject([
      { because: expect.stringContaining('booster'), edit: 'plan it without --by-id' },
    ])
  })

  it('is refused where an equal device stays with the host', () => {
    expect(planOf({ ...claimed, ...twin }).refusals).toMatchObject([
      {
        rule: 'same-ids',
        functions: ['0000:03:00.0'],
        reason: expect.stringContaining('10de:2206'),
        lift: { first: expect.stringContaining('without --by-id') },
      },
    ])
    expect(planOf({ ...claimed, ...twin }, false).refusals).toEqual([])
    const unread = { ...claimed, ...twin, '/sys/devices/pci0000:00/0000:03:00.0/device': denied }
    expect(planOf(unread).refusals).toMatchObject([
      { rule: 'unread', functions: ['0000:03:00.0'], unknown: [{ unknown: 'denied' }] },
    ])
  })

  it.each<[string, Edits]>([
    ['nvidia, the driver of 0000:01:00.0, is built into', { '/sys/bus/pci/drivers/nvidia/module': null }],
    ['no /lib/modules/6.12.0/modules.alias', { '/lib/modules/6.12.0/modules.alias': null }],
    ['0000:01:00.0/modalias', { '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/modalias': null }],
  ])('is by hand: %s', (because, edits) => {
    expect(planOf({ ...claimed, ...edits })).toMatchObject({
      changes: [],
      byHand: [{ because: expect.stringContaining(because) }],
    })
  })
})

describe('driverctl', () => {
  const used: Files = {
    ...shown['initramfs-tools'],
    '/usr/sbin/driverctl': '#!/bin/bash\n',
    '/etc/driverctl.d/': '',
  }

  it('gets overrides of its own where it is in use', () => {
    const { changes } = planOf({ ...used, '/etc/driverctl.d/pci-0000:01:00.0': 'nouveau\n' }, false)
    expect(changes.map(({ id }) => id)).toEqual(['early-binding', 'driverctl'])
    expect(changes[1]!.edits).toMatchObject([
      { path: '/etc/driverctl.d/pci-0000:01:00.0', before: 'nouveau\n', after: 'vfio-pci\n' },
      { path: '/etc/driverctl.d/pci-0000:01:00.1', before: null, after: 'vfio-pci\n', folders: [] },
    ])
    expect(changes[1]!.commands).toEqual([])
  })

  it('is left alone where it is not in use, or says so already', () => {
    const ids = (edits: Edits) => planOf(edits, false).changes.map(({ id }) => id)
    expect(ids({ ...used, '/usr/sbin/driverctl': null })).toEqual(['early-binding'])
    expect(ids({ ...shown['initramfs-tools'], '/usr/sbin/driverctl': '' })).toEqual(['early-binding'])
    const done = {
      '/etc/driverctl.d/pci-0000:01:00.0': 'vfio-pci\n',
      '/etc/driverctl.d/pci-0000:01:00.1': 'vfio-pci\n',
    }
    expect(ids({ ...used, ...done })).toEqual(['early-binding'])
    const secret = { '/etc/driverctl.d/': null, '/etc/driverctl.d': denied }
    expect(() => ids({ ...used, ...secret, '/etc/driverctl.d/pci-0000:01:00.0': denied })).toThrow(
      '/etc/driverctl.d/pci-0000:01:00.0: denied',
    )
  })

  it('is by hand where it would take an equal device that stays', () => {
    expect(planOf({ ...used, ...twin }, false).byHand).toEqual([])
    expect(
      planOf({ ...used, ...twin, '/etc/driverctl.d/pci-0000:01:00.0': 'nouveau\n' }, false).byHand,
    ).toMatchObject([
      {
        because: expect.stringContaining('/etc/driverctl.d/pci-0000:01:00.0: nouveau'),
        edit: 'driverctl --noprobe unset-override 0000:01:00.0',
      },
    ])
  })
})
