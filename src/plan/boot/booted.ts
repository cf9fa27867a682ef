/**
 * Which program put the running kernel into memory, and with it the command line. What the kernel itself was handed tells most;
 * what a boot loader left in a variable may come from an earlier link of a chain (rEFInd that starts GRUB that starts Linux).
 */

import type { Host } from '../../host/index.js'

/** `systemd-stub`: within a unified kernel image. `firmware`: the kernel's own EFI stub, with no boot loader. */
export type Program = (typeof programs)[number]

export const programs = [
  'grub',
  'systemd-boot',
  'systemd-stub',
  'refind',
  'limine',
  'syslinux',
  'u-boot',
  'firmware',
] as const

export interface Evidence {
  /** What was read, and what it says: `LoaderInfo: GRUB 2.12`. */
  readonly says: string
  /** Programs that this fits. */
  readonly fits: readonly Program[]
}

export interface Booted {
  /** Programs that all of the evidence fits; all of them: nothing is known. */
  readonly fits: readonly Program[]
  /** What narrowed it down, the strongest first. */
  readonly evidence: readonly Evidence[]
}

const efi = '/sys/firmware/efi'
const loaderGuid = '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f'
const globalGuid = '8be4df61-93ca-11d2-aa0d-00e098032b8c'

/** Reads only; what cannot be read tells nothing. */
export function bootedBy(host: Host): Booted {
  let fits: readonly Program[] = programs
  const evidence: Evidence[] = []
  for (const look of [firmware, kernel, stub, loader, bootEntry]) {
    const found = look(host)
    if (found === undefined) continue
    const left = fits.filter((one) => found.fits.includes(one))
    if (left.length === fits.length) continue
    if (left.length === 0) {
      // The firmware starts the first link of a chain, which need not be the last. Else one of two is left over from before.
      if (look === bootEntry) continue
      fits = [...fits, ...found.fits]
    } else fits = left
    evidence.push(found)
  }
  return { fits, evidence }
}

function firmware(host: Host): Evidence | undefined {
  return host.list(efi).kind === 'absent'
    ? { says: `there is no ${efi}`, fits: ['grub', 'limine', 'syslinux', 'u-boot'] }
    : undefined
}

/**
 * GRUB and Syslinux put BOOT_IMAGE= before the line (GRUB 2.12 include/grub/lib/cmdline.h LINUX_IMAGE, Syslinux 6.04
 * com32/elflink/ldlinux/kernel.c new_linux_kernel), Syslinux an initrd= into it too; no other does (Limine 8.2, rEFInd 0.14.2).
 */
function kernel(host: Host): Evidence | undefined {
  const read = host.readText('/proc/cmdline')
  if (read.kind !== 'value') return undefined
  const [first] = read.value.trim().split(/\s+/)
  if (!first?.startsWith('BOOT_IMAGE=')) {
    const fits = programs.filter((one) => one !== 'grub' && one !== 'syslinux')
    return { says: '/proc/cmdline does not begin with BOOT_IMAGE=', fits }
  }
  const says = `/proc/cmdline begins with ${first}`
  if (/\sinitrd=/.test(read.value)) return { says: `${says} and has an initrd=`, fits: ['syslinux'] }
  // A unified kernel image that GRUB loads as a kernel is handed GRUB's line too.
  return { says, fits: first.startsWith('BOOT_IMAGE=(') ? ['grub'] : ['grub', 'syslinux'] }
}

/** systemd 257 src/boot/stub.c: always set by it, and by nothing else. */
function stub(host: Host): Evidence | undefined {
  const info = variableText(host, `StubInfo-${loaderGuid}`)
  return info === undefined ? undefined : { says: `StubInfo: ${info}`, fits: ['systemd-stub'] }
}

const loaderNames: readonly (readonly [RegExp, Program])[] = [
  [/^systemd-boot /, 'systemd-boot'],
  [/^GRUB /, 'grub'],
  [/^Limine /, 'limine'],
]

