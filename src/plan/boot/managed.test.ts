import { describe, expect, it } from 'vitest'
import { modprobe } from '../../../test/support/early-run.js'
import { denied, type Made, madeHost } from '../../../test/support/made-host.js'
import { kernelstubSettings, madeLoaders } from '../../../test/support/made-loaders.js'
import { diff } from '../../changes/index.js'
import { kernelstub } from './kernelstub.js'
import type { Loader, LoaderPlan } from './loader.js'
import { nixos, nixosInitramfs } from './nixos.js'
import { proxmox } from './proxmox.js'
import { rpmOstree } from './rpm-ostree.js'

const word = 'intel_iommu=on'
const plan = (loader: Loader, files: Readonly<Record<string, Made>>) => loader.plan(madeHost(files), [word])
const textOf = (found: ReturnType<typeof plan>, path: string) =>
  (found as LoaderPlan).change!.edits.find((one) => one.path === path)?.after

describe('proxmox-boot-tool', () => {
  const files = madeLoaders.proxmox!
  const refresh = ['proxmox-boot-tool', 'refresh']

  it('has the line of systemd-boot and the settings of GRUB edited, and brings them to its partitions', () => {
    const found = plan(proxmox, files) as LoaderPlan
    expect(textOf(found, '/etc/kernel/cmdline')).toBe(`root=ZFS=rpool/ROOT/pve-1 boot=zfs ${word}\n`)
    expect(textOf(found, '/etc/default/grub.d/handover.cfg')).toContain(word)
    expect(found.change!).toMatchObject({ commands: [{ run: refresh, rewrites: [] }], takeBack: [refresh] })
    expect(found.wayBack).toContain('edit the entry in the menu')
  })

  it('is GRUB alone where there is no EFI', () => {
    const bios = {
      '/etc/kernel/proxmox-boot-uuids': 'ABCD-1234\n',
      '/etc/default/grub': '',
      '/usr/sbin/grub-mkconfig': files['/usr/sbin/grub-mkconfig']!,
    }
    const found = plan(proxmox, bios) as LoaderPlan
    expect(found.change!.edits.map(({ path }) => path)).toEqual(['/etc/default/grub.d/handover.cfg'])
    expect(found.wayBack).toContain('recovery entries')
    const { '/usr/sbin/grub-mkconfig': _, ...none } = bios
    expect(plan(proxmox, none)).toMatchObject({ because: 'there is no grub-mkconfig' })
  })

  it('does not count where it has no partitions', () => {
    expect(proxmox.installed(madeHost({ '/etc/kernel/proxmox-boot-uuids': '\n' }))).toBeUndefined()
  })

  it.each([
    ['quiet\n', 'with root='],
    ['root=a\nroot=b\n', 'with root='],
  ])('refuses a line that it does not take as it stands: %j', (text, why) => {
    expect(plan(proxmox, { ...files, '/etc/kernel/cmdline': text })).toMatchObject({
      because: expect.stringContaining(why),
    })
  })

  it('refuses what it would take from the running kernel', () => {
    const { '/etc/kernel/cmdline': _, ...without } = files
    expect(plan(proxmox, without)).toMatchObject({ because: 'there is no /etc/kernel/cmdline' })
  })
})

describe('kernelstub', () => {
  const files = madeLoaders.kernelstub!

  it('has its own file edited as it would write it, and an entry kept', () => {
    const found = plan(kernelstub, files) as LoaderPlan
    expect(textOf(found, '/etc/kernelstub/configuration')).toBe(
      kernelstubSettings.replace(
        '"splash"\n    ],\n    "esp_path": "/boot/efi",\n    "setup',
        `"splash",\n      "${word}"\n    ],\n    "esp_path": "/boot/efi",\n    "setup`,
      ),
    )
    expect(
      textOf(found, '/boot/efi/loader/entries/Pop_OS-before-handover.conf'),
    ).toBe(`title Pop!_OS, without handover
linux /EFI/Pop_OS-0a1b/vmlinuz.efi
initrd /EFI/Pop_OS-0a1b/initrd.img
options root=UUID=0a1b ro quiet loglevel=0 splash handover=off
`)
    expect(found.change!).toMatchObject({ commands: [{ run: ['kernelstub'] }], takeBack: [['kernelstub']] })
  })

  it('writes other letters as Python does', () => {
    const settings = kernelstubSettings.replace('"loglevel=0"', '"name=\\u00e4\\ud83d\\ude00"')
    const found = plan(kernelstub, { ...files, '/etc/kernelstub/configuration': settings })
    expect(textOf(found, '/etc/kernelstub/configuration')).toContain('"name=\\u00e4\\ud83d\\ude00"')
  })

  it.each([
    ['no JSON', (text: string) => `${text}}`],
    ['written otherwise', (text: string) => text.replaceAll('  ', '\t')],
    ['an older file', (text: string) => text.replaceAll('"config_rev": 3', '"config_rev": 2')],
    ["the firmware's entry", (text: string) => text.replace('"manage_mode": true', '"manage_mode": false')],
    ['no entries', (text: string) => text.replace('"setup_loader": true', '"setup_loader": false')],
    ['one text', (text: string) => text.replace(/\[\s+"quiet",\s+"loglevel=0",\s+"splash"\s+\]/, '"quiet"')],
    ['a list', () => '[]'],
    ['nothing', () => 'null'],
  ])('is left alone where its file is not certain: %s', (_why, edit) => {
    const settings = edit(kernelstubSettings)
    expect(settings).not.toBe(kernelstubSettings)
    expect(plan(kernelstub, { ...files, '/etc/kernelstub/configuration': settings })).toMatchObject({
      because: expect.stringContaining('not as kernelstub 3 writes it'),
    })
  })

  it('is left alone where its entry is not found', () => {
    expect(plan(kernelstub, { '/etc/kernelstub/configuration': kernelstubSettings })).toMatchObject({
      because: expect.stringContaining('no entry'),
    })
  })
})

