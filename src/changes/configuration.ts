/**
 * Files edited together, and the commands that take the edits over into files of their own (a boot loader's menu, an
 * initramfs). What the commands rewrite is copied first; undoing puts the copies back, unless somebody had the files made
 * anew since: then the commands run again, without the edits.
 */

import { dirname } from 'node:path'
import type { Host } from '../host/index.js'
import type { ChangeKind, Configuration, Difference, FileEdit, Regeneration, Shown } from './change.js'
import type { Disk } from './disk.js'
import { ChangedSinceError, StaleError, UnreadableError, unreadable } from './errors.js'

export const configuration: ChangeKind<Configuration> = {
  describe({ id, title, edits, commands, takeBack = [] }) {
    const editing = edits.map(({ path, before, after }) => ({ edit: path, before, after }))
    const again = commands.filter(({ rewrites, tells }) => tells || rewrites.length > 0)
    return {
      kind: 'configuration',
      target: title,
      from: null,
      to: id,
      actions: [...editing, ...commands.map(({ run }) => ({ run }))],
      undo: [
        ...editing.map(({ edit, before, after }) => ({ edit, before: after, after: before })),
        ...[...again.map(({ run }) => run), ...takeBack].map((run) => ({ run })),
      ],
    }
  },

  diff: ({ edits, commands }, host) => [
    ...edits.flatMap(({ path, after }): Difference[] => {
      const now = textAt(host, path)
      return now === after ? [] : [{ path, from: now, to: after }]
    }),
    ...commands.flatMap(({ shownBy }): Difference[] =>
      shownBy === undefined || isShown(host, shownBy)
        ? []
        : [{ path: shownBy.folder, from: null, to: shownBy.words.join(' ') }],
    ),
    // Where nothing is edited, a file that is not there shows that its command was not run.
    ...(edits.length > 0 ? [] : commands.flatMap(({ rewrites }) => rewrites))
      .filter((path) => host.readBytes(path, 1).kind === 'absent')
      .map((path) => ({ path, from: null, to: 'made' })),
  ],

  async check({ edits }, { host }) {
    for (const { path, before, after } of edits) {
      const now = textAt(host, path)
      if (now !== before && now !== after)
        throw new StaleError(path, 'another text', now === null ? 'none' : 'this one')
    }
  },

  async apply({ id, edits, commands }, { disk, keptIn }) {
    const kept = `${keptIn}/${id}`
    for (const { rewrites } of commands) for (const path of rewrites) await keep(disk, kept, path)
    for (const edit of edits) if (disk.read(edit.path) !== edit.after) await write(disk, edit, edit.after)
    for (const { run, tells } of commands) if (!tells || disk.running) await disk.run(run)
    await disk.replace(madeFile(kept), `${JSON.stringify(hashes(disk, commands), null, 2)}\n`, 0o600)
  },

  async undo({ id, edits, commands, takeBack = [] }, { disk, keptIn }) {
    const kept = `${keptIn}/${id}`
    await disk.settle()
    const left = edits.filter(({ path, mayGo }) => mayGo !== true || disk.exists(path))
    for (const { path, before, after } of left) {
      const now = disk.read(path)
      if (now !== before && now !== after) throw new ChangedSinceError(path, after, now)
    }
    for (const edit of left.toReversed()) {
      // Also where the file is not there: the folders above it may be.
      if (edit.before === null || disk.read(edit.path) !== edit.before) await write(disk, edit, edit.before)
      disk.tidy(edit.path)
    }
    const made = madeOf(disk, kept)
    for (const { run, rewrites, family, tells } of commands) {
      // Where the command did not come to its end (null), what it made is not known, and the copies count.
      const madeAnew =
        made !== null &&
        (rewrites.some((path) => ![made[path], hashBefore(disk, kept, path)].includes(disk.hash(path))) ||
          hasMore(disk, rewrites, family))
      if (madeAnew || (tells && disk.running)) await disk.run(run)
      else for (const path of rewrites) await putBack(disk, kept, path)
      for (const path of rewrites) disk.tidy(path)
    }
    for (const argv of takeBack) await disk.run(argv)
    // This first: without it, what the copies say counts, so that all of this can be done again.
    disk.remove(madeFile(kept))
    for (const { rewrites } of commands)
      for (const path of rewrites) for (const copy of [copyOf, absentOf]) disk.remove(copy(kept, path))
  },
}

