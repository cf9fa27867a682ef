import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Made, madeHost } from '../../../test/support/made-host.js'
import { blsEntry, grubMenu, machineId, madeLoaders } from '../../../test/support/made-loaders.js'
import { grub } from './grub.js'
import { grubBls, optionsOf } from './grub-bls.js'
import { addToSetting, plainSetting } from './grub-settings.js'
import type { Loader, LoaderPlan } from './loader.js'

const word = 'intel_iommu=on'
const plan = (loader: Loader, files: Readonly<Record<string, Made>>) => loader.plan(madeHost(files), [word])
const textOf = (found: ReturnType<typeof plan>, path: string) =>
  (found as LoaderPlan).change!.edits.find((one) => one.path === path)?.after

describe("a shell's setting", () => {
  /** What a shell makes of the file. */
  const inShell = (text: string) =>
    execFileSync('sh', ['-c', `${text}\nprintf %s "$X"`], { encoding: 'utf8' })

  it.each([
    ['X="quiet splash"\n', `X="quiet splash ${word}"\n`],
    ["  X='quiet' # mine\n", `  X="quiet ${word}" # mine\n`],
    ['export X=quiet', `export X="quiet ${word}"`],
    ['X=""\nY="$X"\n'.replace('$X', 'z'), `X="${word}"\nY="z"\n`],
    ['#X="a"\nX="a"\n# X\n', `#X="a"\nX="a ${word}"\n# X\n`],
    ['Y=1', `Y=1\nX="${word}"\n`],
    ['', `X="${word}"\n`],
  ])('is found and added to: %j', (before, after) => {
    expect(addToSetting(before, 'X', [word])).toBe(after)
    expect(addToSetting(after, 'X', [word])).toBe(after)
    expect(inShell(after).trim()).toBe(`${inShell(before)} ${word}`.trim())
  })

  it.each([
    'X="a"\nX="b"\n',
    'X="a"\nX+=" b"\n',
    'X="a $Y"\n',
    'X="a `b`"\n',
    'X="a\\"b"\n',
    'X="a\nb"\n',
    'Y="\nX=a"\n',
    'Y=a \\\nX="a"\n',
    'X="a" true\n',
    'X="a"; X=b\n',
    'if [ -e /a ]; then X="a"; fi\n',
    'X="a"\nunset X\n',
    'X="a"\n. /etc/other\n',
    'X="a"b\n',
    'X="a"\r\n',
  ])('is left alone where it is not certain: %j', (text) => {
    expect(addToSetting(text, 'X', [word])).toBeUndefined()
  })

  it('is what a shell makes of it, whatever else stands in the file', () => {
    const line = fc.constantFrom('# X="no"', '', 'Y="a b"', "Z='c'", 'XY=1', 'export W=2', '  # export X')
    const value = fc.stringMatching(/^[a-z=,. ]{0,12}$/)
    fc.assert(
      fc.property(fc.array(line), fc.array(line), value, (before, after, text) => {
        const file = [...before, `X="${text}"`, ...after, ''].join('\n')
        expect(plainSetting(file, 'X')?.value).toBe(text)
        const made = addToSetting(file, 'X', [word])!
        expect(made.split('\n').toSpliced(before.length, 1)).toEqual(
          file.split('\n').toSpliced(before.length, 1),
        )
        expect(addToSetting(made, 'X', [word])).toBe(made)
      }),
    )
  })
})

describe('GRUB whose settings are one file', () => {
  const files = madeLoaders.grub!

  it('gets the words into it, its menu made anew, and a last entry without them', () => {
    const found = plan(grub, files) as LoaderPlan
    expect(textOf(found, '/etc/default/grub')).toContain(
      `GRUB_CMDLINE_LINUX_DEFAULT="loglevel=3 quiet ${word}" # mine\n`,
    )
    expect(found.change!.commands).toEqual([
      { run: ['grub-mkconfig', '-o', '/boot/grub/grub.cfg'], rewrites: ['/boot/grub/grub.cfg'] },
    ])
    expect(textOf(found, '/boot/grub/custom.cfg')).toBe(`# Written by handover; "handover undo" takes it away.
menuentry 'Arch Linux, without handover' --class arch --class gnu-linux $menuentry_id_option 'handover-way-back' {
	load_video
	set gfxpayload=keep
	insmod ext2
	search --no-floppy --fs-uuid --set=root 0a1b
	echo	'Loading Linux linux ...'
	linux	/boot/vmlinuz-linux root=UUID=0a1b rw  loglevel=3 quiet handover=off
	initrd	/boot/initramfs-linux.img
}
`)
    expect(found.wayBack).toContain('"Arch Linux, without handover"')
  })

  it('keeps the custom.cfg that somebody wrote, and the recovery entries that it has', () => {
    const own = plan(grub, { ...files, '/boot/grub/custom.cfg': 'mine\n' }) as LoaderPlan
    expect(own.change!.edits.map(({ path }) => path)).toEqual(['/etc/default/grub'])
    expect(own.wayBack).toContain('no recovery entries')
    const recovery = plan(grub, {
      ...files,
      '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT=quiet\n',
    }) as LoaderPlan
    expect(recovery.change!.edits).toHaveLength(1)
    expect(recovery.wayBack).toContain('recovery entries of the boot menu stay')
    const debian = {
      ...files,
      '/usr/bin/grub-mkconfig': 'for x in $sysconfdir/default/grub.d/*.cfg\n',
      '/etc/default/grub': '',
      '/etc/default/grub.d/10_x.cfg': 'GRUB_DISABLE_RECOVERY="true"\n',
    }
    expect((plan(grub, debian) as LoaderPlan).wayBack).toContain('Arch Linux, without handover')
  })

  it('may be called after its version', () => {
    const suse = {
      '/etc/default/grub': files['/etc/default/grub']!,
      '/usr/sbin/grub2-mkconfig': files['/usr/bin/grub-mkconfig']!,
      '/boot/grub2/grub.cfg': grubMenu,
    }
    const found = plan(grub, suse) as LoaderPlan
    expect(found.change!.commands[0]!.run).toEqual(['grub2-mkconfig', '-o', '/boot/grub2/grub.cfg'])
    expect(textOf(found, '/boot/grub2/custom.cfg')).toContain('handover=off')
  })

  it.each([
    ['not certain', { '/etc/default/grub': 'GRUB_CMDLINE_LINUX_DEFAULT="a $b"\n' }],
    ['more than one menu', { '/usr/sbin/grub2-mkconfig': '', '/boot/grub2/grub.cfg': '' }],
    ['sdbootutil', { '/usr/bin/sdbootutil': '#!/bin/bash\n' }],
  ])('is left alone where it is another one: %s', (why, edits) => {
    expect(plan(grub, { ...files, ...edits })).toMatchObject({ because: expect.stringContaining(why) })
  })
})

