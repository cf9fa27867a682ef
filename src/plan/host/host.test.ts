import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Edits, edited } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { denied, madeConfig } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import { readMachine } from '../../machine/index.js'
import { makePlan, type Plan } from '../make-plan.js'
import { requireGroup } from './group.js'
import { hookedDomains } from './libvirt.js'
import type { Wishes } from './wish.js'

const card = '0000:01:00.0'
const disk = '0000:02:00.0'
const sys = `/sys/bus/pci/devices/${card}`

/** What the wishes look at, beside the workstation's devices. */
const files: Edits = {
  '/proc/meminfo': 'MemTotal:       32768000 kB\nHugepagesize:       2048 kB\n',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages': '0\n',
  '/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages': '0\n',
  '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '0\n',
  '/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '0\n',
  '/run/systemd/system/': '',
  '/run/udev/control': 'socket',
  '/usr/bin/systemd-tmpfiles': 'program',
  '/etc/security/limits.conf': '',
  '/sys/devices/system/cpu/online': '0-7\n',
  '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu io memory\n',
  [`${sys}/sriov_totalvfs`]: '7\n',
  [`${sys}/sriov_numvfs`]: '0\n',
  [`${sys}/sriov_drivers_autoprobe`]: '1\n',
  [`${sys}/resource1_resize`]: '0000000000007f00\n',
  [`${sys}/mdev_supported_types/nvidia-63/available_instances`]: '2\n',
  '/etc/libvirt/qemu.conf': '',
  '/usr/lib/systemd/system/libvirtd.service': '',
  '/sys/bus/pci/drivers/vfio-pci/module': '',
}

function plan(host: Wishes, more: Edits = {}, intent: Partial<Plan['intent']> = {}): Plan {
  const computer = edited(workstation(), { ...files, ...more })
  const wanted = { devices: [], boot: false, byId: false, accept: ['display'] as const, ...intent, host }
  return makePlan(computer, readMachine(computer), wanted)
}

const configuration = (of: Plan): Configuration => {
  const found = of.changes.find(({ kind }) => kind === 'configuration')
  if (found?.kind !== 'configuration') throw new Error('there is none')
  return found
}

/** As it stands in the file, without the head. */
const text = ({ edits }: Configuration, at = 0) => edits[at]!.after!.split('\n').slice(1)

describe('rights of a group', () => {
  it('are rules of udev and limits of PAM, without a device', () => {
    const { changes, takes, restartFor, byHand } = plan({ group: 'kvm' })
    expect([changes.length, takes, restartFor, byHand]).toEqual([1, [], [], []])
    const { edits, commands } = configuration(plan({ group: 'kvm' }))
    expect(edits.map(({ path }) => path)).toEqual([
      '/etc/udev/rules.d/70-handover-vfio.rules',
      '/etc/security/limits.d/handover.conf',
    ])
    expect(edits[0]!.after).toContain('SUBSYSTEM=="vfio", GROUP="kvm", MODE="0660"\n')
    expect(edits[1]!.after).toContain('@kvm hard memlock unlimited\n@kvm soft memlock unlimited\n')
    expect(edits[1]!.folders).toEqual(['/etc/security/limits.d'])
    expect(commands.map(({ run }) => run[0])).toEqual(['udevadm', 'udevadm', 'udevadm'])
    expect(configuration(plan({ group: 'kvm' }, { '/run/udev/control': null })).commands).toEqual([])
  })

  it('are there before the devices go, so that their nodes are made with them', () => {
    const { changes } = plan({ group: 'kvm' }, {}, { devices: [card] })
    expect(changes[0]!.kind).toBe('configuration')
    expect(changes.at(-1)!.kind).toBe('driver-binding')
  })

  it('are no change where they are so already, and are without limits where there is no PAM', () => {
    const { edits } = configuration(plan({ group: 'kvm' }))
    const same = Object.fromEntries(edits.map(({ path, after }) => [path, after!]))
    expect(plan({ group: 'kvm' }, same).changes).toEqual([])
    const { changes, byHand } = plan({ group: 'kvm' }, { '/etc/security/limits.conf': null })
    expect((changes[0] as Configuration).edits).toHaveLength(1)
    expect(byHand).toMatchObject([{ edit: expect.stringContaining('RLIMIT_MEMLOCK') }])
  })

  it('are for a group that there is', () => {
    expect(() => plan({ group: 'k"m' })).toThrow('--group k"m: that is no group name')
    const host = edited(workstation(), { '/etc/group': 'root:x:0:\nkvm:x:104:anna\n' })
    requireGroup(host, 'kvm')
    expect(() => requireGroup(host, 'kv')).toThrow('no such group in /etc/group')
    expect(() => requireGroup(edited(workstation(), { '/etc/group': denied }), 'kvm')).toThrow('denied')
  })
})

