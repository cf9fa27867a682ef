import { type Configuration, type FileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { type BootFile, countsBoots, editCmdline, entriesOf, runKernelInstall } from './kernel-install.js'
import type { Loader, LoaderPlan } from './loader.js'

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
    const entry = wayBackEntry(host)
    return { change: entry && configuration([entry], []), wayBack }
  },
  plan(host, words): LoaderPlan | ReturnType<typeof byHand> {
    const entries = linuxEntries(host)
    const by = `add ${words.join(' ')} to the options of the entries in ${entries[0]!.boot}/loader/entries, and to /etc/kernel/cmdline if kernel-install makes them`
    if (countsBoots(host) || entries.some(({ path }) => /\+\d+(-\d+)?\.conf$/.test(path)))
      return byHand('boot counting gives entries another name at every start', by)
    const own = entries.filter(({ made }) => made === undefined)
    const edits: FileEdit[] = own.map((entry) => optionsEdit(host, entry, words))
    const command = entries.length > own.length ? runKernelInstall(host) : undefined
    if (command) edits.unshift(editCmdline(host, words))
    const kept = wayBackEntry(host)
    return {
      change: configuration([...edits, ...(kept ? [kept] : [])], command ? [command] : [], words),
      wayBack,
    }
  },
}

const wayBackName = '00-without-handover.conf'
const wayBack = 'One more entry of the boot menu, "without handover", starts without the change.'

function configuration(
  edits: readonly FileEdit[],
  commands: Configuration['commands'],
  words: readonly string[] = [],
): Configuration {
  const what =
    words.length > 0 ? `kernel command line: ${words.join(' ')}` : 'an entry to start without the change'
  return { kind: 'configuration', id: 'command-line', title: `${what} (systemd-boot)`, edits, commands }
}

/** Entries that start a Linux, but for the one of this program. Throws UnreadableError. */
function linuxEntries(host: Host): readonly BootFile[] {
  return entriesOf(host).filter(
    ({ path }) => !path.endsWith(`/${wayBackName}`) && keyLines(textAt(host, path) ?? '', 'linux').length > 0,
  )
}

function keyLines(text: string, key: string): readonly string[] {
  return text.split('\n').filter((line) => new RegExp(`^[ \\t]*${key}[ \\t]`).test(line))
}

function optionsEdit(host: Host, { path }: BootFile, words: readonly string[]): FileEdit {
  const before = textAt(host, path)!
  return { path, before, after: withOptions(before, words), mode: 0o644, folders: [] }
}

/** Options of several lines are joined, so that the last one takes the words. */
function withOptions(text: string, words: readonly string[]): string {
  const has = keyLines(text, 'options').join(' ').split(/\s+/)
  const added = words.filter((word) => !has.includes(word)).join(' ')
  if (added === '') return text
  const lines = text.split('\n')
  const last = lines.findLastIndex((line) => /^[ \t]*options[ \t]/.test(line))
  if (last === -1) return `${text.replace(/\n*$/, '\n')}options ${added}\n`
  return lines.with(last, `${lines[last]!.trimEnd()} ${added}`).join('\n')
}

/**
 * The newest entry as it is, with handover=off, which the script in the initramfs heeds. It must not become the first of the
 * menu, which is started unasked: without `version` and with the name that it has it comes last of its `sort-key`, and an
 * entry that has no such key comes after those that do. Undefined: it is there already.
 */
function wayBackEntry(host: Host): FileEdit | undefined {
  const newest = linuxEntries(host)
    .toSorted((a, b) => compareVersions(a, b))
    .at(-1)!
  const path = `${newest.boot}/loader/entries/${wayBackName}`
  if (textAt(host, path) !== null) return undefined
  const text = textAt(host, newest.path)!
    .split('\n')
    .filter((line) => !/^[ \t]*version[ \t]/.test(line))
    .map((line) => (/^[ \t]*title[ \t]/.test(line) ? `${line.trimEnd()} (without handover)` : line))
    .join('\n')
  return {
    path,
    before: null,
    after: `# Written by handover; "handover undo" takes it away.\n${withOptions(text, ['handover=off'])}`,
    mode: 0o644,
    folders: [],
  }
}

function compareVersions(a: BootFile, b: BootFile): number {
  return new Intl.Collator('en', { numeric: true }).compare(a.path, b.path)
}