/**
 * systemd 257 src/boot/boot.c; GRUB 2.12 grub-core/commands/bli.c, where its module bli is loaded; Limine from 9 on
 * (common/lib/bli.c). rEFInd 0.14.2 and Syslinux 6.04 do not set it.
 */
function loader(host: Host): Evidence | undefined {
  const info = variableText(host, `LoaderInfo-${loaderGuid}`)
  if (info === undefined) return undefined
  const entry = variableText(host, `LoaderEntrySelected-${loaderGuid}`)
  const says = `LoaderInfo: ${info}${entry === undefined ? '' : `, LoaderEntrySelected: ${entry}`}`
  const program = loaderNames.find(([name]) => name.test(info))?.[1]
  if (program === undefined) return undefined
  // What it started may have been a unified kernel image.
  return { says, fits: stub(host) === undefined ? [program] : [program, 'systemd-stub'] }
}

/** By file name; a shim, or the fallback name BOOTX64.EFI, may be anything. */
const files: readonly (readonly [name: RegExp, fits: readonly Program[]])[] = [
  [/\\systemd-boot[^\\]*\.efi$|\\EFI\\systemd\\[^\\]*$/i, ['systemd-boot', 'systemd-stub']],
  [/\\refind[^\\]*\.efi$|\\EFI\\refind\\[^\\]*$/i, ['refind']],
  [/\\limine[^\\]*\.efi$|\\EFI\\limine\\[^\\]*$/i, ['limine']],
  [/\\grub[^\\]*\.efi$/i, ['grub']],
  [/\\syslinux[^\\]*\.efi$/i, ['syslinux']],
  [/\\EFI\\Linux\\[^\\]*\.efi$/i, ['systemd-stub']],
  [/\\vmlinuz[^\\]*$/i, ['firmware']],
]

/** UEFI 2.10, 3.1.3 (EFI_LOAD_OPTION) and 10.3.5.4 (File Path Media Device Path). */
function bootEntry(host: Host): Evidence | undefined {
  const current = variable(host, `BootCurrent-${globalGuid}`)
  if (current === undefined || current.length < 2) return undefined
  const number = (current[0]! | (current[1]! << 8)).toString(16).toUpperCase().padStart(4, '0')
  const path = filePath(variable(host, `Boot${number}-${globalGuid}`) ?? new Uint8Array())
  const fits = files.find(([name]) => path !== undefined && name.test(path))?.[1]
  return fits && { says: `BootCurrent is Boot${number}: ${path}`, fits }
}

/** The file that a load option starts, of its first device path. */
export function filePath(option: Uint8Array): string | undefined {
  const view = new DataView(option.buffer, option.byteOffset, option.byteLength)
  if (option.length < 8) return undefined
  const listBytes = view.getUint16(4, true)
  let at = 6
  while (at + 2 <= option.length && view.getUint16(at, true) !== 0) at += 2
  at += 2
  const end = Math.min(at + listBytes, option.length)
  let path = ''
  while (at + 4 <= end) {
    const [type, subtype, length] = [option[at]!, option[at + 1]!, view.getUint16(at + 2, true)]
    if (length < 4 || at + length > end || type === 0x7f) break
    if (type === 0x04 && subtype === 0x04) {
      const part = utf16(option.subarray(at + 4, at + length))
      path = path === '' || part.startsWith('\\') ? `${path}${part}` : `${path}\\${part}`
    }
    at += length
  }
  return path === '' ? undefined : path
}

function variableText(host: Host, name: string): string | undefined {
  const bytes = variable(host, name)
  return bytes === undefined ? undefined : utf16(bytes)
}

/** What is in a variable, after the four bytes of its attributes (Linux Documentation/filesystems/efivarfs.rst). */
function variable(host: Host, name: string): Uint8Array | undefined {
  const read = host.readBytes(`${efi}/efivars/${name}`)
  return read.kind === 'value' && read.value.bytes.length > 4 ? read.value.bytes.subarray(4) : undefined
}

function utf16(bytes: Uint8Array): string {
  return new TextDecoder('utf-16le').decode(bytes).split('\0')[0]!
}
