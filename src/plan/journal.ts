import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { type Change, stateFolder, sync } from '../changes/index.js'
import type { EarlyFunction } from './boot/early.js'

/** What is known of something before it is done. */
export interface Head {
  readonly schema: 'handover.journal/1'
  readonly id: number
  /** ISO 8601, UTC. */
  readonly at: string
  /** `/proc/sys/kernel/random/boot_id`: drivers and consoles are as they were again after a restart. */
  readonly bootId: string | null
  /** What was asked for: `handover bind 01:00.0`. */
  readonly asked: string
  readonly changes: readonly Change[]
  /** Where it takes effect with the next start: what that is to bring. */
  readonly awaits?: Awaits
}

export interface Awaits {
  /** That are then with vfio-pci. `address`: as it was before. */
  readonly functions: readonly (EarlyFunction & { readonly address: string })[]
  /** That then stand on the kernel's command line. */
  readonly words: readonly string[]
}

const deeds = ['begun', 'done', 'undoing', 'undone'] as const
type Deed = (typeof deeds)[number]

/** A line after the head: what happened to a change, by its index; without one, to all of it. */
interface Line {
  readonly at: string
  readonly change?: number
  readonly did: Deed
}

export interface Entry {
  readonly head: Head
  /** By index of the change; one that is not here was not begun. */
  readonly deeds: ReadonlyMap<number, Deed>
  /**
   * `half-done`: it was cut off. `applied`: all was done. `undone`: all was put back, whether it was asked for or because
   * something failed.
   */
  readonly state: 'half-done' | 'applied' | 'undone'
}

const folderOf = (root: string) => join(root, stateFolder)
const fileOf = (root: string, id: number) => join(folderOf(root), String(id), 'journal')

/** What happens to the changes of one head, written down before it happens. Every line is on the disk when it returns. */
export class Journal {
  readonly #file: string

  private constructor(
    root: string,
    private readonly changes: readonly Change[],
    id: number,
    private readonly step: (what: string) => void,
  ) {
    this.#file = fileOf(root, id)
  }

  static begin(root: string, head: Head, step: (what: string) => void = () => undefined): Journal {
    const journal = new Journal(root, head.changes, head.id, step)
    makeFolders(dirname(journal.#file))
    journal.#append(head)
    sync(dirname(journal.#file))
    return journal
  }

  static goOn(root: string, { head }: Entry, step: (what: string) => void = () => undefined): Journal {
    cutTornLine(fileOf(root, head.id))
    return new Journal(root, head.changes, head.id, step)
  }

  /** `change` absent: all of them. */
  note(did: Deed, change?: Change): void {
    const index = change === undefined ? undefined : this.changes.indexOf(change)
    this.#append({ at: new Date().toISOString(), ...(index !== undefined && { change: index }), did })
  }

  #append(line: Head | Line): void {
    this.step(`note ${'did' in line ? line.did : 'the plan'}`)
    const fd = openSync(this.#file, 'a', 0o644)
    try {
      writeSync(fd, `${JSON.stringify(line)}\n`)
      fsyncSync(fd)
    } finally {
      closeSync(fd)
    }
  }
}

/** All that was done below `root`, oldest first. Throws {@link JournalError} for a file that this program did not write. */
export function readJournal(root: string): readonly Entry[] {
  const folder = folderOf(root)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => /^[1-9]\d*$/.test(name) && existsSync(fileOf(root, Number(name))))
    .map(Number)
    .sort((a, b) => a - b)
    .flatMap((id) => readEntry(fileOf(root, id)) ?? [])
}

/** The number of the next entry. */
export function nextId(entries: readonly Entry[]): number {
  return Math.max(0, ...entries.map(({ head }) => head.id)) + 1
}

/** A journal that cannot be read or written: nothing is done that cannot be written down, or while what was done is not known. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
  constructor(file: string, why: string) {
    super(`${file}: ${why}; what is changed on this computer is written there, so nothing was changed now`)
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new JournalError(file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** Undefined where not even the head came to the disk: then nothing was begun. */
function readEntry(file: string): Entry | undefined {
  const lines = textOf(file).split('\n').slice(0, -1)
  if (lines.length === 0) return undefined
  const [head, ...rest] = lines.map((line, i) => {
    try {
      return JSON.parse(line) as unknown
    } catch {
      throw new JournalError(file, `line ${i + 1} is no JSON`)
    }
  }) as [Head, ...Line[]]
  if (head.schema !== 'handover.journal/1')
    throw new JournalError(file, 'written by another version of handover')
  const found = new Map<number, Deed>()
  let state: Entry['state'] = 'half-done'
  for (const { change, did } of rest) {
    if (change !== undefined) {
      found.set(change, did)
      state = 'half-done'
    } else state = did === 'done' ? 'applied' : 'undone'
  }
  return { head, deeds: found, state }
}

/** A line that a power cut tore off has no end: the next one must not join it. */
function cutTornLine(file: string): void {
  const text = readFileSync(file)
  const whole = text.lastIndexOf(0x0a) + 1
  if (whole < text.length) truncateSync(file, whole)
}

function makeFolders(folder: string): void {
  if (existsSync(folder)) return
  makeFolders(dirname(folder))
  mkdirSync(folder, { mode: 0o755 })
  sync(dirname(folder))
}
