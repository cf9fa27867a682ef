import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { names } from './kernel-install.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { addWords, wayBackLine } from './words.js'

/** Beside the kernels: a line an entry of the submenu, the first one counts for the icon itself. */
const optionFiles = ['/boot/refind_linux.conf', '/boot/refind-linux.conf']
const folders = ['/boot/efi/EFI/refind', '/efi/EFI/refind', '/boot/EFI/refind', '/boot/efi/EFI/BOOT']
const title = 'Boot without handover'

/**
 * rEFInd: the lines of refind_linux.conf, for kernels that it finds, and the options of stanzas for Linux in refind.conf. Each gets
 * an entry without the change: a last line, a last submenu entry.
 */
export const refind: Loader = {
  id: 'refind',
  name: 'rEFInd',
  source:
    'rEFInd 0.14.2: refind/config.c (ReadTokenLine, LINUX_OPTIONS_FILENAMES, AddSubmenu, AddStanzaEntries), refind/linux.c, refind.conf-sample, mkrlconf',
  startedBy: ['refind'],
  inChargeOf: [],
  installed: (host) => configFile(host) ?? optionFiles.find((path) => textAt(host, path) !== null),
  ...keeping((host, words) => {
    const edit = `add ${words.join(' ')} to the options in refind_linux.conf, beside the kernel, and in the stanzas of refind.conf`
    const refuse = (because: string): ByHand => byHand(because, edit)
    const edits: FileEdit[] = []
    for (const path of optionFiles) {
      const text = textAt(host, path)
      if (text === null) continue
      const after = linuxOptions(text, words)
      if (after === undefined) return refuse(`a line of ${path} is not two texts in quotation marks`)
      edits.push(fileEdit(host, path, after))
    }
    const path = configFile(host)
    if (path !== undefined) {
      const text = textAt(host, path)!
      const stanzas = stanzaOptions(text, words)
      if (stanzas === undefined) return refuse(`a stanza for Linux in ${path} is not as it is documented`)
      if (includesStanzas(host, path, text)) return refuse(`${path} includes another file that has stanzas`)
      if (stanzas !== text) edits.push(fileEdit(host, path, stanzas))
    }
    if (edits.length === 0)
      return refuse('rEFInd here takes no options from /boot/refind_linux.conf or a stanza')
    return {
      change: commandLine('rEFInd', words, edits),
      wayBack: `The entry "${title}" in the submenu of a kernel (F2) has the options of today.`,
    }
  }),
}

function configFile(host: Host): string | undefined {
  return folders.map((folder) => `${folder}/refind.conf`).find((path) => textAt(host, path) !== null)
}

/** refind_linux.conf with words added; undefined where a line is not certain. */
export function linuxOptions(text: string, words: readonly string[]): string | undefined {
  const lines = text.split('\n')
  const made: string[] = []
  let first: string | undefined
  let hasWayBack = false
  for (const line of lines) {
    if (/^\s*(#|$)/.test(line)) {
      made.push(line)
      continue
    }
    const parts = /^(\s*"([^"]+)"[\s,=]+")([^"]*)("\s*(?:#.*)?)$/.exec(line)
    if (parts === null) return undefined
    const [, before, name, options, after] = parts
    if (name === title) {
      hasWayBack = true
      made.push(line)
      continue
    }
    first ??= options!
    made.push(`${before}${addWords(options!, words)}${after}`)
  }
  if (first === undefined) return undefined
  const whole = made.join('\n')
  if (hasWayBack) return whole
  return `${whole}${whole.endsWith('\n') ? '' : '\n'}"${title}"  "${wayBackLine(first)}"\n`
}

/** refind.conf with words added to the options of its stanzas for Linux; undefined where one is not certain. */
export function stanzaOptions(text: string, words: readonly string[]): string | undefined {
  const lines = text.split('\n')
  const made: string[] = []
  for (let at = 0; at < lines.length; at++) {
    if (!/^\s*menuentry\b/.test(lines[at]!)) {
      made.push(lines[at]!)
      continue
    }
    const end = endOf(lines, at)
    if (end === undefined) return undefined
    const stanza = lines.slice(at, end + 1)
    const changed = isForLinux(stanza) ? changeStanza(stanza, words) : stanza
    if (changed === undefined) return undefined
    made.push(...changed)
    at = end
  }
  return made.join('\n')
}

/** The line with the brace that ends the stanza which begins at `at`. */
function endOf(lines: readonly string[], at: number): number | undefined {
  let depth = 0
  for (let i = at; i < lines.length; i++) {
    const line = lines[i]!.replace(/#.*$/, '')
    const opens = /\{\s*$/.test(line)
    if (!opens && /^\s*\}\s*$/.test(line)) depth--
    else if (opens) depth++
    if (i === at && !opens) return undefined
    if (depth === 0) return i
  }
  return undefined
}

/** As rEFInd sees it itself: an initrd, or a kernel's usual name (refind/config.c, refind.conf-sample `linux_prefixes`). */
function isForLinux(stanza: readonly string[]): boolean {
  if (stanza.some((line) => /^\s*disabled\b/.test(line))) return false
  return stanza.some((line) => /^\s*(initrd\s|loader\s.*(vmlinuz|bzImage|kernel))/.test(line))
}

function changeStanza(stanza: readonly string[], words: readonly string[]): readonly string[] | undefined {
  const own: string[] = []
  let options: string | undefined
  let hasWayBack = false
  let inOurs = false
  let depth = 0
  for (const line of stanza) {
    if (/^\s*submenuentry\b/.test(line)) {
      inOurs = line.includes(`"${title}"`)
      hasWayBack ||= inOurs
    }
    if (/\{\s*(#.*)?$/.test(line)) depth++
    if (/^\s*\}/.test(line)) depth--
    if (depth < 2) inOurs = false
    if (!/^\s*options\b/.test(line) || inOurs) {
      own.push(line)
      continue
    }
    const parts = /^(\s*options\s+")([^"]*)("\s*(?:#.*)?)$/.exec(line)
    if (parts === null) return undefined
    const [, before, value, after] = parts
    if (depth === 1) {
      if (options !== undefined) return undefined
      options = value!
    }
    own.push(`${before}${addWords(value!, words)}${after}`)
  }
  if (options === undefined) return undefined
  if (hasWayBack) return own
  const indent = /^\s*/.exec(own[1]!)![0]
  const more = [
    `${indent}submenuentry "${title}" {`,
    `${indent}    options "${wayBackLine(options)}"`,
    `${indent}}`,
  ]
  return [...own.slice(0, -1), ...more, own.at(-1)!]
}

/** Themes are included too; what cannot be found may have stanzas. */
function includesStanzas(host: Host, path: string, text: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/'))
  return [...text.matchAll(/^\s*include\s+"?([^"\s#]+)/gm)].some(([, name]) => {
    const found = findFile(host, folder, name!.replaceAll('\\', '/'))
    const included = found && textAt(host, found)
    return included == null || /^\s*(menuentry|include)\b/m.test(included)
  })
}

/** FAT takes no heed of case. */
function findFile(host: Host, folder: string, name: string): string | undefined {
  let at = folder
  for (const part of name.split('/').filter((one) => one !== '')) {
    const next = names(host, at).find((one) => one.toLowerCase() === part.toLowerCase())
    if (next === undefined) return undefined
    at = `${at}/${next}`
  }
  return at
}
