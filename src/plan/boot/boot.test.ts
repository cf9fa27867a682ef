import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { type Cards, card, planned, runEarly } from '../../../test/support/early-run.js'
import { edited } from '../../../test/support/edited-host.js'
import { debian as onlyKernel } from '../../../test/support/made-boot.js'
import { workstation } from '../../../test/support/made-computers.js'
import { denied, link, madeHost } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { planBoot } from '../plan-boot.js'
import { initramfsTools } from './initramfs-tools.js'
import { planCommandLine } from './loaders.js'
import { topologyPath } from './topology.js'

const debian = {
  ...onlyKernel,
  '/boot/initrd.img-6.1.0-49-amd64': 'another image',
  '/boot/initrd.img-6.1.0-49-amd64.bak': 'a copy that somebody made',
}

const commandLine = (host: Host, words: readonly string[]): Configuration => {
  const found = planCommandLine(host, words)
  if ('because' in found) throw new Error(found.because)
  return found.change!
}

describe('GRUB', () => {
  it('gets a file of its own, and its menu is made anew', () => {
    const change = commandLine(madeHost(debian), ['intel_iommu=on'])
    expect(change.edits).toMatchObject([
      { path: '/etc/default/grub.d/handover.cfg', before: null, folders: ['/etc/default/grub.d'] },
    ])
    expect(change.commands).toEqual([{ run: ['update-grub'], rewrites: ['/boot/grub/grub.cfg'] }])
    // As grub-mkconfig reads it, after its own settings.
    const shell = `GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"\n${change.edits[0]!.after}echo "$GRUB_CMDLINE_LINUX_DEFAULT"`
    expect(execFileSync('sh', ['-c', shell], { encoding: 'utf8' })).toBe('quiet splash intel_iommu=on\n')
  })

  it('is left alone where there is nothing that makes its menu', () => {
    const without = { ...debian, '/usr/sbin/grub-mkconfig': link('nowhere') }
    expect(planCommandLine(madeHost(without), ['intel_iommu=on'])).toMatchObject({
      kind: 'by hand',
      edit: expect.stringContaining('add intel_iommu=on to GRUB_CMDLINE_LINUX_DEFAULT in /etc/default/grub'),
    })
    expect(planCommandLine(madeHost({}), ['x'])).toMatchObject({
      because: expect.stringContaining('no boot loader'),
    })
  })

  it('is not touched while its settings cannot be read, or are no text', () => {
    const text = (made: Parameters<typeof madeHost>[0][string]) => () =>
      planCommandLine(madeHost({ ...debian, '/etc/default/grub': made }), ['x'])
    expect(text(denied)).toThrow('/etc/default/grub: denied')
    expect(text(new Uint8Array([0x23, 0xe4, 0x0a]))).toThrow('not UTF-8')
  })
})

describe('a topology path', () => {
  it('has no bus numbers', () => {
    const machine = readMachine(workstation())
    const card = machine.functions.find(({ address }) => address === '0000:01:00.1')!
    expect(topologyPath(machine, card)).toBe('pci0000:00/01.0/00.1')
  })
})

describe('the script in the initramfs', () => {
  const change = initramfsTools.plan(madeHost(debian), [planned]) as Configuration
  const run = (cards: Cards, commandLine?: string) =>
    runEarly(change.edits[1]!.after!, cards, commandLine === undefined ? {} : { commandLine })

  it('takes the one of two equal cards that stands there, whatever its bus number is now', () => {
    const found = run({ '00.0': card, '01.0': card })
    expect(found).toMatchObject({
      status: 0,
      stderr: '',
      probed: '0000:07:00.0',
      modprobe: 'vfio-pci',
      said: '',
    })
    expect([found.overrides['00.0'], found.overrides['01.0']]).toEqual(['vfio-pci', ''])
    expect(found.unbound).toBe('0000:07:00.0')
  })

  it('leaves another card alone that stands there now, and a place that is empty', () => {
    const other = run({ '00.0': ['0x1002', '0x73bf'] })
    expect([other.status, other.overrides['00.0'], other.modprobe]).toEqual([0, '', ''])
    expect(other.said).toContain('another device stands at pci0000:00/01.0/00.0')
    expect(run({ '02.0': card }).said).toContain('nothing stands at pci0000:00/01.0/00.0')
  })

  it.each(['handover=off', 'quiet single', 'recovery'])(
    'does nothing with %s on the command line',
    (line) => {
      const found = run({ '00.0': card }, line)
      expect([found.status, found.overrides['00.0'], found.modprobe]).toEqual([0, '', ''])
    },
  )
})

