import { describe, expect, it } from 'vitest'
import { type Made, madeHost as madeHostOf } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import type { LoaderPlan } from './loader.js'
import { planCommandLine } from './loaders.js'

/** A computer that has EFI. */
const madeHost = (files: Readonly<Record<string, Made>>) => madeHostOf({ '/sys/firmware/efi/': '', ...files })

/** As Debian 13 has them after `bootctl install`: written from a disk that was made so. */
const token = '0123456789abcdef0123456789abcdef'
const version = '6.12.48+deb13-amd64'
const entry = (of: string) => `# Boot Loader Specification type#1 entry
# File created by /usr/lib/kernel/install.d/90-loaderentry.install (systemd 257.8-1~deb13u2)
title      Debian GNU/Linux 13 (trixie)
version    ${of}
machine-id ${token}
sort-key   debian
options    root=LABEL=root ro quiet systemd.machine_id=${token}
linux      /${token}/${of}/linux
initrd     /${token}/${of}/initrd.img-${of}
`
const older = '6.12.9+deb13-amd64'
const debian = {
  '/usr/bin/kernel-install': new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff]),
  '/etc/kernel/cmdline': 'root=LABEL=root ro quiet\n',
  [`/lib/modules/${version}/`]: '',
  [`/lib/modules/${older}/`]: '',
  [`/boot/efi/loader/entries/${token}-${version}.conf`]: entry(version),
  [`/boot/efi/loader/entries/${token}-${older}.conf`]: entry(older),
  [`/boot/efi/${token}/${version}/linux`]: 'a kernel',
  [`/boot/efi/${token}/${version}/initrd.img-${version}`]: 'an initramfs',
  [`/boot/efi/${token}/${older}/linux`]: 'a kernel',
}

function planned(
  files: Parameters<typeof madeHost>[0],
  words: readonly string[] = ['intel_iommu=on'],
): Configuration {
  const found = planCommandLine(madeHost(files), words) as LoaderPlan
  return found.change!
}
const edits = ({ edits }: Configuration) => Object.fromEntries(edits.map(({ path, after }) => [path, after]))

describe('entries of kernel-install', () => {
  it('get the words through /etc/kernel/cmdline, and one more starts without them', () => {
    const change = planned(debian)
    expect(edits(change)).toEqual({
      '/etc/kernel/cmdline': 'root=LABEL=root ro quiet intel_iommu=on\n',
      '/boot/efi/loader/entries/00-without-handover.conf': expect.stringMatching(
        /title {6}Debian GNU\/Linux 13 \(trixie\) \(without handover\)\nmachine-id \w+\nsort-key {3}debian\noptions .* handover=off\nlinux {6}\S+6\.12\.48\+deb13-amd64\/linux\n/,
      ),
    })
    expect(change.commands).toHaveLength(1)
    expect(change.commands[0]!.run[2]).toContain('kernel-install add "$v" "$k"')
    expect(change.commands[0]!.rewrites).toEqual([
      `/boot/efi/loader/entries/${token}-${version}.conf`,
      `/boot/efi/${token}/${version}/initrd.img-${version}`,
      `/boot/efi/${token}/${version}/linux`,
      `/boot/efi/loader/entries/${token}-${older}.conf`,
      `/boot/efi/${token}/${older}/linux`,
    ])
    const family = new RegExp(change.commands[0]!.family!.names)
    expect(family.test(`${token}-6.13.1.conf`)).toBe(true)
    expect(family.test('00-without-handover.conf')).toBe(false)
  })

  it('take the line of the running kernel where they have no file for it, as kernel-install does', () => {
    const change = planned({
      ...debian,
      '/etc/kernel/cmdline': undefined as unknown as string,
      '/proc/cmdline': 'initrd=\\a\\b root=LABEL=root ro BOOT_IMAGE=/x quiet\n',
    })
    expect(edits(change)['/etc/kernel/cmdline']).toBe('root=LABEL=root ro quiet intel_iommu=on\n')
  })

  it('keep comments and lines of /etc/kernel/cmdline, and words that are there are not doubled', () => {
    const text = '# mine\nroot=LABEL=root\nquiet  \n\n# end\n'
    expect(edits(planned({ ...debian, '/etc/kernel/cmdline': text }))['/etc/kernel/cmdline']).toBe(
      '# mine\nroot=LABEL=root\nquiet intel_iommu=on\n\n# end\n',
    )
    const there = '# mine\nintel_iommu=on quiet\n'
    expect(edits(planned({ ...debian, '/etc/kernel/cmdline': there }))['/etc/kernel/cmdline']).toBeUndefined()
    // The last word of a name counts.
    const off = 'intel_iommu=on intel_iommu=off\n'
    expect(edits(planned({ ...debian, '/etc/kernel/cmdline': off }))['/etc/kernel/cmdline']).toBe(
      'intel_iommu=on intel_iommu=off intel_iommu=on\n',
    )
  })

  it('are left alone where boots are counted', () => {
    expect(planCommandLine(madeHost({ ...debian, '/etc/kernel/tries': '3\n' }), ['x'])).toMatchObject({
      because: expect.stringContaining('boot counting'),
      edit: expect.stringContaining('add x to the options of the entries in /boot/efi/loader/entries'),
    })
  })

  it('are left alone where another program makes them', () => {
    expect(
      planCommandLine(madeHost({ ...debian, '/usr/bin/sdbootutil': '#!/bin/bash\n' }), ['x']),
    ).toMatchObject({
      because: expect.stringContaining('sdbootutil'),
    })
  })

  it('get only one more where no words are wanted; once', () => {
    const change = planned(debian, [])
    expect(Object.keys(edits(change))).toEqual(['/boot/efi/loader/entries/00-without-handover.conf'])
    expect(change.commands).toEqual([])
    const again = { ...debian, '/boot/efi/loader/entries/00-without-handover.conf': change.edits[0]!.after! }
    expect(planned(again, [])).toBeUndefined()
  })
})