/** Text of a file; null where it is not there. Throws {@link UnreadableError}, also for bytes that are no text. */
export function textAt(host: Host, path: string): string | null {
  const read = host.readText(path)
  if (read.kind === 'absent') return null
  if (read.kind !== 'value') throw unreadable(path, read)
  if (read.value.includes('\ufffd'))
    throw new UnreadableError(path, 'not UTF-8, so it would not be written back as it was')
  return read.value
}

/** Whether there is a file, whatever its bytes. Throws {@link UnreadableError}. */
export function isThere(host: Host, path: string): boolean {
  const read = host.readBytes(path, 1)
  if (read.kind === 'value') return true
  if (read.kind === 'absent') return false
  throw unreadable(path, read)
}

/** Whether all of the words stand where they show. Throws {@link UnreadableError}. */
export function isShown(host: Host, { words, file, folder, names }: Shown): boolean {
  const inFile = bytesAt(host, file)
  const areIn = (bytes: Uint8Array) => {
    const found = new TextDecoder('latin1').decode(bytes).split(/[\s\0]+/)
    return words.every((word) => found.includes(word))
  }
  if (inFile !== null) return areIn(inFile)
  const list = host.list(folder)
  if (list.kind !== 'value' && list.kind !== 'absent') throw unreadable(folder, list)
  const pattern = new RegExp(names)
  const number = (name: string) => Number(/\d+/.exec(name)?.[0] ?? -1)
  const last = (list.kind === 'value' ? list.value : [])
    .filter((name) => pattern.test(name))
    .sort((a, b) => number(a) - number(b))
    .at(-1)
  const found = last === undefined ? null : bytesAt(host, `${folder}/${last}`)
  return found !== null && areIn(found)
}

function bytesAt(host: Host, path: string): Uint8Array | null {
  const read = host.readBytes(path)
  if (read.kind === 'absent') return null
  if (read.kind !== 'value') throw unreadable(path, read)
  return read.value.bytes
}

async function write(disk: Disk, edit: FileEdit, text: string | null): Promise<void> {
  if (text === null) disk.remove(edit.path, edit.folders)
  else await disk.replace(edit.path, text, edit.mode)
}

const copyOf = (kept: string, path: string) => `${kept}${path}`
/** Stands for a copy of a file that was not there. */
const absentOf = (kept: string, path: string) => `${copyOf(kept, path)}.absent`
const madeFile = (kept: string) => `${kept}/made.json`

/** A copy that is there is of before: it is made once, and removed when all is undone. */
async function keep(disk: Disk, kept: string, path: string): Promise<void> {
  if (disk.exists(copyOf(kept, path)) || disk.exists(absentOf(kept, path))) return
  if (disk.exists(path)) await disk.copy(path, copyOf(kept, path))
  else await disk.replace(absentOf(kept, path), '', 0o600)
}

/** The hash of what was there before; null: nothing, or no copy of it. */
function hashBefore(disk: Disk, kept: string, path: string): string | null {
  return disk.hash(copyOf(kept, path))
}

function hasMore(disk: Disk, known: readonly string[], family: Regeneration['family']): boolean {
  if (family === undefined) return false
  const names = new RegExp(family.names)
  return disk
    .list(family.folder)
    .some((name) => names.test(name) && !known.includes(`${family.folder}/${name}`))
}

async function putBack(disk: Disk, kept: string, path: string): Promise<void> {
  if (disk.exists(absentOf(kept, path))) disk.remove(path)
  else if (disk.exists(copyOf(kept, path)) && disk.hash(path) !== disk.hash(copyOf(kept, path)))
    await disk.copy(copyOf(kept, path), path)
}

type Hashes = Readonly<Record<string, string | null>>

function hashes(disk: Disk, commands: Configuration['commands']): Hashes {
  return Object.fromEntries(
    commands.flatMap(({ rewrites }) => rewrites.map((path) => [path, disk.hash(path)])),
  )
}

/** Null: the commands did not come to their end. */
function madeOf(disk: Disk, kept: string): Hashes | null {
  const text = disk.read(madeFile(kept))
  return text === null ? null : (JSON.parse(text) as Hashes)
}

/** A file as it is and as it is to be, with `mode` where it is new. Throws {@link UnreadableError}. */
export function fileEdit(host: Host, path: string, after: string | null, mode = 0o644): FileEdit {
  return { path, before: textAt(host, path), after, mode, folders: missingFolders(host, path) }
}

/** Folders above a file that are not there, so that undoing takes them away too. */
export function missingFolders(host: Host, path: string): readonly string[] {
  const folder = dirname(path)
  if (folder === '/' || host.list(folder).kind === 'value') return []
  return [...missingFolders(host, folder), folder]
}
