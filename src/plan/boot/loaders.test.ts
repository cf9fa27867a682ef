import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { edited } from '../../../test/support/edited-host.js'
import { type Made, madeHost } from '../../../test/support/made-host.js'
import { bootEntry, loaderVariables, madeLoaders } from '../../../test/support/made-loaders.js'
import { type Configuration, diff } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { EarlyFunction } from './early.js'
import { planEarlyBinding } from './initramfs.js'
import { initramfsTools } from './initramfs-tools.js'
import { type ChosenLoader, loaders, planCommandLine } from './loaders.js'
import { addWords } from './words.js'

const word = 'intel_iommu=on'
const chosen = (host: Host): ChosenLoader & { readonly change: Configuration } => {
  const found = planCommandLine(host, [word])
  if ('because' in found) throw new Error(`${found.because}: ${found.edit}`)
  return { ...found, change: found.change! }
}
/** The host after the edits of a change. */
const after = (host: Host, { edits }: Configuration) =>
  edited(host, Object.fromEntries(edits.map((one) => [one.path, one.after])))

/** Every line of before is there after, in order, but for words that were added to it, and a comma where a list goes on. */
function expectKept(path: string, before: string, after: string): void {
  const plain = (line: string) =>
    line.replaceAll(` ${word}`, '').replaceAll(word, '').trimEnd().replace(/,$/, '')
  const made = after.split('\n').map(plain)
  let at = 0
  for (const line of before.split('\n')) {
    const found = made.indexOf(plain(line), at)
    expect(found, `${path}: ${line}`).toBeGreaterThanOrEqual(at)
    at = found + 1
  }
}

describe('the table of boot loaders', () => {
  it('has an example of each row, with its source', () => {
    expect(loaders.map(({ id }) => id)).toEqual(Object.keys(madeLoaders))
    for (const { source } of loaders) expect(source.length).toBeGreaterThan(20)
  })

  it.each(loaders.map((one) => [one.id, one] as const))('knows %s by its files', (id, loader) => {
    const host = madeHost(madeLoaders[id]!)
    expect(loader.installed(host)).toBeDefined()
    expect(loader.installed(madeHost({}))).toBeUndefined()
    const found = planCommandLine(host, [word])
    if (id === 'nixos') expect(found).toMatchObject({ kind: 'by hand' })
    else
      expect((found as ChosenLoader).bootLoader).toMatch(new RegExp(`^${loader.name.replace('!', '.')} \\(/`))
  })

  it('orders rows so that what is in charge of another one comes before it', () => {
    const ids = loaders.map(({ id }) => id)
    for (const { id, inChargeOf } of loaders)
      for (const other of inChargeOf)
        if (ids.includes(other)) expect(ids.indexOf(id)).toBeLessThan(ids.indexOf(other))
  })

  const changing = loaders.filter(({ id }) => id !== 'nixos')
  it.each(changing.map(({ id }) => id))(
    '%s: applied twice is applied once, and nothing else is lost',
    (id) => {
      const host = madeHost(madeLoaders[id]!)
      const { change, wayBack } = chosen(host)
      expect(wayBack).toMatch(/\.$/)
      expect(change.id).toBe('command-line')
      if (id !== 'rpm-ostree') expect(change.edits.length).toBeGreaterThan(0)
      for (const { path, before, after } of change.edits) {
        expect(after, path).toMatch(/\bintel_iommu=on\b|handover=off/)
        expectKept(path, before ?? '', after!)
      }
      const again = planCommandLine(after(host, change), [word]) as ChosenLoader
      if (id === 'rpm-ostree') expect(again.change).toEqual(change)
      else expect(again.change?.edits.filter((one) => one.before !== one.after) ?? []).toEqual([])
      expect(diff(change, host)).not.toEqual([])
      expect(diff(change, after(host, change)).length).toBe(id === 'rpm-ostree' ? 1 : 0)
    },
  )

  it.each(changing.map(({ id }) => id))('%s: an entry is kept where no words are wanted', (id) => {
    const host = madeHost(madeLoaders[id]!)
    const { change, wayBack } = planCommandLine(host, []) as ChosenLoader
    expect(wayBack).toMatch(/\.$/)
    const kept: readonly string[] = ['kernelstub', 'grub', 'refind', 'limine', 'syslinux', 'systemd-boot']
    if (id === 'uki') expect(change!.commands[0]!.run[0]).toBe('cp')
    else if (!kept.includes(id)) expect(change).toBeUndefined()
    else {
      expect(change!.title).toContain('an entry to start without the change')
      expect(change!.commands).toEqual([])
      for (const { path, before, after } of change!.edits) {
        // All is as it was, and one more is there.
        expect(after, path).toMatch(/\bhandover=off\b/)
        expect(after, path).not.toContain(word)
        expectKept(path, before ?? '', after!)
      }
    }
  })
})

