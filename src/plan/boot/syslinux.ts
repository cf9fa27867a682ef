import { fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { addWords, wayBackLine } from './words.js'

/** In the order in which Syslinux looks (6.04 core/fs/lib/loadconfig.c, extlinux first in its own). */
const files = [
  '/boot/syslinux/syslinux.cfg',
  '/boot/extlinux/extlinux.conf',
  '/boot/efi/EFI/syslinux/syslinux.cfg',
  '/boot/EFI/syslinux/syslinux.cfg',
  '/efi/EFI/syslinux/syslinux.cfg',
]
const label = 'without-handover'
const unraid = '/etc/unraid-version'

/** Syslinux and extlinux with a file that somebody wrote, Unraid's too. */
export const syslinux: Loader = {
  id: 'syslinux',
  name: 'Syslinux',
  source:
    "Syslinux 6.04~git20190206: doc/syslinux.txt (LABEL, APPEND, INCLUDE), com32/elflink/ldlinux/readconfig.c; Unraid 7's /boot/syslinux/syslinux.cfg",
  startedBy: ['syslinux', 'u-boot'],
  inChargeOf: [],
  installed: (host) => files.find((path) => textAt(host, path) !== null),
  ...keeping((host, words) => {
    const found = files.filter((path) => textAt(host, path) !== null)
    const [path] = found as [string]
    const edit = `add ${words.join(' ')} to the append lines of the labels that start Linux in ${found.join(', ')}`
    if (found.length > 1) return byHand(`there are ${found.length} files of Syslinux's`, edit)
    const made = syslinuxConfig(textAt(host, path)!, words)
    if (made === undefined) return byHand(`it is not certain what ${path} hands to Linux`, edit)
    if (isUnraid(host))
      return byHand(
        "Unraid's root file system is in memory, so what handover needs to undo a change would be gone with the next start",
        `add ${words.join(' ')} to the append line of each label in ${path}${made.safe === undefined ? '' : `, but not of "${made.safe}", which is the way back`}`,
      )
    return {
      change: commandLine('Syslinux', words, [fileEdit(host, path, made.text)]),
      wayBack: `The entry "${made.safe ?? label}" of the boot menu starts without it.`,
    }
  }),
}

function isUnraid(host: Host): boolean {
  return textAt(host, unraid) !== null
}

/** A line and its keyword, in small letters; lines of a help text have none. */
interface Line {
  readonly key: string
  readonly text: string
}

/** What makes an entry start; the rest is for the menu. */
const starting = ['kernel', 'linux', 'initrd', 'append', 'fdt', 'fdtdir', 'sysappend', 'ipappend']

/**
 * syslinux.cfg with words added to the append lines of labels that start Linux, but for those of a safe mode. `safe`: one of those;
 * where there is none, a last label is as the first one is today. Undefined where it is not certain.
 */
export function syslinuxConfig(
  text: string,
  words: readonly string[],
): { readonly text: string; readonly safe?: string } | undefined {
  const lines = parse(text)
  // An append before the labels counts for those that have none.
  const labels = lines.flatMap(({ key }, at) => (key === 'label' ? [at] : []))
  const head = lines.slice(0, labels[0] ?? lines.length)
  const reads = lines.some(
    ({ key, text }) => ['include', 'config'].includes(key) || /^\s*menu\s+include\b/i.test(text),
  )
  if (reads || head.some(({ key }) => key === 'append')) return undefined
  const made = [...head]
  let first: readonly Line[] | undefined
  let safe: string | undefined
  for (const [i, start] of labels.entries()) {
    const entry = lines.slice(start, labels[i + 1] ?? lines.length)
    const name = entry[0]!.text.trim().replace(/^label\s+/i, '')
    const appends = entry.filter(({ key }) => key === 'append')
    if (!isLinux(entry)) made.push(...entry)
    else if (name === label || appends.some((line) => /\bunraidsafemode\b/.test(line.text))) {
      safe ??= name
      made.push(...entry)
    } else {
      if (appends.length !== 1) return undefined
      first ??= entry
      made.push(...entry.map((line) => changeAppend(line, (value) => addWords(value, words))))
    }
  }
  if (first === undefined) return undefined
  const whole = textOf(made)
  if (safe !== undefined) return { text: whole, safe }
  const kept = first
    .filter(({ key }) => starting.includes(key))
    .map((line) => changeAppend(line, wayBackLine))
  const end = whole.endsWith('\n') ? '' : '\n'
  return { text: `${whole}${end}\nLABEL ${label}\n${textOf(kept)}\n` }
}

function parse(text: string): readonly Line[] {
  let help = false
  return text.split('\n').map((line) => {
    const key = /^\s*(\S+)/.exec(line)?.[1]?.toLowerCase() ?? ''
    if (help) {
      help = key !== 'endtext'
      return { key: '', text: line }
    }
    help = /^\s*text\s+help\b/i.test(line)
    return { key, text: line }
  })
}

const textOf = (lines: readonly Line[]) => lines.map(({ text }) => text).join('\n')

function isLinux(entry: readonly Line[]): boolean {
  return entry.some(
    ({ key, text }) =>
      key === 'linux' ||
      key === 'initrd' ||
      (key === 'append' && /\sinitrd=/.test(text)) ||
      (key === 'kernel' && /(vmlinuz|bzimage)/i.test(text)),
  )
}

function changeAppend(line: Line, change: (value: string) => string): Line {
  const parts = line.key === 'append' ? /^(\s*append\s+)(.*?)(\s*)$/i.exec(line.text) : null
  if (parts === null || parts[2] === '-') return line
  return { ...line, text: `${parts[1]}${change(parts[2]!)}${parts[3]}` }
}