describe('entries that somebody wrote', () => {
  /** As wiki.archlinux.org/title/Systemd-boot, "Adding loaders". */
  const arch = `title   Arch Linux
# my comment
linux   /vmlinuz-linux
initrd  /initramfs-linux.img
options root=UUID=xxx rw
options quiet
`
  const files = {
    '/boot/loader/entries/arch.conf': arch,
    '/boot/loader/entries/windows.conf': 'title Windows\nefi /EFI/Microsoft/Boot/bootmgfw.efi\n',
  }

  it('are edited, and those of other systems are not', () => {
    const change = planned(files)
    expect(edits(change)).toEqual({
      '/boot/loader/entries/arch.conf': arch.replace('options quiet', 'options quiet intel_iommu=on'),
      '/boot/loader/entries/00-without-handover.conf': expect.stringContaining(
        'options quiet handover=off\n',
      ),
    })
    expect(change.edits.map(({ mayGo }) => mayGo)).toEqual([true, undefined])
    expect(change.commands).toEqual([])
  })

  it('without options get a line of them', () => {
    const bare = { '/boot/loader/entries/a.conf': 'title A\nlinux /vmlinuz' }
    expect(edits(planned(bare))['/boot/loader/entries/a.conf']).toBe(
      'title A\nlinux /vmlinuz\noptions intel_iommu=on\n',
    )
  })
})

describe('unified kernel images', () => {
  const files = {
    '/usr/bin/kernel-install': '#!',
    '/etc/kernel/cmdline': 'root=LABEL=root\n',
    [`/lib/modules/${version}/`]: '',
    [`/efi/EFI/Linux/${token}-${version}.efi`]: 'MZ',
  }
  const copy = '/efi/EFI/Linux/00-without-handover.efi'

  it('are made anew by kernel-install, and the newest is kept', () => {
    const change = planned(files)
    expect(edits(change)).toEqual({ '/etc/kernel/cmdline': 'root=LABEL=root intel_iommu=on\n' })
    const image = `/efi/EFI/Linux/${token}-${version}.efi`
    expect(change.commands).toMatchObject([
      { run: ['cp', image, copy], rewrites: [copy] },
      { rewrites: [image], family: { folder: '/efi/EFI/Linux' } },
    ])
    expect(planned(files, []).commands).toEqual([{ run: ['cp', image, copy], rewrites: [copy] }])
    expect(planned({ ...files, [copy]: 'MZ' }, [])).toBeUndefined()
    expect(planned({ ...files, [copy]: 'MZ' }).commands).toHaveLength(1)
  })

  it('are left alone where it is not known what makes them', () => {
    const others = { '/efi/EFI/Linux/linux.efi': 'MZ' }
    expect(planCommandLine(madeHost(others), ['x'])).toMatchObject({
      because: expect.stringContaining('what makes the unified kernel images here is not known'),
    })
  })
})