describe('huge pages', () => {
  const folder = '/sys/kernel/mm/hugepages'

  it('are set aside now', () => {
    expect(plan({ hugePages: '16G' }).changes).toMatchObject([
      { kind: 'attribute', path: `${folder}/hugepages-2048kB/nr_hugepages`, before: '0', after: '8192' },
    ])
    expect(plan({ hugePages: '16G:1G' }).changes).toMatchObject([
      { path: `${folder}/hugepages-1048576kB/nr_hugepages`, after: '16' },
    ])
    expect(
      plan({ hugePages: '16G' }, { [`${folder}/hugepages-2048kB/nr_hugepages`]: '8192\n' }).changes,
    ).toEqual([])
  })

  it('are set aside at every start by tmpfiles.d', () => {
    const found = plan({ hugePages: '16G:1G' }, {}, { boot: true })
    expect(found.restartFor).not.toEqual([])
    expect(configuration(found).edits[0]!.path).toBe('/etc/tmpfiles.d/handover-huge-pages-1048576kB.conf')
    expect(text(configuration(found))).toEqual([
      `w ${folder}/hugepages-1048576kB/nr_hugepages - - - - 16`,
      '',
    ])
    const without = plan({ hugePages: '16G' }, { '/run/systemd/system/': null }, { boot: true })
    expect([without.changes, without.byHand[0]!.because]).toEqual([[], 'there is no systemd'])
  })

  it('are near the device, where there are several NUMA nodes', () => {
    const near = '/sys/devices/system/node/node1/hugepages/hugepages-2048kB/nr_hugepages'
    const nodes: Edits = {
      ...Object.fromEntries(
        [0, 1].map((n) => [
          `/sys/devices/system/node/node${n}/meminfo`,
          `Node ${n} MemTotal: 16384000 kB\nNode ${n} MemFree: 16000000 kB\n`,
        ]),
      ),
      [near]: '0\n',
      [`${sys}/numa_node`]: '1\n',
    }
    const [first] = plan({ hugePages: '8G' }, nodes, { devices: [card] }).changes
    expect(first).toMatchObject({ path: near, title: 'huge pages of 2 MiB at NUMA node 1' })
    expect(() => plan({ hugePages: '16G' }, nodes, { devices: [card] })).toThrow('NUMA node 1, where')
    // Of no device, or of devices at different nodes: wherever there is room.
    expect(plan({ hugePages: '8G' }, nodes).changes[0]).toMatchObject({ title: 'huge pages of 2 MiB' })
  })

  it.each([
    ['16', 'give a size'],
    ['16G:', 'give a size'],
    ['16G:1G:1G', 'give a size'],
    ['0G', 'give a size'],
    ['32G', 'this computer has 31.2 GiB of memory'],
    ['16G:4M', 'it has 1 GiB, 2 MiB'],
    ['1500M:1G', 'no whole number of pages of 1 GiB'],
  ])('%s is refused', (wish, why) => {
    expect(() => plan({ hugePages: wish })).toThrow(why)
  })

  it('are not guessed at where the kernel does not say', () => {
    for (const path of ['/proc/meminfo', '/sys/kernel/mm/hugepages'])
      expect(plan({ hugePages: '1G' }, { [path]: denied })).toMatchObject({
        changes: [],
        unreadable: [{ path, why: 'denied' }],
      })
  })
})

