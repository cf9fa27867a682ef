import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import {
  type BootFile,
  bySdbootutil,
  countsBoots,
  editCmdline,
  entriesOf,
  newestOf,
  runKernelInstall,
} from './kernel-install.js'
import { commandLine, type Loader } from './loader.js'
import { addToLines } from './words.js'

/**
 * Entries of type 1, which systemd-boot reads: those of kernel-install are made anew by it, others are edited. One more starts
 * without the change.
 */
export const systemdBoot: Loader = {
  id: 'systemd-boot',
  name: 'systemd-boot',
  source:
    'Boot Loader Specification, type 1; systemd 252 and 257: man/systemd-boot.xml, src/boot/boot.c line_get_key_value, config_entry_compare',
  startedBy: ['systemd-boot'],
  inChargeOf: [],
  installed: (host) => linuxEntries(host)[0]?.path,
  keepEntry(host) {
    return { change: commandLine(systemdBoot.name, [], wayBackEntry(host)), wayBack }
  },
  plan(host, words) {
    const entries = linuxEntries(host)
    const by = `add ${words.join(' ')} to the options of the entries in ${entries[0]!.boot}/loader/entries, and to /etc/kernel/cmdline if kernel-install makes them`
    if (countsBoots(host) || entries.some(({ path }) => /\+\d+(-\d+)?\.conf$/.test(path)))
      return byHand('boot counting gives entries another name at every start', by)
    const another = bySdbootutil(host, words)
    if (another !== undefined) return another
    const own = entries.filter(({ made }) => made === undefined)
    // Whatever makes these may remove them too, with their kernel.
    const edits: FileEdit[] = own.map(({ path }) => ({
      ...fileEdit(host, path, withOptions(textAt(host, path)!, words)),
      mayGo: true,
    }))
    const command = entries.length > own.length ? runKernelInstall(host) : undefined
    if (command) edits.unshift(editCmdline(host, words))
    return {
      change: commandLine(systemdBoot.name, words, [...edits, ...wayBackEntry(host)], {
        commands: command ? [command] : [],
      }),
      wayBack,
    }
  },
}

const wayBackName = '00-without-handover.conf'
const wayBack = 'One more entry of the boot menu, "without handover", starts without the change.'

/** Entries that start a Linux, but for the one of this program. Throws UnreadableError. */
function linuxEntries(host: Host): readonly BootFile[] {
  return entriesOf(host).filter(
    ({ path }) =>
      !path.endsWith(`/${wayBackName}`) &&
      (textAt(host, path) ?? '').split('\n').some((line) => isKey(line, 'linux')),
  )
}

function isKey(line: string, key: string): boolean {
  return new RegExp(`^[ \\t]*${key}[ \\t]`).test(line)
}

/** Options of several lines are joined. */
function withOptions(text: string, words: readonly string[]): string {
  return (
    addToLines(text, (line) => isKey(line, 'options'), words) ??
    `${text.replace(/\n*$/, '\n')}options ${words.join(' ')}\n`
  )
}

/**
 * The newest entry as it is, with handover=off, which the script in the initramfs heeds. It must not become the first of the
 * menu, which is started unasked: without `version` and with the name that it has it comes last of its `sort-key`, and an
 * entry that has no such key comes after those that do. None: it is there already.
 */
function wayBackEntry(host: Host): readonly FileEdit[] {
  const newest = newestOf(linuxEntries(host))
  const path = `${newest.boot}/loader/entries/${wayBackName}`
  if (textAt(host, path) !== null) return []
  const text = textAt(host, newest.path)!
    .split('\n')
    .filter((line) => !isKey(line, 'version'))
    .map((line) => (isKey(line, 'title') ? `${line.trimEnd()} (without handover)` : line))
    .join('\n')
  return [
    fileEdit(
      host,
      path,
      `# Written by handover; "handover undo" takes it away.\n${withOptions(text, ['handover=off'])}`,
    ),
  ]
}
