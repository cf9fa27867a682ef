import { type FileEdit, fileEdit, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { byHand } from './by-hand.js'
import { addToSetting } from './grub-settings.js'
import { names } from './kernel-install.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { wayBackLine } from './words.js'

const settings = '/etc/default/grub'
const variable = 'GRUB_CMDLINE_LINUX_DEFAULT'
export const dropIn = '/etc/default/grub.d/handover.cfg'

/** Its programs and its folder, which some distributions call after its version. */
const installations = [
  { program: 'grub-mkconfig', folder: '/boot/grub' },
  { program: 'grub2-mkconfig', folder: '/boot/grub2' },
] as const

/**
 * GRUB whose menu grub-mkconfig makes. Debian and Ubuntu read files of their own after /etc/default/grub; elsewhere that file is
 * edited, where it is certain what a shell makes of it. Recovery entries keep the line as it was: they are made of
 * GRUB_CMDLINE_LINUX alone. Where the menu has none, an entry of today's menu is kept in custom.cfg.
 */
export const grub: Loader = {
  id: 'grub',
  name: 'GRUB',
  source:
    "GRUB 2.06, 2.12: util/grub-mkconfig.in (with Debian's patch mkconfig-ubuntu-... for grub.d), util/grub.d/10_linux.in, 41_custom.in; SLES 15 SP5 Administration Guide, 18.2 (grub2-mkconfig -o /boot/grub2/grub.cfg)",
  startedBy: ['grub'],
  inChargeOf: [],
  installed: (host) => (textAt(host, settings) === null ? undefined : settings),
  ...keeping((host, words) => {
    const edit = `add ${words.join(' ')} to ${variable} in ${settings}, and have GRUB's menu made anew`
    if (textAt(host, '/usr/bin/sdbootutil') !== null)
      return byHand("GRUB's entries here are made by sdbootutil", `add ${words.join(' ')} with it`)
    const found = installations.flatMap((one) => {
      const script = scriptOf(host, one.program)
      const menu = textAt(host, `${one.folder}/grub.cfg`)
      return script === null || menu === null ? [] : [{ ...one, script, menu }]
    })
    const [one] = found
    if (one === undefined || found.length > 1)
      return byHand(
        `${found.length === 0 ? 'no' : 'more than one'} menu of GRUB's was found with the grub-mkconfig that makes it`,
        edit,
      )
    const menuPath = `${one.folder}/grub.cfg`
    const change = settingEdit(host, one.script, words)
    if (change === undefined) return byHand(`it is not certain what ${settings} sets ${variable} to`, edit)
    const hasUpdate = one.program === 'grub-mkconfig' && scriptOf(host, 'update-grub') !== null
    const run = hasUpdate ? ['update-grub'] : [one.program, '-o', menuPath]
    const kept = keptEntry(host, one.folder, one.menu)
    return {
      change: commandLine('GRUB', words, [change, ...kept.edits], {
        commands: [{ run, rewrites: [menuPath] }],
      }),
      wayBack: kept.says,
    }
  }),
}

/** A file of its own where the grub-mkconfig reads it, else the one file of settings. */
export function settingEdit(host: Host, script: string, words: readonly string[]): FileEdit | undefined {
  if (words.length > 0 && script.includes('/default/grub.d/'))
    return fileEdit(host, dropIn, dropInText(words))
  const text = addToSetting(textAt(host, settings) ?? '', variable, words)
  return text === undefined ? undefined : fileEdit(host, settings, text)
}

export function scriptOf(host: Host, program: string): string | null {
  return textAt(host, `/usr/sbin/${program}`) ?? textAt(host, `/usr/bin/${program}`)
}

function dropInText(words: readonly string[]): string {
  return `# Written by handover; "handover undo" takes it away.
${variable}="$${variable} ${words.join(' ')}"
`
}

/** Whether the menu that is made has entries for recovery. */
export function hasRecovery(host: Host): boolean {
  const folder = '/etc/default/grub.d'
  const files = [
    settings,
    ...names(host, folder).flatMap((name) => (name.endsWith('.cfg') ? [`${folder}/${name}`] : [])),
  ]
  return !files.some((path) => /^\s*GRUB_DISABLE_RECOVERY=["']?true/m.test(textAt(host, path) ?? ''))
}

/** How to start without the change, and what is to be written for it. */
function keptEntry(host: Host, folder: string, menu: string): { says: string; edits: readonly FileEdit[] } {
  if (hasRecovery(host)) return { says: 'The recovery entries of the boot menu stay as they are.', edits: [] }
  const path = `${folder}/custom.cfg`
  const before = textAt(host, path)
  const mark = '# Written by handover; "handover undo" takes it away.\n'
  const ours = before?.startsWith(mark) === true
  const entry = ours ? before.slice(mark.length) : withoutChange(menu)
  const title = /^menuentry '([^']*)'/.exec(entry ?? '')?.[1]
  if (
    entry === undefined ||
    title === undefined ||
    !menu.includes('/custom.cfg') ||
    (before !== null && !ours)
  )
    return {
      says: 'The boot menu has no recovery entries: to start without it, edit the entry in the menu (e) and add handover=off.',
      edits: [],
    }
  return {
    says: `The last entry of the boot menu, "${title}", is the one that it has today.`,
    edits: [fileEdit(host, path, `${mark}${entry}`)],
  }
}

/** The first entry of the menu that starts a Linux kernel, as it is, under another name. */
function withoutChange(menu: string): string | undefined {
  const entry = /^menuentry '([^'\\]+)'([^\n]*)\{\n((?:(?!\})[^\n]*\n)*?)\}$/m.exec(menu)
  if (entry === null) return undefined
  const [, title, options, body] = entry
  const line = /^(\s*linux(?:16|efi)?\s+\S+[ \t]*)(.*)$/m
  if (!line.test(body!)) return undefined
  const named = options!.replace(/ 'gnulinux-[^']*'/, " 'handover-way-back'")
  const made = body!.replace(line, (_, start: string, words: string) => `${start}${wayBackLine(words)}`)
  return `menuentry '${title}, without handover'${named}{\n${made}}\n`
}
