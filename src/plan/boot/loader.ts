import {
  type Configuration,
  type FileEdit,
  missingFolders,
  textAt,
  UnreadableError,
} from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { Program } from './booted.js'
import type { ByHand } from './by-hand.js'

/** What adds words to the kernel's command line. */
export interface LoaderPlan {
  /** Its id is `command-line`. */
  readonly change: Configuration
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
  /** Only called where it is installed. Throws UnreadableError. */
  plan(host: Host, words: readonly string[]): LoaderPlan | ByHand
  /** What brings the images in /boot to where they are started from, where that is another place. */
  readonly copiesImages?: readonly string[]
}

/** A file as it is, and as it is to be. */
export function fileEdit(host: Host, path: string, after: string, mode = 0o644): FileEdit {
  return { path, before: textAt(host, path), after, mode, folders: missingFolders(host, path) }
}

export function commandLine(
  name: string,
  words: readonly string[],
  edits: readonly FileEdit[],
  rest: Partial<Pick<Configuration, 'commands' | 'takeBack'>> = {},
): Configuration {
  return {
    kind: 'configuration',
    id: 'command-line',
    title: `kernel command line: ${words.join(' ')} (${name})`,
    edits: edits.filter(({ before, after }) => before !== after),
    commands: [],
    ...rest,
  }
}

/** Names in a folder; none where it is not there. Throws UnreadableError. */
export function namesIn(host: Host, folder: string): readonly string[] {
  const list = host.list(folder)
  if (list.kind === 'value') return list.value
  if (list.kind === 'absent') return []
  throw new UnreadableError(folder, list.kind === 'error' ? list.code : list.kind)
}
