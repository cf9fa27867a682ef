import { fileEdit, textAt, UnreadableError } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { names } from './kernel-install.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { addWords, wayBackLine } from './words.js'

/** Where the partition is mounted that it starts from. */
const mounts = ['/boot', '/boot/efi', '/efi']
/** On that partition, the first one that is there counts; beside the program itself from version 9 on. */
const places = ['', '/limine', '/boot', '/boot/limine', '/EFI/BOOT', '/EFI/limine', '/EFI/Limine']
const title = 'without handover'
const managers = ['/etc/default/limine', '/etc/limine-entry-tool.conf']

/** Limine from version 8 on: limine.conf. A last entry is as the first one for Linux is today. */
export const limine: Loader = {
  id: 'limine',
  name: 'Limine',
  source:
    'Limine 8.2.0: CONFIG.md, common/lib/config.c (init_config_disk, init_config, config_get_value), common/menu.c (KERNEL_CMDLINE, CMDLINE)',
  startedBy: ['limine'],
  inChargeOf: [],
  installed: (host) => configs(host)[0],
  ...keeping((host, words) => {
    const edit = `add ${words.join(' ')} to cmdline of the entries for Linux in limine.conf`
    const [path, ...more] = configs(host)
    if (path === undefined || more.length > 0)
      return byHand(`there are ${more.length + 1} files of Limine's: ${[path, ...more].join(', ')}`, edit)
    if (path.endsWith('.cfg')) return byHand(`${path} is of a Limine before version 8`, edit)
    const manager = managers.find((one) => textAt(host, one) !== null)
    if (manager !== undefined)
      return byHand(
        `the entries in ${path} are made by a tool that reads ${manager}`,
        `add ${words.join(' ')} there, and run it`,
      )
    const enrolled = hasChecksum(host)
    if (enrolled !== false)
      return byHand(
        enrolled
          ? `a checksum of ${path} is enrolled in Limine, which starts nothing where it does not fit`
          : `it is not known whether a checksum of ${path} is enrolled in Limine, since its program was not found`,
        `${edit}; then limine enroll-config, where one is`,
      )
    const after = limineConfig(textAt(host, path)!, words)
    if (after === undefined)
      return byHand(`no entry for Linux with a plain cmdline stands in ${path}, or one without`, edit)
    return {
      change: commandLine('Limine', words, [fileEdit(host, path, after)]),
      wayBack: `The last entry of the boot menu, "${title}", has the options of today.`,
    }
  }),
}

function configs(host: Host): readonly string[] {
  const files = mounts.flatMap((mount) => places.map((place) => `${mount}${place}`))
  const found = [...new Set(files)].flatMap((folder) =>
    ['limine.conf', 'limine.cfg']
      .map((name) => `${folder}/${name}`)
      .filter((path) => textAt(host, path) !== null),
  )
  const current = found.filter((path) => path.endsWith('.conf'))
  return current.length > 0 ? current : found
}

interface Entry {
  readonly title: string
  readonly lines: readonly string[]
}

/** limine.conf with words added to the entries for Linux; undefined where one is not certain, or there is none. */
export function limineConfig(text: string, words: readonly string[]): string | undefined {
  const lines = text.split('\n')
  const starts = lines.flatMap((line, at) => (/^\s*\//.test(line) ? [at] : []))
  const made = lines.slice(0, starts[0] ?? lines.length)
  let first: Entry | undefined
  let hasWayBack = false
  for (const [i, start] of starts.entries()) {
    const entry = lines.slice(start, starts[i + 1] ?? lines.length)
    const name = entry[0]!.trim().replace(/^\/+\+?\s*/, '')
    if (name === title) hasWayBack = true
    if (name === title || optionOf(entry, 'protocol') !== 'linux') {
      made.push(...entry)
      continue
    }
    const has = ['cmdline', 'kernel_cmdline'].filter((key) => optionOf(entry, key) !== undefined)
    if (has.length !== 1 || optionOf(entry, has[0]!)!.includes('${')) return undefined
    first ??= { title: name, lines: entry }
    made.push(...entry.map((line) => changeLine(line, (value) => addWords(value, words))))
  }
  if (first === undefined) return undefined
  if (hasWayBack) return made.join('\n')
  const body = first.lines.slice(1).filter((line) => line.trim() !== '' && !/^\s*(#|comment\s*:)/i.test(line))
  const kept = [`/${title}`, ...body.map((line) => changeLine(line, wayBackLine))]
  const whole = made.join('\n')
  return `${whole}${whole.endsWith('\n') ? '' : '\n'}${kept.join('\n')}\n`
}

/** Of the first line with that key, as Limine takes it. */
function optionOf(entry: readonly string[], key: string): string | undefined {
  const pattern = new RegExp(`^\\s*${key}:\\s*(.*?)\\s*$`, 'i')
  for (const line of entry.slice(1)) {
    const found = pattern.exec(line)
    if (found !== null) return found[1]
  }
  return undefined
}

function changeLine(line: string, change: (value: string) => string): string {
  const parts = /^(\s*(?:kernel_)?cmdline:[ \t]*)(.*?)(\s*)$/i.exec(line)
  return parts === null ? line : `${parts[1]}${change(parts[2]!)}${parts[3]}`
}

const signature = '++CONFIG_B2SUM_SIGNATURE++'
const checksumDigits = 128

/** Whether one of Limine's programs holds a checksum of its file; undefined: none of them was found. Throws UnreadableError. */
function hasChecksum(host: Host): boolean | undefined {
  let found: boolean | undefined
  for (const mount of mounts)
    for (const place of places)
      for (const name of names(host, `${mount}${place}`)) {
        if (!/\.efi$|^limine-bios\.sys$/i.test(name)) continue
        const path = `${mount}${place}/${name}`
        const read = host.readBytes(path)
        if (read.kind !== 'value')
          throw new UnreadableError(path, read.kind === 'error' ? read.code : read.kind)
        const bytes = Buffer.from(read.value.bytes)
        const at = bytes.indexOf(signature, 0, 'latin1')
        if (at < 0) continue
        const digits = bytes.subarray(at + signature.length, at + signature.length + checksumDigits)
        if (digits.length < checksumDigits || digits.some((one) => one !== 0x30)) return true
        found = false
      }
  return found
}
