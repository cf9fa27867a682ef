import type { Configuration, FileEdit } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { Program } from './booted.js'
import type { ByHand } from './by-hand.js'

/** What adds words to the kernel's command line. */
export interface LoaderPlan {
  /** Its id is `command-line`. Undefined: nothing need be changed. */
  readonly change: Configuration | undefined
  /** How the computer is started without the change, in a sentence. */
  readonly wayBack: string
}

/** A boot loader, or what is in charge of it: a row of the table in loaders.ts. */
export interface Loader {
  readonly id: string
  /** For people: `GRUB`. */
  readonly name: string
  /** What the facts in its file rest on: programs, versions, files. */
  readonly source: string
  /** Programs that hand the kernel the line that this row changes. */
  readonly startedBy: readonly Program[]
  /** Rows that this one is in charge of where it is installed, by id. */
  readonly inChargeOf: readonly string[]
  /** The file by which it shows that it is installed; undefined: it is not. Throws UnreadableError. */
  installed(host: Host): string | undefined
  /**
   * Makes an entry that starts without the change, where no words are wanted but the initramfs changes. Absent: with
   * `handover=off` added in the menu, or an entry for recovery, any does. Only called where it is installed. Throws
   * UnreadableError.
   */
  keepEntry?(host: Host): LoaderPlan
  /** Only called where it is installed, with one word or more. Throws UnreadableError. */
  plan(host: Host, words: readonly string[]): LoaderPlan | ByHand
  /**
   * What brings the images in /boot to where they are started from. Empty: they are started from there. Absent: kernel-install
   * copies them, where it made the entries.
   */
  readonly copiesImages?: readonly string[]
}

/**
 * The change that adds words, with what keeps an entry without them; of no words, only the latter. Undefined: nothing need be
 * changed.
 */
export function commandLine(
  name: string,
  words: readonly string[],
  edits: readonly FileEdit[],
  rest: Partial<Pick<Configuration, 'commands' | 'takeBack'>> = {},
): Configuration | undefined {
  const differing = edits.filter(({ before, after }) => before !== after)
  const { commands = [], takeBack = [] } = words.length > 0 ? rest : {}
  if (differing.length === 0 && !commands.some(({ shownBy }) => shownBy)) return undefined
  const what =
    words.length > 0 ? `kernel command line: ${words.join(' ')}` : 'an entry to start without the change'
  return {
    kind: 'configuration',
    id: 'command-line',
    title: `${what} (${name})`,
    edits: differing,
    commands,
    ...(takeBack.length > 0 && { takeBack }),
  }
}

/** Where an entry for recovery, or any with a word added to its line, is the way back. */
export const anyEntry =
  'An entry for recovery starts without the change, and so does any with handover=off added to its line in the menu.'

/** Of a row that plans for no words too: then it keeps an entry. */
export function keeping(plan: Loader['plan']): Pick<Loader, 'plan'> & Required<Pick<Loader, 'keepEntry'>> {
  return {
    plan,
    keepEntry(host) {
      const found = plan(host, [])
      return 'because' in found ? { change: undefined, wayBack: anyEntry } : found
    },
  }
}