describe('virtual functions', () => {
  const on = { devices: [card] }

  it('are made now, without drivers of the host, and the card stays', () => {
    const { changes, takes, risks } = plan({ functions: '4' }, {}, on)
    expect(takes).toEqual([])
    expect(risks.map(({ can }) => can)).toEqual([
      `The kernel may give less than 4 for virtual functions of ${card}.`,
    ])
    expect(changes).toMatchObject([
      { path: `/sys/bus/pci/devices/${card}/sriov_drivers_autoprobe`, before: '1', after: '0' },
      { path: `/sys/bus/pci/devices/${card}/sriov_numvfs`, before: '0', after: '4', parent: card },
    ])
    expect(plan({ functions: '4' }, { [`${sys}/sriov_numvfs`]: '4\n' }, on).changes).toEqual([])
  })

  it('are made at every start by a rule for the card where it stands, whatever its bus number', () => {
    const found = plan({ functions: '4' }, {}, { ...on, boot: true })
    const rule = configuration(found)
    expect([found.takes, found.restartFor, rule.edits[0]!.path]).toEqual([
      [],
      [expect.any(String)],
      '/etc/udev/rules.d/70-handover-functions-pci0000-00-01.0-00.0.rules',
    ])
    const [first, second] = text(rule)
    expect(first).toContain(
      'ACTION=="add|bind", SUBSYSTEM=="pci", DEVPATH=="/devices/pci0000:00/????:??:01.0/????:??:00.0"',
    )
    expect(first).toContain('ATTR{vendor}=="0x10de", ATTR{device}=="0x2206"')
    expect(first!.endsWith('ATTR{sriov_numvfs}=="0", ATTR{sriov_drivers_autoprobe}="0"')).toBe(true)
    expect(second!.endsWith('ATTR{sriov_numvfs}=="0", ATTR{sriov_numvfs}="4"')).toBe(true)
    // As udev compares: fnmatch(3), as the shell's case does.
    const glob = /DEVPATH=="([^"]*)"/.exec(first!)![1]!
    const match = (path: string) =>
      execFileSync('sh', ['-c', `case "$1" in ${glob}) echo yes ;; *) echo no ;; esac`, 'sh', path], {
        encoding: 'utf8',
      }).trim()
    expect(match('/devices/pci0000:00/0000:00:01.0/0000:07:00.0')).toBe('yes')
    expect(match('/devices/pci0000:00/0000:00:01.1/0000:07:00.0')).toBe('no')
    expect(match('/devices/pci0000:00/0000:00:01.0/0000:07:00.0/0000:08:00.0')).toBe('no')
  })

  it.each([
    ['0', {}, on, 'give a number, 1 or more'],
    ['x', {}, on, 'give a number'],
    ['8', {}, on, 'makes 7 virtual functions at most'],
    ['4', {}, {}, 'name the DEVICE'],
    ['4', {}, { devices: [disk] }, `${disk} makes no virtual functions`],
    ['4', { [`${sys}/sriov_numvfs`]: '2\n' }, on, 'has 2 virtual functions; take them away first'],
    ['4', { [`${sys}/driver`]: null }, on, 'has no driver'],
  ] satisfies [string, Edits, object, string][])('%s is refused (%#)', (wish, more, intent, why) => {
    expect(() => plan({ functions: wish }, more, intent)).toThrow(why)
  })

  it('that cannot be counted are not made, and the device stays', () => {
    expect(plan({ functions: '4' }, { [`${sys}/sriov_totalvfs`]: denied }, on)).toMatchObject({
      takes: [],
      changes: [],
      unreadable: [{ why: 'denied' }],
    })
  })
})

