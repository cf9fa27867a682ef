import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Made, madeHost } from '../../../test/support/made-host.js'
import { limineProgram, madeLoaders } from '../../../test/support/made-loaders.js'
import { extlinux } from './extlinux.js'
import { cmdlineText } from './grub-bls.js'
import { limine, limineConfig } from './limine.js'
import type { Loader, LoaderPlan } from './loader.js'
import { linuxOptions, refind, stanzaOptions } from './refind.js'
import { syslinux, syslinuxConfig } from './syslinux.js'

const word = 'intel_iommu=on'
const plan = (loader: Loader, files: Readonly<Record<string, Made>>) => loader.plan(madeHost(files), [word])
const textOf = (found: ReturnType<typeof plan>, path: string) =>
  (found as LoaderPlan).change!.edits.find((one) => one.path === path)?.after
const refused = (found: ReturnType<typeof plan>, why: string) =>
  expect(found).toMatchObject({ because: expect.stringContaining(why) })

describe('rEFInd', () => {
  const files = madeLoaders.refind!
  const conf = '/boot/efi/EFI/refind/refind.conf'

  it('gets the words into every line, and a last line without them', () => {
    expect(textOf(plan(refind, files), '/boot/refind_linux.conf')).toBe(`# my own remark
"Boot with standard options"  "ro root=UUID=0a1b quiet splash ${word}"
"Boot to single-user mode"    "ro root=UUID=0a1b quiet splash single ${word}"
"Boot with minimal options"   "ro root=UUID=0a1b ${word}"
"Boot without handover"  "ro root=UUID=0a1b quiet splash handover=off"
`)
  })

  it('gets them into stanzas for Linux, with a submenu entry without them', () => {
    expect(textOf(plan(refind, files), conf)).toBe(
      (files[conf] as string)
        .replace('add_efi_memmap"', `add_efi_memmap ${word}"`)
        .replace(
          '    }\n}\n',
          '    }\n    submenuentry "Boot without handover" {\n        options "root=PARTUUID=5028 rw add_efi_memmap handover=off"\n    }\n}\n',
        ),
    )
  })

  it.each([
    ['not two texts', { '/boot/refind_linux.conf': '"a" "b"\n"c" d\n' }],
    ['not two texts', { '/boot/refind_linux.conf': '"a" "b ""c"" d"\n' }],
    ['not two texts', { '/boot/refind_linux.conf': '# nothing\n' }],
    ['stanza for Linux', { [conf]: 'menuentry Linux {\n  loader /vmlinuz\n}\n' }],
    ['stanza for Linux', { [conf]: 'menuentry Linux {\n  loader /vmlinuz\n  options ro quiet\n}\n' }],
    [
      'stanza for Linux',
      { [conf]: 'menuentry Linux {\n  loader /vmlinuz\n  options "a"\n  options "b"\n}\n' },
    ],
    ['stanza for Linux', { [conf]: 'menuentry Linux {\n  loader /vmlinuz\n  options "a"\n' }],
    ['stanza for Linux', { [conf]: 'menuentry Linux\n{\n  loader /vmlinuz\n  options "a"\n}\n' }],
    ['includes another file', { [conf]: 'include mine.conf\n' }],
  ])('is left alone where it is not certain: %s', (why, edits) => {
    refused(plan(refind, { ...files, ...edits }), why)
  })

  it('is left alone where neither file has options', () => {
    refused(plan(refind, { [conf]: 'timeout 20\n' }), 'takes no options')
  })
})

