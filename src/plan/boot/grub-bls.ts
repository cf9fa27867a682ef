import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { addToSetting } from './grub-settings.js'
import { names } from './kernel-install.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { addWords, wayBackLine } from './words.js'

const menu = '/boot/grub2/grub.cfg'
const folder = '/boot/loader/entries'
const settings = '/etc/default/grub'
const newKernels = '/etc/kernel/cmdline'

/**
 * GRUB of Fedora and RHEL 9: one file an entry, each with a line of its own. A new kernel's line is made of /etc/kernel/cmdline;
 * grub2-mkconfig makes all of them anew of /etc/default/grub. The files are edited, and not given to `grubby --update-kernel=ALL`,
 * which changes the rescue entry too and writes over GRUB_CMDLINE_LINUX_DEFAULT where it finds that.
 */
export const grubBls: Loader = {
  id: 'grub-bls',
  name: 'GRUB with boot loader entries',
  source:
    'grubby 8.40-69 grubby-bls (update_bls_fragment); GRUB of Fedora 44: util/grub.d/10_linux.in (update_bls_cmdline, get_sorted_bls); UAPI.1 Boot Loader Specification',
  startedBy: ['grub'],
  inChargeOf: ['grub'],
  copiesImages: [],
  installed: (host) =>
    /^\s*blscfg\b/m.test(textAt(host, menu) ?? '') && entryNames(host).length > 0 ? folder : undefined,
  ...keeping((host, words) => {
    const edit = `grubby --update-kernel=ALL --args="${words.join(' ')}"; and look that the rescue entry keeps its line`
    const entries = entryNames(host).map((name) => ({ name, text: textAt(host, `${folder}/${name}`)! }))
    const rescue = entries.find(({ name }) => isRescue(name))
    const normal = entries.filter(({ name }) => !isRescue(name) && name !== keptName(entries))
    const lines = normal.map(({ text }) => optionsOf(text))
    if (normal.length === 0 || lines.some((line) => line === undefined))
      return byHand(`an entry in ${folder} has not one line of options`, edit)
    if (lines.some((line) => line!.includes('$kernelopts')))
      return byHand(`the entries in ${folder} take their options from grubenv (kernelopts)`, edit)
    const edits: FileEdit[] = []
    const set = textAt(host, settings)
    if (set !== null) {
      const after = addToSetting(set, 'GRUB_CMDLINE_LINUX', words)
      if (after === undefined)
        return byHand(`it is not certain what ${settings} sets GRUB_CMDLINE_LINUX to`, edit)
      edits.push(fileEdit(host, settings, after))
    }
    const line = textAt(host, newKernels)
    if (line !== null) {
      const after = cmdlineText(line, words)
      if (after === undefined) return byHand(`${newKernels} is not one line`, edit)
      edits.push(fileEdit(host, newKernels, after))
    } else {
      // As kernel-install would take them from the running kernel; grubby makes the file likewise.
      const same = lines.every((one) => one === lines[0])
      if (!same) return byHand(`there is no ${newKernels}, and the entries in ${folder} differ`, edit)
      edits.push(
        fileEdit(host, newKernels, `${addWords(lines[0]!.replace(/\s*\$tuned_params\b/, ''), words)}\n`),
      )
    }
    for (const { name, text } of normal) {
      const after = withOptions(text, (one) => addWords(one, words))
      edits.push({ ...fileEdit(host, `${folder}/${name}`, after), mayGo: true })
    }
    const takeBack = [
      laterEntries(
        entries.map(({ name }) => name),
        words,
      ),
    ]
    const change = (more: readonly FileEdit[]) =>
      commandLine('GRUB with boot loader entries', words, [...edits, ...more], { takeBack })
    if (rescue !== undefined)
      return {
        change: change([]),
        wayBack: `The rescue entry of the boot menu (${rescue.name}) stays as it is.`,
      }
    const kept = keptName(entries)
    if (kept === undefined)
      return byHand(
        `there is no rescue entry, and the entries in ${folder} are not named after a machine id`,
        edit,
      )
    const there = textAt(host, `${folder}/${kept}`)
    const title = 'without handover'
    const text = there ?? keptText(normal.at(-1)!.text, title)
    return {
      change: change([fileEdit(host, `${folder}/${kept}`, text)]),
      wayBack: `The last entry of the boot menu, "${title}", is one that it has today.`,
    }
  }),
}

function entryNames(host: Host): readonly string[] {
  return names(host, folder).filter((name) => name.endsWith('.conf'))
}

const isRescue = (name: string) => /-0-rescue(-|\.conf$)/.test(name)

/** Sorts last, as a rescue entry does: GRUB sorts by file names. */
function keptName(entries: readonly { readonly name: string }[]): string | undefined {
  const id = entries.map(({ name }) => /^([0-9a-f]{32})-/.exec(name)?.[1]).find((one) => one !== undefined)
  return id && `${id}-0-handover.conf`
}

function keptText(text: string, title: string): string {
  return withOptions(text, wayBackLine).replace(/^title\s.*$/m, (line) => `${line.trimEnd()}, ${title}`)
}

const optionsLine = /^(options[ \t]+)(.*)$/gm

export function optionsOf(text: string): string | undefined {
  const found = [...text.matchAll(optionsLine)]
  return found.length === 1 ? found[0]![2]! : undefined
}

export function withOptions(text: string, change: (line: string) => string): string {
  return text.replace(optionsLine, (_, key: string, line: string) => `${key}${change(line)}`)
}

/** /etc/kernel/cmdline with words added, where it is one line; what follows it stays. */
export function cmdlineText(text: string, words: readonly string[]): string | undefined {
  const [line, ...rest] = text.split('\n')
  if (rest.some((one) => one.trim() !== '')) return undefined
  return [addWords(line!.trimEnd(), words) + line!.slice(line!.trimEnd().length), ...rest].join('\n')
}

/** Takes words out of the entries that came since: of new kernels. */
function laterEntries(known: readonly string[], words: readonly string[]): readonly string[] {
  const pattern = words.map((word) => word.replaceAll(/[^A-Za-z0-9_=-]/g, (one) => `\\${one}`)).join('|')
  return [
    'sh',
    '-c',
    `for entry in ${folder}/*.conf; do
  case " ${known.join(' ')} " in *" \${entry##*/} "*) continue ;; esac
  grep -Eq '^options[[:space:]].*(${pattern})' "$entry" || continue
  sed -i -E ':again; /^options[[:space:]]/s/[[:space:]](${pattern})([[:space:]]|$)/\\2/; t again' "$entry"
done`,
  ]
}
