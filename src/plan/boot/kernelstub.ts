import { fileEdit, textAt } from '../../changes/index.js'
import { byHand } from './by-hand.js'
import { optionsOf, withOptions } from './grub-bls.js'
import { names } from './kernel-install.js'
import { commandLine, keeping, type Loader } from './loader.js'
import { addWords, wayBackLine } from './words.js'

const settings = '/etc/kernelstub/configuration'
const run = ['kernelstub']
const title = 'without handover'

/**
 * Pop!_OS's kernelstub, which copies the newest kernel to the EFI system partition and writes systemd-boot's entries for it and the
 * one before, with the options of its own file. That is edited, and not given to `kernelstub --delete-options`, which puts the others
 * out of order.
 */
export const kernelstub: Loader = {
  id: 'kernelstub',
  name: 'kernelstub',
  source:
    'kernelstub 3.1.4: kernelstub/config.py (load_config, save_config), application.py, installer.py (setup_kernel, backup_old)',
  startedBy: ['systemd-boot'],
  inChargeOf: ['systemd-boot'],
  installed: (host) => (textAt(host, settings) === null ? undefined : settings),
  copiesImages: run,
  ...keeping((host, words) => {
    const edit = `kernelstub --add-options "${words.join(' ')}"`
    const made = changed(textAt(host, settings)!, words)
    if (made === undefined)
      return byHand(`${settings} is not as kernelstub 3 writes it for systemd-boot`, edit)
    const entries = `${made.esp}/loader/entries`
    const current = names(host, entries).filter((name) => /-current\.conf$/.test(name))
    const entry = current.length === 1 ? textAt(host, `${entries}/${current[0]}`) : null
    const line = entry === null ? undefined : optionsOf(entry)
    if (line === undefined) return byHand(`no entry that kernelstub writes was found in ${entries}`, edit)
    // systemd-boot starts the entry that sorts first where loader.conf names none; this one sorts after it.
    const kept = `${entries}/${current[0]!.replace('-current', '-before-handover')}`
    const text =
      textAt(host, kept) ??
      withOptions(entry!, wayBackLine).replace(/^title\s.*$/m, (found) => `${found.trimEnd()}, ${title}`)
    return {
      change: commandLine(
        'kernelstub',
        words,
        [fileEdit(host, settings, made.text), fileEdit(host, kept, text)],
        {
          commands: [{ run, rewrites: [] }],
          takeBack: [run],
        },
      ),
      wayBack: `An entry of the boot menu, "${title}", has the options of today.`,
    }
  }),
}

/** The file with words added; undefined where writing it as kernelstub does would change anything else of it. */
function changed(text: string, words: readonly string[]): { text: string; esp: string } | undefined {
  const found = parsed(text)
  const user = found?.user
  if (found === undefined || user === undefined || user.config_rev !== 3) return undefined
  const { kernel_options: options, esp_path: esp } = user
  if (!Array.isArray(options) || !options.every((one) => typeof one === 'string') || typeof esp !== 'string')
    return undefined
  // Without these it writes the options into the firmware's own boot entry, or nothing at all.
  if (user.setup_loader !== true || user.manage_mode !== true || user.live_mode === true) return undefined
  if (asWritten(found) !== text.trimEnd()) return undefined
  const missing = words.filter((word) => addWords(options.join(' '), [word]) !== options.join(' '))
  const after = asWritten({ ...found, user: { ...user, kernel_options: [...options, ...missing] } })
  return { text: after + text.slice(text.trimEnd().length), esp }
}

/** Python's json.dump(indent=2), which escapes what is not ASCII. */
function asWritten(value: unknown): string {
  return JSON.stringify(value, null, 2).replaceAll(
    /[\u0080-\uffff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function parsed(text: string): Record<string, Record<string, unknown>> | undefined {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null ? (found as ReturnType<typeof parsed>) : undefined
  } catch {
    return undefined
  }
}