describe('GRUB with boot loader entries', () => {
  const files = madeLoaders['grub-bls']!
  const entry = (version: string) => `/boot/loader/entries/${machineId}-${version}.conf`
  const newest = '6.17.8-300.fc43.x86_64'

  it('gets the words into every entry but the rescue one, and into what new kernels get', () => {
    const found = plan(grubBls, files) as LoaderPlan
    expect(textOf(found, entry(newest))).toBe(
      blsEntry(newest, `root=UUID=0a1b ro rhgb quiet $tuned_params ${word}`),
    )
    expect(found.change!.edits.some(({ path }) => path.includes('rescue'))).toBe(false)
    expect(textOf(found, '/etc/kernel/cmdline')).toBe(`root=UUID=0a1b ro rhgb quiet ${word} \n`)
    expect(textOf(found, '/etc/default/grub')).toContain(`GRUB_CMDLINE_LINUX="rhgb quiet ${word}"\n`)
    expect(found.wayBack).toContain(`${machineId}-0-rescue.conf`)
  })

  it('gets an entry without them where it has no rescue one', () => {
    const { [entry('0-rescue')]: _, ...without } = files
    const found = plan(grubBls, without) as LoaderPlan
    const kept = textOf(found, entry('0-handover'))!
    expect(optionsOf(kept)).toBe('root=UUID=0a1b ro rhgb quiet $tuned_params handover=off')
    expect(kept).toContain(`title Fedora Linux (${newest}) 43 (Workstation Edition), without handover\n`)
  })

  it('has a line for new kernels made where there is none', () => {
    const { '/etc/kernel/cmdline': _, ...without } = files
    expect(textOf(plan(grubBls, without), '/etc/kernel/cmdline')).toBe(
      `root=UUID=0a1b ro rhgb quiet ${word}\n`,
    )
    expect(plan(grubBls, { ...without, [entry(newest)]: blsEntry(newest, 'other') })).toMatchObject({
      because: expect.stringContaining('differ'),
    })
  })

  it('takes the words out of entries that came since, and leaves the others alone', () => {
    const found = plan(grubBls, files) as LoaderPlan
    const [[, , script, ...known]] = found.change!.takeBack as [readonly string[]]
    const run = (name: string, text: string) =>
      execFileSync(
        'sh',
        [
          '-c',
          `d=$(mktemp -d); printf %s "$text" >"$d/$name.conf"; ${script!.replaceAll('/boot/loader/entries', '$d')}
cat "$d/$name.conf"; rm -r "$d"`,
          ...known,
        ],
        { encoding: 'utf8', env: { ...process.env, name, text } },
      )
    const text = blsEntry('6.18', `${word} quiet ${word} ${word}`)
    expect(run(`${machineId}-6.18`, text)).toBe(blsEntry('6.18', '').replace('options ', 'options quiet'))
    expect(run(`${machineId}-0-rescue`, text)).toBe(text)
    expect(run('other', 'options intel_iommu=only\n')).toBe('options intel_iommu=only\n')
  })

  it.each([
    ['kernelopts', { [entry(newest)]: blsEntry(newest, '$kernelopts') }],
    ['not one line of options', { [entry(newest)]: 'title x\n' }],
    ['not one line of options', { [entry(newest)]: 'options a\noptions b\n' }],
    ['GRUB_CMDLINE_LINUX', { '/etc/default/grub': 'GRUB_CMDLINE_LINUX="$a"\n' }],
    ['is not one line', { '/etc/kernel/cmdline': 'a\nb\n' }],
  ])('is left alone where it is not certain: %s', (why, edits) => {
    expect(plan(grubBls, { ...files, ...edits })).toMatchObject({ because: expect.stringContaining(why) })
  })
})
