import type { Configuration } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
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
}