describe('a mediated device', () => {
  const uuid = '83b8f4f2-509f-482f-8c1e-e6bfe0fa1001'
  const wish = (type = 'nvidia-63', id = uuid): Wishes => ({ mediated: { type, uuid: id } })
  const on = { devices: [card] }

  it('is made now, and the card stays', () => {
    const { changes, takes } = plan(wish(), {}, on)
    expect(takes).toEqual([])
    expect(changes).toEqual([{ kind: 'mediated-device', address: card, type: 'nvidia-63', uuid }])
    const made: Edits = {
      [`/sys/bus/mdev/devices/${uuid}/`]: '',
      [`${sys}/mdev_supported_types/nvidia-63/available_instances`]: '0\n',
    }
    expect(plan(wish(), made, on).changes).toEqual([])
  })

  it('is made at every start by mdevctl, in its own format', () => {
    const tool: Edits = { '/usr/sbin/mdevctl': 'program' }
    const found = configuration(plan(wish(), tool, { ...on, boot: true }))
    expect(found.edits).toMatchObject([
      {
        path: `/etc/mdevctl.d/${card}/${uuid}`,
        folders: ['/etc/mdevctl.d', `/etc/mdevctl.d/${card}`],
      },
    ])
    expect(JSON.parse(found.edits[0]!.after!)).toEqual({ mdev_type: 'nvidia-63', start: 'auto', attrs: [] })
    const { changes, byHand } = plan(wish(), {}, { ...on, boot: true })
    expect([changes, byHand[0]!.edit]).toEqual([[], 'install mdevctl'])
  })

  it.each([
    [wish(), {}, {}, 'name one DEVICE'],
    [wish(), {}, { devices: [card, disk] }, 'name one DEVICE'],
    [wish('x'), {}, on, 'it has nvidia-63'],
    [wish('nvidia-63', '../x'), {}, on, 'is no UUID'],
    [wish(), {}, { devices: [disk] }, 'its driver (nvme) offers no mediated devices'],
    [wish(), { [`${sys}/mdev_supported_types/nvidia-63/available_instances`]: '0\n' }, on, 'none of it left'],
    [wish(), { [`${sys}/mdev_supported_types`]: denied }, on, 'cannot read'],
  ] satisfies [Wishes, Edits, object, string][])('is refused (%#)', (asked, more, intent, why) => {
    expect(() => plan(asked, more, intent)).toThrow(why)
  })
})

describe('the size of a BAR', () => {
  const on = { devices: [card] }

  it('is changed after the card went to vfio-pci', () => {
    const { changes } = plan({ barSizes: ['1=16G'] }, {}, on)
    expect(changes.at(-1)).toEqual({ kind: 'bar-size', address: card, bar: 1, before: 8, after: 14 })
    expect(changes.at(-2)!.kind).toBe('driver-binding')
    expect(plan({ barSizes: ['1=256M'] }, {}, on).changes.at(-1)!.kind).toBe('driver-binding')
  })

  it.each([
    ['1', {}, on, 'give BAR=SIZE'],
    ['6=1G', {}, on, 'give BAR=SIZE'],
    ['1=1', {}, on, 'give BAR=SIZE'],
    ['1=16G', {}, {}, 'name one DEVICE'],
    ['1=16G', {}, { ...on, boot: true }, 'it is for now, without --boot'],
    ['3=16G', {}, on, 'BAR 3 of 0000:01:00.0 cannot be resized'],
    ['1=32G', {}, on, 'it has 256 MiB, 512 MiB, 1 GiB, 2 GiB, 4 GiB, 8 GiB, 16 GiB'],
    ['1=3G', {}, on, 'no such size'],
    ['1=16G', { [`${sys}/resource1_resize`]: denied }, on, 'cannot read'],
  ] satisfies [string, Edits, object, string][])('%s is refused (%#)', (wish, more, intent, why) => {
    expect(() => plan({ barSizes: [wish] }, more, intent)).toThrow(why)
  })
})

it('the size of a BAR is not changed of a card that stays with the host', () => {
  expect(() => plan({ barSizes: ['1=16G'], libvirt: 'win10' }, {}, { devices: [card] })).toThrow(
    '--bar-size 1=16G: plan it where the device goes to vfio-pci',
  )
})