describe('Limine', () => {
  const files = madeLoaders.limine!
  const path = '/boot/limine.conf'
  const text = files[path] as string

  it('gets the words into entries for Linux, and a last entry without them', () => {
    expect(textOf(plan(limine, files), path)).toBe(
      `${text
        .replace('cmdline: root=UUID=0a1b rw\n', `cmdline: root=UUID=0a1b rw ${word}\n`)
        .replace('rw single', `rw single ${word}`)}/without handover
        PROTOCOL: linux
        kernel_path: boot():/vmlinuz-linux
        cmdline: root=UUID=0a1b rw handover=off
        module_path: boot():/initramfs-linux.img
`,
    )
  })

  it.each([
    ['2 files', { '/boot/EFI/limine/limine.conf': '' }],
    ['limine-entry-tool', { '/etc/limine-entry-tool.conf': '' }],
    ['/etc/default/limine', { '/etc/default/limine': '' }],
    [
      'checksum of /boot/limine.conf is enrolled in',
      { '/boot/limine-bios.sys': limineProgram.replace('00\0', '0a\0') },
    ],
    ['not known whether', { '/boot/EFI/BOOT/BOOTX64.EFI': 'another program' }],
    ['no entry for Linux', { [path]: '/Linux\n protocol: linux\n cmdline: a $\x7bb}\n' }],
    ['no entry for Linux', { [path]: '/Linux\n protocol: linux\n cmdline: a\n kernel_cmdline: b\n' }],
    ['no entry for Linux', { [path]: '/Linux\n protocol: linux\n' }],
    ['no entry for Linux', { [path]: '/Windows\n protocol: efi_chainload\n' }],
  ])('is left alone where it is not certain: %s', (why, edits) => {
    refused(plan(limine, { ...files, ...edits }), why)
  })

  it('of before version 8 is left alone', () => {
    const { [path]: _, ...without } = files
    refused(plan(limine, { ...without, '/boot/limine.cfg': ':Linux\n' }), 'before version 8')
  })
})

describe('Syslinux', () => {
  const files = madeLoaders.syslinux!
  const path = '/boot/syslinux/syslinux.cfg'
  const text = files[path] as string
  /** As Unraid 7 has it. */
  const unraid = `default menu.c32
menu title Lime Technology, Inc.
prompt 0
timeout 50
label Unraid OS
  menu default
  kernel /bzimage
  append initrd=/bzroot
label Unraid OS GUI Mode
  kernel /bzimage
  append initrd=/bzroot,/bzroot-gui
label Unraid OS Safe Mode (no plugins, no GUI)
  kernel /bzimage
  append initrd=/bzroot unraidsafemode
label Memtest86+
  kernel /memtest
`

  it('gets the words into labels for Linux, and a last label without them', () => {
    expect(textOf(plan(syslinux, files), path)).toBe(
      `${text.replace('/dev/sda3 rw', `/dev/sda3 rw ${word}`)}
LABEL without-handover
    LINUX ../vmlinuz-linux
    APPEND root=/dev/sda3 rw handover=off
    INITRD ../initramfs-linux.img
`,
    )
  })

  it("leaves Unraid's safe mode as the way back, and Unraid itself to its owner", () => {
    const made = syslinuxConfig(unraid, [word])!
    expect(made).toEqual({
      text: unraid
        .replace('initrd=/bzroot\n', `initrd=/bzroot ${word}\n`)
        .replace('bzroot-gui\n', `bzroot-gui ${word}\n`),
      safe: 'Unraid OS Safe Mode (no plugins, no GUI)',
    })
    const found = plan(syslinux, { [path]: unraid, '/etc/unraid-version': 'version="7.1.4"\n' })
    refused(found, 'in memory')
    expect(found).toMatchObject({
      edit: expect.stringContaining('but not of "Unraid OS Safe Mode (no plugins, no GUI)"'),
    })
  })

  it.each([
    ['not certain', { [path]: `${text}INCLUDE other.cfg\n` }],
    ['not certain', { [path]: `APPEND quiet\n${text}` }],
    ['not certain', { [path]: 'LABEL a\nLINUX /vmlinuz\n' }],
    ['not certain', { [path]: 'LABEL a\nLINUX /vmlinuz\nAPPEND a\nAPPEND b\n' }],
    ['not certain', { [path]: 'LABEL a\nCOM32 hdt.c32\n' }],
    ['2 files', { '/boot/extlinux/extlinux.conf': text }],
  ])('is left alone where it is not certain: %s', (why, edits) => {
    refused(plan(syslinux, { ...files, ...edits }), why)
  })
})