describe('a plan from boot on', () => {
  const off = {
    '/sys/class/iommu/dmar0': null,
    '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/iommu_group': null,
    '/sys/bus/pci/devices/0000:01:00.0/iommu_group': null,
    '/sys/bus/pci/devices/0000:01:00.1/iommu_group': null,
    '/sys/bus/pci/devices/0000:00:01.0/iommu_group': null,
    ...debian,
  }
  const plan = (edits: Parameters<typeof edited>[1], accept: readonly 'display'[] = ['display']) => {
    const host = edited(workstation(), edits)
    return planBoot(host, readMachine(host), ['0000:01:00.0'], { accept })
  }

  it('switches the IOMMU on, and takes all functions of the group that there will be', () => {
    const { changes, refusals, functions, byHand, wayBack } = plan(off)
    expect(refusals).toEqual([])
    expect(byHand).toEqual([])
    expect(functions).toEqual(['0000:01:00.0', '0000:01:00.1'])
    expect(changes.map(({ id }) => id)).toEqual(['command-line', 'early-binding'])
    expect(changes[1]!.edits[1]!.after).toContain(
      'take pci0000:00/01.0/00.0 0x10de 0x2206\n  take pci0000:00/01.0/00.1 0x10de 0x1aef\n',
    )
    expect(changes[1]!.commands[0]!.rewrites).toEqual([
      '/boot/initrd.img-6.1.0-49-amd64',
      '/boot/initrd.img-6.1.0-50-amd64',
    ])
    expect(wayBack).toContain('recovery entries of the boot menu stay')
    expect(plan({ ...off, '/etc/default/grub': 'GRUB_DISABLE_RECOVERY="true"\n' }).wayBack).toContain(
      'no recovery entries',
    )
  })

  it('leaves the command line alone where the IOMMU is on', () => {
    const { changes, wayBack } = plan(debian)
    expect(changes.map(({ id }) => id)).toEqual(['early-binding'])
    expect(wayBack).toContain('recovery entries of the boot menu stay')
  })

  it('refuses what a binding now is refused for, but that there is no group yet', () => {
    expect(plan(off, []).refusals).toMatchObject([{ rule: 'role', role: 'display' }])
  })

  it('switches no IOMMU on that there is not, or that more than a word keeps off', () => {
    const none = plan({ ...off, '/sys/firmware/acpi/tables/DMAR': null })
    expect(none.refusals).toMatchObject([{ rule: 'no-iommu-group' }])
    const { changes, byHand } = plan({ ...off, '/proc/cmdline': 'quiet iommu=off\n' })
    expect(changes.map(({ id }) => id)).toEqual(['early-binding'])
    expect(byHand).toMatchObject([{ edit: expect.stringContaining('take iommu=off out') }])
    // A later word makes up for this one.
    expect(plan({ ...off, '/proc/cmdline': 'BOOT_IMAGE=/vmlinuz intel_iommu=off\n' }).changes[0]!.id).toBe(
      'command-line',
    )
  })

  it('says what is left to do by hand', () => {
    const { changes, byHand } = plan({
      ...off,
      '/usr/sbin/update-initramfs': null,
      '/etc/default/grub': null,
    })
    expect(changes).toEqual([])
    expect(byHand.map(({ because }) => because)).toEqual([
      expect.stringContaining('boot loader'),
      expect.stringContaining('initramfs'),
    ])
  })
})
