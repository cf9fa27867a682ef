import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { card, modprobe, planned, runEarly } from '../../../test/support/early-run.js'
import { denied, type Made, madeHost } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import { dracut } from './dracut.js'

type Files = Readonly<Record<string, Made>>

/** Two kernels with an image each, and what else stands in /boot: as Debian 13, Fedora and openSUSE have it. */
const running = '6.12.57+deb13-amd64'
const older = '6.12.48+deb13-amd64'
const system = (image: (kernel: string) => string, more: Files = {}): Files => ({
  '/usr/bin/dracut': '#!/bin/bash\n',
  '/etc/dracut.conf': '# PUT YOUR CONFIG IN separate files\n',
  '/proc/sys/kernel/osrelease': `${running}\n`,
  ...Object.fromEntries(
    [running, older].flatMap((kernel) => [
      [`/lib/modules/${kernel}/modules.dep`, ''],
      [`/boot/vmlinuz-${kernel}`, 'a kernel'],
      [`/boot/${image(kernel)}`, 'an image'],
    ]),
  ),
  // Left over from a kernel that is gone.
  '/lib/modules/6.1.0/updates/': '',
  ...more,
})
const debian = system((kernel) => `initrd.img-${kernel}`, { '/boot/initrd.img-6.1.0': 'its image' })
const fedora = system((kernel) => `initramfs-${kernel}.img`, {
  '/boot/initramfs-0-rescue-0123456789abcdef0123456789abcdef.img': 'rescue',
  [`/boot/initramfs-${running}kdump.img`]: 'kdump',
  '/boot/loader/entries/one.conf': '',
})
const opensuse = system((kernel) => `initrd-${kernel}`, { '/boot/initrd-6.12-kdump': 'kdump' })

const plan = (files: Files) => dracut.plan(madeHost(files), [planned]) as Configuration

