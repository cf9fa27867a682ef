import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { card, modprobe, planned, runEarly } from '../../../test/support/early-run.js'
import { type Made, madeHost } from '../../../test/support/made-host.js'
import type { Configuration } from '../../changes/index.js'
import { mkinitcpio } from './mkinitcpio.js'
import { presetImages } from './mkinitcpio-presets.js'

type Files = Readonly<Record<string, Made>>

/** As mkinitcpio.d/hook.preset of version 40 has it. */
const preset = `# mkinitcpio preset file for the 'linux' package

#ALL_config="/etc/mkinitcpio.conf"
ALL_kver="/boot/vmlinuz-linux"

PRESETS=('default' 'fallback')

#default_config="/etc/mkinitcpio.conf"
default_image="/boot/initramfs-linux.img"
#default_uki="/efi/EFI/Linux/arch-linux.efi"
#default_options="--splash /usr/share/systemd/bootctl/splash-arch.bmp"

fallback_image="/boot/initramfs-linux-fallback.img"
fallback_options="-S autodetect"
`
const arch: Files = {
  '/usr/bin/mkinitcpio': "#!/usr/bin/env bash\n_d_config='/etc/mkinitcpio.conf.d'\n",
  '/etc/mkinitcpio.conf': 'MODULES=()\nBINARIES=()\nFILES=()\nHOOKS=(base udev autodetect modconf block)\n',
  '/etc/mkinitcpio.d/linux.preset': preset,
  '/boot/initramfs-linux.img': 'an image',
  '/boot/initramfs-linux-fallback.img': 'another one',
  '/boot/amd-ucode.img': 'microcode',
}
const plan = (files: Files) => mkinitcpio.plan(madeHost(files), [planned]) as Configuration
const edit = (change: Configuration, path: string) => change.edits.find((one) => one.path.endsWith(path))!

