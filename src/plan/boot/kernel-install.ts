/**
 * Boot files that kernel-install(8) makes: for each kernel an entry and copies of kernel and initramfs (layout "bls"), or a
 * unified kernel image (layout "uki"), on the EFI system partition or a boot partition. The command line of all stands in
 * /etc/kernel/cmdline.
 *
 * systemd 252 and 257: src/kernel-install/90-loaderentry.install, 90-uki-copy.install, 60-ukify.install, man/kernel-install.xml;
 * Boot Loader Specification, types 1 and 2.
 */
import {
  type FileEdit,
  fileEdit,
  isThere,
  type Regeneration,
  textAt,
  UnreadableError,
} from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { addToLines } from './words.js'

/** Where those partitions are mounted (kernel-install.xml, BOOT_ROOT). */
const bootFolders = ['/efi', '/boot', '/boot/efi']

const program = '/usr/bin/kernel-install'
const cmdline = '/etc/kernel/cmdline'

/** What there is to boot, of one kind. */
export interface BootFile {
  /** Where the partition is mounted. */
  readonly boot: string
  /** `/boot/efi/loader/entries/1e9…-6.12.1.conf` */
  readonly path: string
  /** Whose it is, where kernel-install made it: `<token>-<version>`; undefined: somebody else did. */
  readonly made: { readonly token: string; readonly version: string } | undefined
}

/** The one of the newest kernel. */
export function newestOf(files: readonly BootFile[]): BootFile {
  return files.toSorted((a, b) => new Intl.Collator('en', { numeric: true }).compare(a.path, b.path)).at(-1)!
}

/** Entries of type 1. Throws {@link UnreadableError}. */
export function entriesOf(host: Host): readonly BootFile[] {
  return filesIn(host, 'loader/entries', '.conf')
}

/** Unified kernel images. Throws {@link UnreadableError}. */
export function imagesOf(host: Host): readonly BootFile[] {
  return filesIn(host, 'EFI/Linux', '.efi')
}

function filesIn(host: Host, folder: string, suffix: string): readonly BootFile[] {
  const versions = names(host, '/lib/modules')
  return bootFolders.flatMap((boot) =>
    names(host, `${boot}/${folder}`)
      .filter((name) => name.endsWith(suffix) && !name.startsWith('.'))
      .map((name) => {
        const stem = name.slice(0, -suffix.length)
        const version = versions.find((one) => stem.endsWith(`-${one}`))
        const isMade = version !== undefined && isThere(host, program)
        return {
          boot,
          path: `${boot}/${folder}/${name}`,
          made: isMade ? { token: stem.slice(0, -version.length - 1), version } : undefined,
        }
      }),
  )
}

/** Names in a folder; none where it is not there. Throws {@link UnreadableError}. */
export function names(host: Host, folder: string): readonly string[] {
  const list = host.list(folder)
  if (list.kind === 'value') return list.value
  if (list.kind === 'absent') return []
  throw new UnreadableError(folder, list.kind === 'error' ? list.code : list.kind)
}

/** All files that kernel-install makes anew for the kernels that are there. Throws {@link UnreadableError}. */
function kernelInstallFiles(host: Host): readonly string[] {
  const entries = entriesOf(host).flatMap(({ boot, path, made }) => {
    if (made === undefined) return []
    const folder = `${boot}/${made.token}/${made.version}`
    return [path, ...names(host, folder).map((name) => `${folder}/${name}`)]
  })
  const images = imagesOf(host).flatMap(({ path, made }) => (made === undefined ? [] : [path]))
  return [...entries, ...images]
}

/**
 * Has kernel-install make its files anew for every kernel that is there when it runs. Undefined: it made none. It has a command
 * for all of them from 255 on, but that looks for kernels where Debian has none (/lib/modules/VERSION/vmlinuz).
 */
export function runKernelInstall(host: Host): Regeneration | undefined {
  const rewrites = kernelInstallFiles(host)
  const made = [...entriesOf(host), ...imagesOf(host)].filter((one) => one.made !== undefined)
  if (made.length === 0) return undefined
  const { path, made: by } = made[0]!
  return {
    run: ['sh', '-ec', forEachKernel],
    rewrites,
    family: {
      folder: path.slice(0, path.lastIndexOf('/')),
      names: `^${by!.token.replaceAll(/[^\w-]/g, '\\$&')}-.*\\.(conf|efi)$`,
    },
  }
}

const forEachKernel = `for v in /lib/modules/*; do v=\${v##*/}; for k in "/boot/vmlinuz-$v" "/lib/modules/$v/vmlinuz"; do if [ -f "$k" ]; then kernel-install add "$v" "$k"; break; fi; done; done`

/** openSUSE's sdbootutil makes and removes entries with kernels and snapshots (openSUSE/sdbootutil, ARCHITECTURE.md). */
export function bySdbootutil(host: Host, words: readonly string[]): ByHand | undefined {
  return isThere(host, '/usr/bin/sdbootutil')
    ? byHand(
        'the boot entries here are made by sdbootutil',
        `add ${words.join(' ')} to the line in ${cmdline}, and run sdbootutil update-all-entries`,
      )
    : undefined
}

/** Boot counting gives entries new names at every start (Automatic Boot Assessment, /etc/kernel/tries). */
export function countsBoots(host: Host): boolean {
  return textAt(host, '/etc/kernel/tries') !== null
}

/**
 * Adds words to what kernel-install takes the command line from. Where it has no file of its own, it takes the line that the
 * running kernel was started with, and so does this.
 */
export function editCmdline(host: Host, words: readonly string[]): FileEdit {
  const before = textAt(host, cmdline)
  const base = before ?? textAt(host, '/usr/lib/kernel/cmdline') ?? runningLine(host)
  const after = addToLines(base, isLine, words) ?? `${base}${words.join(' ')}\n`
  return fileEdit(host, cmdline, after === base ? before : after)
}

function runningLine(host: Host): string {
  const words = (textAt(host, '/proc/cmdline') ?? '').split(/\s+/).filter(Boolean)
  return `${words.filter((word) => !/^(BOOT_IMAGE|initrd)=/.test(word)).join(' ')}\n`
}

/** All lines are joined; comments are left out from systemd 254 on, and before that there cannot be any. */
const isLine = (line: string) => line.trim() !== '' && !/^\s*#/.test(line)