describe('dracut', () => {
  it('is in charge where initramfs-tools is not', () => {
    expect(dracut.installed(madeHost(debian))).toBe('/usr/bin/dracut')
    expect(dracut.installed(madeHost({}))).toBeUndefined()
    const both = { ...debian, '/usr/sbin/update-initramfs': 'mkinitramfs -o\n' }
    expect(dracut.installed(madeHost(both))).toBeUndefined()
    // Its own, from dracut 112 on.
    const own = { ...debian, '/usr/sbin/update-initramfs': 'if dracut --force "$initramfs"; then\n' }
    expect(dracut.installed(madeHost(own))).toBe('/usr/bin/dracut')
  })

  it.each([
    ['Debian', debian, [`initrd.img-${older}`, `initrd.img-${running}`]],
    ['Fedora', fedora, [`initramfs-${older}.img`, `initramfs-${running}.img`]],
    ['openSUSE', opensuse, [`initrd-${older}`, `initrd-${running}`]],
  ])('of %s has the images of kernels made anew, and no other ones', (_, files, images) => {
    const { edits, commands } = plan(files)
    expect(edits.map(({ path, mode }) => [path, mode])).toEqual([
      ['/usr/lib/dracut/modules.d/90handover/module-setup.sh', 0o755],
      ['/usr/lib/dracut/modules.d/90handover/handover.sh', 0o755],
    ])
    const [{ run, rewrites, family } = { run: [], rewrites: [] }] = commands
    expect(commands).toHaveLength(1)
    expect(rewrites).toEqual(images.map((name) => `/boot/${name}`))

    // What the loop really calls.
    const root = mkdtempSync(join(tmpdir(), 'handover-dracut-'))
    try {
      for (const path of Object.keys(files)) {
        const at = join(root, path)
        if (path.endsWith('/')) mkdirSync(at, { recursive: true })
        else {
          mkdirSync(dirname(at), { recursive: true })
          writeFileSync(at, '')
        }
      }
      const calls = join(root, 'calls')
      writeFileSync(join(root, 'dracut'), `#!/bin/sh\necho "$@" >>${calls}\n`, { mode: 0o755 })
      const script = run.at(-1)!.replaceAll(/\/(boot|lib\/modules)\//g, `${root}/$1/`)
      execFileSync('sh', ['-c', script], { env: { PATH: `${root}:/usr/bin:/bin` } })
      const called = readFileSync(calls, 'utf8').replaceAll(root, '').trim().split('\n')
      expect(called).toEqual(rewrites.map((image, i) => `--force ${image} ${[older, running][i]}`))
    } finally {
      rmSync(root, { recursive: true, force: true })
    }

    // One more kernel's image is of the family; those that are there and stay are not.
    const names = new RegExp(family!.names)
    expect(names.test(images[1]!.replace(running, '6.13.0'))).toBe(true)
    const kept = Object.keys(files).filter((path) => path.startsWith('/boot/') && !rewrites.includes(path))
    expect(kept.filter((path) => names.test(path.slice('/boot/'.length)))).toEqual([])
  })

  it('fails where one image does', () => {
    const [{ run } = { run: [] }] = plan(debian).commands
    const root = mkdtempSync(join(tmpdir(), 'handover-dracut-'))
    try {
      mkdirSync(join(root, 'boot'))
      mkdirSync(join(root, 'lib/modules/1'), { recursive: true })
      writeFileSync(join(root, 'boot/initrd.img-1'), '')
      writeFileSync(join(root, 'lib/modules/1/modules.dep'), '')
      writeFileSync(join(root, 'dracut'), '#!/bin/sh\nexit 3\n', { mode: 0o755 })
      const script = run.at(-1)!.replaceAll(/\/(boot|lib\/modules)\//g, `${root}/$1/`)
      expect(spawnSync('sh', ['-c', script], { env: { PATH: `${root}:/usr/bin:/bin` } }).status).toBe(3)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })

  it('has a module that dracut takes in, with a hook before udev', () => {
    const [setup] = plan(debian).edits
    const script = `
instmods() { echo "instmods hostonly=$hostonly $*"; }
inst_multiple() { echo "inst_multiple $*"; }
inst_hook() { echo "inst_hook $*"; }
hostonly=yes moddir=/m
${setup!.after}
check && depends && installkernel && install`
    expect(execFileSync('bash', ['--norc', '-euc', script], { encoding: 'utf8' })).toBe(`base
instmods hostonly= vfio-pci
inst_multiple cat modprobe
inst_hook pre-udev 00 /m/handover.sh
`)
  })

  it('has a hook that takes the device, and leaves nothing in the shell that reads it', () => {
    const hook = plan(debian).edits[1]!.after!
    const found = runEarly(`at=mine taken=mine\n${hook}\necho "$at $taken"; command -v take || echo none`, {
      '00.0': card,
      '01.0': card,
    })
    expect(found).toMatchObject({
      status: 0,
      stdout: 'mine mine\nnone\n',
      stderr: '',
      overrides: { '00.0': 'vfio-pci', '01.0': '' },
      modprobe: 'vfio-pci',
      probed: '0000:07:00.0',
    })
  })

  it('needs no module by id', () => {
    const { title, edits, commands } = dracut.planById(madeHost(debian), modprobe) as Configuration
    expect(title).toContain('by id')
    expect(edits.map(({ path }) => path)).toEqual([modprobe.path, '/etc/dracut.conf.d/handover.conf'])
    expect(commands).toEqual(plan(debian).commands)
    const shell = `force_drivers=" a " install_items=\n${edits[1]!.after}echo $force_drivers $install_items`
    expect(execFileSync('bash', ['--norc', '-euc', shell], { encoding: 'utf8' })).toBe(
      `a vfio_pci ${modprobe.path}\n`,
    )
  })

  it.each<[string, Files]>([
    ['image of ostree', { '/run/ostree-booted': '' }],
    ['no image', { '/proc/sys/kernel/osrelease': '6.13.0\n' }],
    ['no image', { [`/lib/modules/${running}/modules.dep`]: { fails: { code: 'EIO' } }, '/boot/': '' }],
    ['several images', { [`/boot/initramfs-${running}.img`]: '' }],
    [`/efi/EFI/Linux/0123-${running}.efi`, { [`/efi/EFI/Linux/0123-${running}.efi`]: '' }],
    ['dracutmodules', { '/etc/dracut.conf': 'dracutmodules+=" base "\n' }],
    ['omit_dracutmodules', { '/etc/dracut.conf.d/a.conf': 'omit_dracutmodules+=" systemd "\n' }],
    ['omit_drivers', { '/usr/lib/dracut/dracut.conf.d/a.conf': 'omit_drivers+=" vfio-pci "\n' }],
    ['uefi="yes', { '/etc/dracut.conf.d/a.conf': 'uefi="yes"\n' }],
  ])('is left alone: %s', (because, more) => {
    const files: Record<string, Made> = { ...debian, ...more }
    if ('/boot/' in more) delete files[`/boot/initrd.img-${running}`]
    expect(plan(files)).toMatchObject({
      kind: 'by hand',
      because: expect.stringContaining(because),
      edit: expect.stringContaining('driver_override'),
    })
  })

  it('is left alone only for what stands in the way', () => {
    const fine = `${'# dracutmodules="base"\nadd_dracutmodules+=" rescue "\nomit_dracutmodules+=" plymouth "\n'}uefi="no"\n`
    expect(plan({ ...debian, '/etc/dracut.conf.d/01-debian.conf': fine }).kind).toBe('configuration')
  })

  it('is not planned for where it could not be looked', () => {
    expect(() => plan({ ...debian, '/boot/EFI/Linux': denied })).toThrow('/boot/EFI/Linux: denied')
  })
})