describe('u-boot-menu', () => {
  const files = madeLoaders.extlinux!
  const dropIn = '/etc/u-boot-menu/conf.d/handover.conf'

  it('gets a file of its own, or the line that its parameters are made of', () => {
    const found = plan(extlinux, files) as LoaderPlan
    expect(textOf(found, dropIn)).toContain(`U_BOOT_PARAMETERS="\${U_BOOT_PARAMETERS:-ro quiet} ${word}"\n`)
    expect(found.change!.commands).toEqual([
      { run: ['u-boot-update'], rewrites: ['/boot/extlinux/extlinux.conf'] },
    ])
    const cmdline = { ...files, '/etc/kernel/cmdline': 'root=/dev/vda1 ro\n' }
    expect(textOf(plan(extlinux, cmdline), '/etc/kernel/cmdline')).toBe(`root=/dev/vda1 ro ${word}\n`)
    expect(
      textOf(plan(extlinux, { ...cmdline, '/etc/default/u-boot': 'U_BOOT_PARAMETERS="x"\n' }), dropIn),
    ).toBeDefined()
  })

  it.each([
    ['does not read', { '/usr/share/u-boot-menu/read-config': '. /etc/default/u-boot\n' }],
    ['U_BOOT_UPDATE', { '/etc/default/u-boot': 'U_BOOT_UPDATE=false\n' }],
    ['is read after', { '/etc/u-boot-menu/conf.d/x.conf': 'U_BOOT_PARAMETERS=ro\n' }],
    ['is not one line', { '/etc/kernel/cmdline': 'a\nb\n' }],
  ])('is left alone where it is not as Debian has it: %s', (why, edits) => {
    refused(plan(extlinux, { ...files, ...edits }), why)
  })
})

describe('a file of entries', () => {
  const value = fc.stringMatching(/^[a-z]{1,6}(=[a-z0-9/,]{1,6})?( [a-z]{1,5}(=[a-z0-9]{1,4})?){0,3}$/)
  /** Entries and what stands between them, one below the other. */
  const fileOf = (entry: fc.Arbitrary<string>, others: readonly string[]) =>
    fc
      .tuple(
        fc.array(fc.constantFrom(...others)),
        entry,
        fc.array(fc.oneof(entry, fc.constantFrom(...others))),
      )
      .map(([before, one, after]) => `${[...before, one, ...after].join('\n')}\n`)

  const formats: readonly [string, fc.Arbitrary<string>, (text: string) => string | undefined][] = [
    [
      'refind_linux.conf',
      fileOf(
        value.map((one) => `"An entry"\t"${one}"`),
        ['# a remark', '', '  # "x" "y"'],
      ),
      (text) => linuxOptions(text, [word]),
    ],
    [
      'refind.conf',
      fileOf(
        value.map((one) => `menuentry "Linux" {\n  loader /vmlinuz\n  options "${one}"\n}`),
        ['timeout 20', '# menuentry "no" {', '', 'menuentry Other {\n  loader /EFI/x.efi\n  options "y"\n}'],
      ),
      (text) => stanzaOptions(text, [word]),
    ],
    [
      'limine.conf',
      fileOf(
        value.map((one) => `/Linux\n    protocol: linux\n    CMDLINE:  ${one}`),
        [
          '# a remark',
          '',
          '/Other\n  protocol: efi_chainload',
          '/+Folder\n//Other\n  comment: cmdline: none',
        ],
      ),
      (text) => limineConfig(text, [word]),
    ],
    [
      'syslinux.cfg',
      fileOf(
        value.map((one) => `LABEL linux\n  KERNEL /vmlinuz\n  APPEND  ${one}`),
        ['# append nothing', '', 'LABEL other\n  COM32 hdt.c32\n  APPEND verbose', 'MENU SEPARATOR'],
      ),
      (text) => syslinuxConfig(text, [word])?.text,
    ],
    ['cmdline', value.map((one) => `${one} \n\n`), (text) => cmdlineText(text, [word])],
  ]

  it.each(formats)('%s keeps all of its lines, and words are added once', (name, files, change) => {
    fc.assert(
      fc.property(files, (text) => {
        const made = change(text)!
        expect(change(made)).toBe(made)
        const ways = /^(\n?LABEL without|\/without|"Boot without|\s*submenuentry "Boot without)/m
        const [own] =
          name === 'refind.conf'
            ? [made.replaceAll(/^.*submenuentry "Boot without.*\n.*\n.*\n/gm, '')]
            : made.split(ways)
        const plain = own!.replaceAll(` ${word}`, '')
        expect(plain.trimEnd()).toBe(text.trimEnd())
        // In every entry for Linux, and in no other.
        if (name !== 'cmdline')
          expect(own!.split(word).length - 1).toBe(
            (text.match(/vmlinuz|protocol: linux|"An entry"/g) ?? []).length,
          )
      }),
    )
  })
})