describe('rpm-ostree', () => {
  const files = madeLoaders['rpm-ostree']!
  const staged = '/run/ostree/staged-deployment'

  it('is given the words, and the same words are taken from it', () => {
    const change = (plan(rpmOstree, files) as LoaderPlan).change!
    expect(change.edits).toEqual([])
    expect(change.commands[0]!.run).toEqual(['rpm-ostree', 'kargs', `--append-if-missing=${word}`])
    expect(change.takeBack).toEqual([['rpm-ostree', 'kargs', `--delete-if-present=${word}`]])
  })

  it('shows by the deployment that is to start next whether it was', () => {
    const change = (plan(rpmOstree, files) as LoaderPlan).change!
    const left = (edits: Readonly<Record<string, Made>>) =>
      diff(change, madeHost({ ...files, ...edits })).length
    const kargs = (...words: readonly string[]) =>
      new Uint8Array(Buffer.from(`kargs\0\0\0${words.join('\0')}\0\xff`, 'latin1'))
    expect(left({})).toBe(1)
    expect(left({ [staged]: kargs('rw', word) })).toBe(0)
    expect(left({ [staged]: kargs('rw') })).toBe(1)
    expect(left({ '/boot/loader/entries/ostree-2.conf': `options rw ${word}\n` })).toBe(0)
    expect(left({ '/boot/loader/entries/ostree-1.conf': `options rw ${word}\n` })).toBe(1)
    expect(left({ '/boot/loader/entries/ostree-10-fedora.conf': `options rw ${word}\n` })).toBe(0)
    expect(() => left({ [staged]: denied })).toThrow(`${staged}: denied`)
  })

  it('keeps words that it had before', () => {
    const had = plan(rpmOstree, { ...files, [staged]: `kargs\0${word}\0` }) as LoaderPlan
    expect(had.change).not.toHaveProperty('takeBack')
  })

  it('is left alone where there is only ostree', () => {
    const { '/usr/bin/rpm-ostree': _, ...without } = files
    expect(plan(rpmOstree, without)).toMatchObject({ kind: 'by hand' })
  })
})

describe('NixOS', () => {
  it('is told by a module to add', () => {
    expect(plan(nixos, { '/etc/NIXOS': '' })).toMatchObject({
      edit: expect.stringContaining('{\n  boot.kernelParams = [ "intel_iommu=on" ];\n}'),
    })
    expect(nixos.plan(madeHost({}), [`a="\${b}"`])).toMatchObject({
      edit: expect.stringContaining(`[ "a=\\"\\\${b}\\"" ]`),
    })
  })

  it('is told the ids', () => {
    const after = '# x\noptions vfio-pci ids=10de:2206,10de:1aef\n'
    expect(nixosInitramfs.planById(madeHost({}), { ...modprobe, after })).toMatchObject({
      edit: expect.stringContaining('boot.kernelParams = [ "vfio-pci.ids=10de:2206,10de:1aef" ];'),
    })
  })

  it('gets a script that Nix does not take for its own', () => {
    const { edit } = nixosInitramfs.plan(madeHost({}), [
      { path: 'pci0000:00/01.0/00.0', vendor: 0x10de, device: 0x2206 },
    ]) as { edit: string }
    const script = edit.slice(edit.indexOf("''") + 2, edit.lastIndexOf("''"))
    expect(script).not.toContain('handover undo')
    expect(script).toContain('take pci0000:00/01.0/00.0 0x10de 0x2206')
    // Within '' '' texts, ''${ stands for ${ (Nix manual, String literals).
    expect(script.replaceAll("''${", '')).not.toMatch(/\$\{|''/)
  })
})