describe('processors for machines alone', () => {
  it('are kept from services, people and systemd itself, until a restart', () => {
    const { edits, commands } = configuration(plan({ cpus: '2-5,7' }))
    const head = '# Written by handover; "handover undo" takes it away.'
    expect(edits.map(({ path, after }) => [path, after])).toEqual([
      ['/run/systemd/system/system.slice.d/handover.conf', `${head}\n[Slice]\nAllowedCPUs=0-1,6\n`],
      ['/run/systemd/system/user.slice.d/handover.conf', `${head}\n[Slice]\nAllowedCPUs=0-1,6\n`],
      ['/run/systemd/system/init.scope.d/handover.conf', `${head}\n[Scope]\nAllowedCPUs=0-1,6\n`],
    ])
    expect(commands).toEqual([{ run: ['systemctl', 'daemon-reload'], rewrites: [], tells: true }])
  })

  it('is left to a person where systemd cannot', () => {
    for (const more of [
      { '/run/systemd/system/': null },
      { '/sys/fs/cgroup/cgroup.controllers': 'cpu io\n' },
    ]) {
      const { changes, byHand } = plan({ cpus: '2-7' }, more)
      expect([changes, byHand[0]!.edit]).toEqual([[], expect.stringContaining('the processors 2-7')])
    }
  })

  it.each([
    ['a', {}, 'give a list'],
    ['5-2', {}, 'give a list'],
    ['', {}, 'give a list'],
    ['6-9', {}, 'there is no processor 8-9; there are 0-7'],
    ['0-7', {}, 'leaves none for the host'],
    ['2', { boot: true }, 'without --boot'],
  ])('"%s" is refused', (wish, intent, why) => {
    expect(() => plan({ cpus: wish }, {}, intent)).toThrow(why)
  })
})

describe('a domain of libvirt', () => {
  const on = { devices: [card] }
  const hook = () => configuration(plan({ libvirt: 'win10' }, {}, on))

  it('gets a hook that binds before it starts and gives back when it has ended', () => {
    const { takes, changes } = plan({ libvirt: 'win10' }, {}, on)
    expect([takes, changes.length]).toEqual([[], 1])
    const { edits, commands } = hook()
    expect(edits).toMatchObject([{ path: '/etc/libvirt/hooks/qemu.d/handover-win10', mode: 0o755 }])
    expect(commands).toEqual([
      { run: ['systemctl', 'try-reload-or-restart', 'libvirtd.service'], rewrites: [], tells: true },
    ])
  })

  it('is read by the daemon at its next start, where systemd does not run it', () => {
    const { commands } = configuration(
      plan({ libvirt: 'win10' }, { '/run/systemd/system/': null }, { devices: [card] }),
    )
    expect(commands).toEqual([])
  })

  it('is the only one that it does anything for, and at two moments only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'handover-hook-'))
    const file = join(folder, 'hook')
    const echo = join(folder, 'echo')
    writeFileSync(echo, '#!/bin/sh\necho "$@"\n')
    chmodSync(echo, 0o755)
    writeFileSync(file, hook().edits[0]!.after!.replaceAll(process.execPath, echo))
    const call = (...words: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync('sh', [file, ...words], { encoding: 'utf8' })
      // What it prints to standard output, libvirt may take for XML.
      expect([status, stdout]).toEqual([0, ''])
      return stderr.trim().replace(`${process.argv[1]} `, '')
    }
    expect(call('win10', 'prepare', 'begin', '-')).toBe('bind 0000:00:01.0/00.0 --accept display')
    expect(call('win10', 'release', 'end', '-')).toBe('unbind 0000:00:01.0/00.0')
    expect(call('win10', 'started', 'begin', '-')).toBe('')
    expect(call('other', 'prepare', 'begin', '-')).toBe('')
    rmSync(folder, { recursive: true })
  })

  it('is known by the change that made it', () => {
    expect(hookedDomains(hook())).toEqual(['win10'])
    expect(hookedDomains({ ...hook(), edits: [] })).toEqual([])
  })

  it('is refused what a binding would be refused', () => {
    expect(plan({ libvirt: 'win10' }, {}, { ...on, accept: [] }).refusals).toMatchObject([
      { role: 'display' },
    ])
    expect(plan({ libvirt: 'win10' }, {}, on).accepted).toMatchObject([{ role: 'display' }])
  })

  it.each([
    ['a b', {}, on, 'no name of a domain'],
    ['../x', {}, on, 'no name of a domain'],
    ['win10', {}, {}, 'name each DEVICE'],
    ['win10', { '/etc/libvirt/qemu.conf': null }, on, 'libvirt is not installed'],
  ] satisfies [string, Edits, object, string][])('%s is refused (%#)', (wish, more, intent, why) => {
    expect(() => plan({ libvirt: wish }, more, intent)).toThrow(why)
  })
})

