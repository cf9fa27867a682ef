import { describe, expect, it } from 'vitest'
import { denied, madeHost } from '../../../test/support/made-host.js'
import { bootEntry, loaderVariables, utf16 } from '../../../test/support/made-loaders.js'
import { bootedBy, filePath, programs } from './booted.js'

const efi = { '/sys/firmware/efi/efivars/': '' }
const grubLine = { '/proc/cmdline': 'BOOT_IMAGE=/boot/vmlinuz-6.12 root=UUID=0a1b quiet\n' }
const otherLine = { '/proc/cmdline': 'root=UUID=0a1b quiet\n' }
const fits = (files: Parameters<typeof madeHost>[0]) => bootedBy(madeHost(files)).fits

describe('what started this system', () => {
  it('is not known where nothing can be read', () => {
    expect(bootedBy(madeHost({ ...efi, '/proc/cmdline': denied }))).toEqual({ fits: programs, evidence: [] })
  })

  it('shows by the line that the kernel was handed', () => {
    expect(fits({ ...efi, ...grubLine })).toEqual(['grub', 'syslinux'])
    expect(fits({ ...efi, '/proc/cmdline': 'BOOT_IMAGE=(hd0,gpt2)/vmlinuz-6.17 quiet' })).toEqual(['grub'])
    expect(fits({ ...efi, '/proc/cmdline': 'BOOT_IMAGE=/bzimage initrd=/bzroot' })).toEqual(['syslinux'])
    expect(fits({ ...efi, ...otherLine })).toEqual(
      programs.filter((one) => !['grub', 'syslinux'].includes(one)),
    )
    expect(fits(otherLine)).toEqual(['limine', 'u-boot'])
  })

  it.each([
    ['GRUB 2.12', grubLine, ['grub']],
    ['systemd-boot 257.9-1~deb13u1', otherLine, ['systemd-boot']],
    ['Limine 10.3.0', otherLine, ['limine']],
  ] as const)('shows by LoaderInfo: %s', (LoaderInfo, line, expected) => {
    const found = bootedBy(
      madeHost({ ...line, ...loaderVariables({ LoaderInfo, LoaderEntrySelected: 'a.conf' }) }),
    )
    expect(found.fits).toEqual(expected)
    expect(found.evidence.at(-1)!.says).toBe(`LoaderInfo: ${LoaderInfo}, LoaderEntrySelected: a.conf`)
  })

  it('takes a loader that it does not know for nothing', () => {
    const files = { ...otherLine, ...loaderVariables({ LoaderInfo: 'Linux EFI stub 7.3' }) }
    expect(fits(files)).toEqual(fits({ ...efi, ...otherLine }))
  })

  it('tells a unified kernel image, whatever started that', () => {
    const variables = { LoaderInfo: 'systemd-boot 257', StubInfo: 'systemd-stub 257' }
    expect(fits({ ...otherLine, ...loaderVariables({ StubInfo: variables.StubInfo }) })).toEqual([
      'systemd-stub',
    ])
    expect(fits({ ...otherLine, ...loaderVariables(variables) })).toEqual(['systemd-stub'])
  })

  it.each([
    ['\\EFI\\refind\\refind_x64.efi', ['refind']],
    ['\\EFI\\refind\\shimx64.efi', ['refind']],
    ['\\EFI\\systemd\\systemd-bootx64.efi', ['systemd-boot', 'systemd-stub']],
    ['\\EFI\\limine\\BOOTX64.EFI', ['limine']],
    ['\\EFI\\Linux\\arch-linux.efi', ['systemd-stub']],
    ['\\vmlinuz-linux', ['firmware']],
    ['\\EFI\\BOOT\\BOOTX64.EFI', programs.filter((one) => !['grub', 'syslinux'].includes(one))],
  ] as const)('shows by the entry of the firmware: %s', (path, expected) => {
    expect(fits({ ...otherLine, ...bootEntry(path) })).toEqual(expected)
  })

  it('shows by the entry of the firmware: GRUB, Syslinux', () => {
    expect(fits({ ...grubLine, ...bootEntry('\\EFI\\debian\\grubx64.efi') })).toEqual(['grub'])
    expect(fits({ ...grubLine, ...bootEntry('\\EFI\\syslinux\\syslinux.efi') })).toEqual(['syslinux'])
  })

  it('is the last link of a chain: rEFInd, GRUB, Linux', () => {
    const found = bootedBy(madeHost({ ...grubLine, ...bootEntry('\\EFI\\refind\\refind_x64.efi') }))
    expect(found.fits).toEqual(['grub', 'syslinux'])
    expect(found.evidence.map(({ says }) => says)).toEqual([
      '/proc/cmdline begins with BOOT_IMAGE=/boot/vmlinuz-6.12',
    ])
  })

  it('may be either where a line and a variable contradict each other', () => {
    expect(fits({ ...grubLine, ...loaderVariables({ LoaderInfo: 'systemd-boot 257' }) })).toEqual([
      'grub',
      'syslinux',
      'systemd-boot',
    ])
  })
})

describe('a load option of the firmware', () => {
  it('is read to its end, however it is cut off', () => {
    const option = bootEntry('\\EFI\\a.efi')[
      '/sys/firmware/efi/efivars/Boot000A-8be4df61-93ca-11d2-aa0d-00e098032b8c'
    ] as Uint8Array
    expect(filePath(option.subarray(4))).toBe('\\EFI\\a.efi')
    for (let end = 0; end < option.length - 4; end++)
      expect([undefined, '\\EFI\\a.efi']).toContain(filePath(option.subarray(4, 4 + end)))
  })

  it('may have the path in two pieces', () => {
    const piece = (text: string) => {
      const bytes = utf16(text)
      return [4, 4, bytes.length + 4, 0, ...bytes]
    }
    const list = [...piece('\\EFI'), ...piece('a.efi'), 0x7f, 0xff, 4, 0]
    expect(filePath(new Uint8Array([1, 0, 0, 0, list.length, 0, 0, 0, ...list]))).toBe('\\EFI\\a.efi')
  })
})