describe('mkinitcpio', () => {
  it('gets a hook and a drop-in, and makes the images of all presets anew', () => {
    expect(mkinitcpio.installed(madeHost(arch))).toBe('/usr/bin/mkinitcpio')
    expect(mkinitcpio.installed(madeHost({ '/usr/bin/mkinitcpio': '' }))).toBeUndefined()
    const { edits, commands } = plan(arch)
    expect(edits.map(({ path, mode }) => [path, mode])).toEqual([
      ['/etc/initcpio/hooks/handover', 0o755],
      ['/etc/initcpio/install/handover', 0o755],
      ['/etc/mkinitcpio.conf.d/zz-handover.conf', 0o644],
    ])
    expect(commands).toMatchObject([
      {
        run: ['mkinitcpio', '-P'],
        rewrites: ['/boot/initramfs-linux.img', '/boot/initramfs-linux-fallback.img'],
      },
    ])
    const names = new RegExp(commands[0]!.family!.names)
    expect(['initramfs-linux-lts.img', 'amd-ucode.img'].map((name) => names.test(name))).toEqual([
      true,
      false,
    ])
  })

  it('adds to the hooks and modules of the settings before', () => {
    const settings = (change: Configuration) =>
      execFileSync(
        'bash',
        [
          '--norc',
          '-euc',
          `${arch['/etc/mkinitcpio.conf']}MODULES=(a b)\n${edit(change, 'zz-handover.conf').after}echo "\${HOOKS[*]} | \${MODULES[*]} | \${FILES[*]}"`,
        ],
        { encoding: 'utf8' },
      )
    expect(settings(plan(arch))).toBe('base udev autodetect modconf block handover | a b | \n')
    const byId = mkinitcpio.planById(madeHost(arch), modprobe) as Configuration
    expect(byId.edits.map(({ path }) => path)).toEqual([
      modprobe.path,
      '/etc/mkinitcpio.conf.d/zz-handover.conf',
    ])
    expect(settings(byId)).toBe(`base udev autodetect modconf block | vfio_pci a b | ${modprobe.path}\n`)
  })

  /** Runs build() of the install hook for an image in which `files` stand already. */
  function build(files: readonly string[]) {
    const root = mkdtempSync(join(tmpdir(), 'handover-mkinitcpio-'))
    try {
      for (const path of files) {
        mkdirSync(join(root, path, '..'), { recursive: true })
        writeFileSync(join(root, path), '')
      }
      const script = `
add_module() { echo "add_module $*"; }
add_runscript() { echo add_runscript; }
add_binary() { echo "add_binary $*"; }
${edit(plan(arch), 'install/handover').after}
build; help >/dev/null`
      const said = execFileSync('bash', ['--norc', '-euc', script], {
        encoding: 'utf8',
        env: { ...process.env, BUILDROOT: root },
      })
      const units = join(root, 'usr/lib/systemd/system')
      const unit = join(units, 'handover.service')
      return {
        said: said.trim().split('\n'),
        unit: existsSync(unit) ? readFileSync(unit, 'utf8') : undefined,
        wants: existsSync(unit)
          ? readlinkSync(join(units, 'sysinit.target.wants/handover.service'))
          : undefined,
      }
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  }

  it('has an install hook for images of either kind', () => {
    const hooks = ['add_module vfio-pci', 'add_runscript']
    expect(build(['usr/bin/sh', 'usr/bin/cat'])).toEqual({ said: hooks, unit: undefined, wants: undefined })
    const systemd = build(['usr/lib/systemd/systemd', 'usr/bin/sh', 'usr/bin/cat'])
    expect(systemd.said).toEqual(hooks)
    expect(systemd.wants).toBe('../handover.service')
    expect(systemd.unit).toMatch(/^Before=.*systemd-udevd\.service/m)
    // Without the base hook there is no shell.
    expect(build(['usr/lib/systemd/systemd']).said).toEqual([
      ...hooks,
      'add_binary /usr/bin/bash /usr/bin/sh',
      'add_binary /usr/bin/cat',
    ])
  })

  it('has a hook that takes the device, as an early hook and as the unit runs it', () => {
    const hook = edit(plan(arch), 'hooks/handover').after!
    // What add_runscript looks for: functions funcgrep.
    expect(hook).toMatch(/^run_earlyhook\(\)/m)
    const found = runEarly(`${hook}\n[ -z "$(type take 2>/dev/null | grep function)" ] && run_earlyhook`, {
      '00.0': card,
      '01.0': card,
    })
    expect(found).toMatchObject({
      status: 0,
      stderr: '',
      overrides: { '00.0': 'vfio-pci', '01.0': '' },
      modprobe: 'vfio-pci',
    })
    const unit = build(['usr/lib/systemd/systemd']).unit!
    expect(/^ExecStart=(.*)$/m.exec(unit)?.[1]).toBe(`/usr/bin/sh -c '. /hooks/handover; run_earlyhook'`)
  })

  it.each<[string, Files]>([
    ['older than version 36', { '/usr/bin/mkinitcpio': '#!/bin/bash\n' }],
    ['zzz.conf is read after', { '/etc/mkinitcpio.conf.d/zzz.conf': '' }],
    ['HOOKS="base udev"', { '/etc/mkinitcpio.conf': 'HOOKS="base udev"\n' }],
    ['MODULES=nvme', { '/etc/mkinitcpio.conf.d/a.conf': 'MODULES=nvme\n' }],
    ['linux.preset has a line', { '/etc/mkinitcpio.d/linux.preset': `${preset}default_image="/boot/$X"\n` }],
    ['make no image', { '/etc/mkinitcpio.d/linux.preset': 'PRESETS=()\n' }],
  ])('is left alone: %s', (because, more) => {
    expect(plan({ ...arch, ...more })).toMatchObject({
      kind: 'by hand',
      because: expect.stringContaining(because),
      edit: expect.stringContaining('mkinitcpio -P'),
    })
  })

  it('does not mind its own drop-in of before', () => {
    const own = edit(plan(arch), 'zz-handover.conf')
    expect(plan({ ...arch, [own.path]: own.after! }).kind).toBe('configuration')
  })
})

describe('a preset', () => {
  it.each<[string, readonly string[]]>([
    [preset, ['/boot/initramfs-linux.img', '/boot/initramfs-linux-fallback.img']],
    ["ALL_kver='/boot/v'\nPRESETS=(default)\ndefault_uki=/efi/a.efi # it\n", ['/efi/a.efi']],
    [
      'PRESETS=("one")\none_kver="6.12"\none_image="/a b.img"\none_efi_image="/b.efi"',
      ['/a b.img', '/b.efi'],
    ],
    // Without a kernel it is skipped; what is not in PRESETS, too; and an empty setting is none.
    ['PRESETS=(one)\none_image="/boot/one.img"\n', []],
    ['ALL_kver=1\nPRESETS=(one)\nALL_config=\none_image=""\ntwo_image="/boot/two.img"\n', []],
    [
      'ALL_kver=1\nALL_microcode=(/boot/*-ucode.img)\nPRESETS=(one)\none_image=/i\none_options=(-S x)\n',
      ['/i'],
    ],
  ])('names its images: %#', (text, images) => {
    expect(presetImages(text)).toEqual({ images })
  })

  it.each([
    ['ALL_config="/etc/mkinitcpio.conf"', 'leaves out /etc/mkinitcpio.conf.d'],
    ['one_config=/etc/other.conf', 'leaves out'],
    ['one_image="/boot/$(uname -r).img"', 'more than a setting'],
    ['for a in b; do c; done', 'more than a setting'],
    ['one_image=boot/one.img', 'no whole path'],
    ['PRESETS+=(two)', 'more than a setting'],
  ])('is uncertain with %s', (line, because) => {
    expect(presetImages(`ALL_kver=1\nPRESETS=(one)\none_image=/boot/one.img\n${line}\n`)).toEqual({
      because: expect.stringContaining(because),
    })
  })

  it('is read as bash reads it', () => {
    const images = execFileSync(
      'bash',
      ['--norc', '-uc', `${preset}\nfor p in "\${PRESETS[@]}"; do i=\${p}_image; echo "\${!i}"; done`],
      { encoding: 'utf8' },
    )
    expect(presetImages(preset)).toEqual({ images: images.trim().split('\n') })
  })
})