describe('a device that does not answer', () => {
  const initramfs: Edits = {
    '/usr/sbin/update-initramfs': '#!/bin/sh\n',
    '/boot/initrd.img-6.1.0-50-amd64': 'an image',
  }
  const dead: Edits = { ...initramfs, [`${sys}/config`]: new Uint8Array(256).fill(0xff) }
  const paths = (more: Edits) =>
    plan({}, more, { devices: [card], boot: true }).changes.flatMap((change) =>
      change.kind === 'configuration' ? change.edits.map(({ path }) => path) : [],
    )

  it('is not put to sleep from the next start on, and the initramfs knows', () => {
    const found = configuration(plan({}, dead, { devices: [card], boot: true }))
    expect(found.id).toBe('early-binding')
    expect(found.edits[0]).toMatchObject({
      path: '/etc/modprobe.d/handover-vfio.conf',
      after: expect.stringContaining('options vfio-pci disable_idle_d3=1\n'),
    })
  })

  it('is not put to sleep either where the initramfs is a matter for a person', () => {
    const { changes, byHand } = plan(
      {},
      { [`${sys}/config`]: dead[`${sys}/config`]! },
      { devices: [card], boot: true },
    )
    expect(changes).toMatchObject([{ id: 'idle-sleep' }])
    expect(byHand).toMatchObject([{ because: expect.stringContaining('no initramfs was found') }])
  })

  it('is the only one', () => {
    const alive = { ...initramfs, [`${sys}/config`]: madeConfig({ vendor: 0x10de, device: 0x2206 }) }
    expect(paths(alive)).not.toContain('/etc/modprobe.d/handover-vfio.conf')
    expect(paths(dead)).toContain('/etc/modprobe.d/handover-vfio.conf')
  })
})

describe('wishes together', () => {
  it('come before the devices go, and what cannot be had takes none away', () => {
    const { changes } = plan({ hugePages: '4G', group: 'kvm', cpus: '4-7' }, {}, { devices: [card] })
    expect(changes.map(({ kind }) => kind)).toEqual([
      'configuration',
      'attribute',
      'configuration',
      'driver-binding',
      'driver-binding',
    ])
  })

  it('with --boot and no device that goes, still have the kernel use the IOMMU', () => {
    const off: Edits = {
      '/sys/class/iommu/dmar0': null,
      '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT="quiet"\n',
      '/usr/sbin/grub-mkconfig': 'for x in $sysconfdir/default/grub.d/*.cfg ; do\n',
      '/usr/sbin/update-grub': '#!/bin/sh\nexec grub-mkconfig -o /boot/grub/grub.cfg "$@"\n',
      '/boot/grub/grub.cfg': 'menuentry\n',
      '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz-6.1.0-50-amd64 root=LABEL=root ro quiet\n',
    }
    const ids = (devices: readonly string[]) =>
      plan({ hugePages: '4G' }, off, { devices, boot: true }).changes.map((one) =>
        one.kind === 'configuration' ? one.id : one.kind,
      )
    expect(ids([])).toEqual(['huge-pages'])
    const functions = plan({ functions: '2' }, off, { devices: [card], boot: true })
    expect(functions.changes.map((one) => one.kind === 'configuration' && one.id)).toEqual([
      `virtual-functions-${card}`,
      'command-line',
    ])
  })
})