describe('several boot loaders', () => {
  const both = {
    ...madeLoaders.refind,
    ...madeLoaders.grub,
    ...bootEntry('\\EFI\\refind\\refind_x64.efi'),
  }

  it('are told apart by what started this system', () => {
    expect(chosen(madeHost(both)).bootLoader).toBe(
      'GRUB (/etc/default/grub). It fits how this system was started: /proc/cmdline begins with BOOT_IMAGE=/boot/vmlinuz-6.12. Left as they are: rEFInd (/boot/efi/EFI/refind/refind.conf).',
    )
    const other = { ...both, '/proc/cmdline': 'ro root=UUID=0a1b initrd=boot\\initrd.img' }
    expect(chosen(madeHost(other)).bootLoader).toContain(
      'BootCurrent is Boot000A: \\EFI\\refind\\refind_x64.efi',
    )
  })

  it('are one where they have the same entries', () => {
    expect(chosen(madeHost(madeLoaders['grub-bls']!)).bootLoader).toContain('No other boot loader was found')
  })

  it('are all named where it cannot be told', () => {
    const files: Record<string, Made> = {
      ...both,
      ...madeLoaders.limine,
      '/proc/cmdline': 'ro root=UUID=0a1b',
    }
    for (const path of Object.keys(bootEntry(''))) delete files[path]
    const found = planCommandLine(madeHost({ ...files, '/sys/firmware/efi/': '' }), [word])
    expect(found).toMatchObject({
      because: expect.stringMatching(/rEFInd \(.*Limine \(.*nothing tells which one started this system/),
    })
  })

  it('or one: nothing is changed where another one started this system', () => {
    const stale = {
      ...madeLoaders.grub,
      ...loaderVariables({ LoaderInfo: 'systemd-boot 257' }),
      '/proc/cmdline': 'ro',
    }
    expect(planCommandLine(madeHost(stale), [word])).toMatchObject({
      because: expect.stringMatching(/not what started this system: GRUB .*LoaderInfo: systemd-boot 257/),
    })
    const none = { ...madeLoaders.grub, '/etc/default/grub': { fails: 'denied' } } as const
    expect(() => planCommandLine(madeHost(none), [word])).toThrow('/etc/default/grub: denied')
  })

  it('of which one has charge of the others count as that one', () => {
    const proxmox = {
      ...madeLoaders.proxmox,
      '/proc/cmdline': 'BOOT_IMAGE=/vmlinuz-6.14 root=ZFS=x ro quiet',
    }
    expect(chosen(madeHost(proxmox)).change.title).toContain('(proxmox-boot-tool)')
    expect(planCommandLine(madeHost({ ...madeLoaders.grub, '/etc/NIXOS': '' }), [word])).toMatchObject({
      because: expect.stringContaining('NixOS'),
    })
  })
})

describe('images that are copied to where they are started from', () => {
  const tools = {
    '/etc/default/grub': '',
    '/usr/sbin/update-initramfs': '#!/bin/sh\n',
    '/boot/initrd.img-6.12': 'an image',
  }
  const card: EarlyFunction = { path: 'pci0000:00/01.0/00.0', vendor: 0x10de, device: 0x2206 }

  it('are copied again when their old state is put back', () => {
    const plan = (id: string) => planEarlyBinding(madeHost({ ...madeLoaders[id], ...tools }), [card])
    expect(plan('grub')).toEqual(initramfsTools.plan(madeHost(tools), [card]))
    expect(plan('grub')).not.toHaveProperty('takeBack')
    expect(plan('proxmox')).toMatchObject({ takeBack: [['proxmox-boot-tool', 'refresh']] })
    expect(plan('kernelstub')).toMatchObject({ takeBack: [['kernelstub']] })
    // kernel-install made these entries too, but they are started from /boot.
    const fedora = {
      ...madeLoaders['grub-bls'],
      ...tools,
      '/usr/bin/kernel-install': '#!/bin/sh\n',
      '/lib/modules/6.17.8-300.fc43.x86_64/': '',
    }
    expect((planEarlyBinding(madeHost(fedora), [card]) as Configuration).commands).toHaveLength(1)
  })

  it('are not made where it is not to be seen', () => {
    const { '/boot/loader/entries/arch.conf': _, ...unmounted } = madeLoaders['systemd-boot']!
    expect(planEarlyBinding(madeHost({ ...unmounted, ...tools }), [card])).toMatchObject({
      because: expect.stringContaining('may not be mounted'),
    })
    expect(planEarlyBinding(madeHost({ ...madeLoaders['systemd-boot'], ...tools }), [card])).toEqual(
      initramfsTools.plan(madeHost(tools), [card]),
    )
  })
})

describe('words on a command line', () => {
  it("are added once, at the end of the kernel's own", () => {
    expect(addWords('', ['a=1', 'b'])).toBe('a=1 b')
    expect(addWords('ro quiet', [word])).toBe(`ro quiet ${word}`)
    expect(addWords('intel_iommu=on intel_iommu=off', [word])).toBe(`intel_iommu=on intel_iommu=off ${word}`)
    expect(addWords('quiet -- single', [word])).toBe(`quiet ${word} -- single`)
    expect(addWords('-- intel_iommu=on', [word])).toBe(`${word} -- intel_iommu=on`)
  })

  it('keep what is there, and are not doubled', () => {
    const part = fc.stringMatching(/^[a-z]{1,6}(=[a-z0-9,]{1,4})?$|^--$/)
    fc.assert(
      fc.property(
        fc.array(part),
        fc.array(fc.stringMatching(/^[a-z]{1,4}(=[a-z0-9]{1,3})?$/), { minLength: 1 }),
        (parts, words) => {
          const line = parts.join(' ')
          // One name once, so that the last one of it is the one that was asked for.
          const asked = words.filter(
            (one, i) => words.findIndex((other) => other.split('=')[0] === one.split('=')[0]) === i,
          )
          const made = addWords(line, asked)
          expect(addWords(made, asked)).toBe(made)
          const added = made.split(' ').filter((one) => one !== '')
          // Taken out again, all is as it was.
          let i = 0
          for (const one of added) if (one === parts[i]) i++
          expect(i).toBe(parts.length)
          for (const one of asked) expect(added).toContain(one)
        },
      ),
    )
  })
})
