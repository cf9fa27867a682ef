import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  applyPlan,
  type BindingPlan,
  type Change,
  type ChangeEvent,
  type Configuration,
  type Context,
  giveBack,
  stateFolder,
  undoAll,
} from '../changes/index.js'
import { type Awaits, type Entry, type Head, Journal, nextId, readJournal } from './journal.js'
import { alone } from './lock.js'

/** Changes, and what stands against them. */
export type Changes = Pick<BindingPlan, 'changes' | 'refusals'>

export interface Options {
  /** Where the host's root is mounted. */
  readonly root?: string
  /** The command line, for the history. */
  readonly asked: string
  readonly awaits?: Awaits | undefined
  readonly signal?: AbortSignal
  /** Called with what was cut off before and is put back now. */
  readonly onHalfDone?: (entry: Entry) => void
  /** For tests: called before every line of the journal. */
  readonly step?: (what: string) => void
}

/** What changes are made with, but for what the journal decides. */
export type Tools = Omit<Context, 'keptIn'>

/** What came of it. `id`: by which it can be undone; null: there was nothing to do. */
export interface Outcome {
  readonly id: number | null
  readonly made: readonly Change[]
}

/**
 * Makes changes, each written down before it is made. What an earlier run left half-done is put back first.
 * Throws what {@link applyPlan} throws; then all that was made is put back, as far as the error does not say otherwise.
 */
export async function carryOut(changes: Changes, tools: Tools, options: Options): Promise<Outcome> {
  return journaled(changes, tools, options, 'all or none', (context) =>
    applyPlan(changes as BindingPlan, context, options.signal),
  )
}

/** The same for giving devices back, where nothing is taken back when one fails. */
export async function carryOutReturn(changes: Changes, tools: Tools, options: Options): Promise<Outcome> {
  return journaled(changes, tools, options, 'each', (context) => giveBack(changes as BindingPlan, context))
}

async function journaled(
  { changes }: Changes,
  tools: Tools,
  options: Options,
  way: 'all or none' | 'each',
  make: (context: Context) => Promise<readonly Change[]>,
): Promise<Outcome> {
  const { root = '/' } = options
  // Who may not change anything is told so by the changes themselves.
  if (!tools.privileged) return { id: null, made: await make(journaling(tools, 0, () => undefined)) }
  return alone(root, async () => {
    await putBackHalfDone(tools, options)
    return write(changes, tools, options, way, make)
  })
}

async function write(
  changes: readonly Change[],
  tools: Tools,
  { root = '/', asked, awaits, step }: Options,
  way: 'all or none' | 'each',
  make: (context: Context) => Promise<readonly Change[]>,
): Promise<Outcome> {
  const id = nextId(readJournal(root))
  let journal: Journal | undefined
  const head = (): Head => ({
    schema: 'handover.journal/1',
    id,
    at: new Date().toISOString(),
    bootId: bootId(root),
    asked,
    ...(awaits && { awaits }),
    changes,
  })
  const context = journaling(tools, id, (event) => {
    journal ??= Journal.begin(root, head(), step)
    note(journal, event)
  })
  try {
    const made = await make(context)
    journal?.note('done')
    return { id: journal === undefined ? null : id, made }
  } catch (error) {
    const left = (error as { readonly notPutBack?: readonly unknown[] }).notPutBack ?? []
    if (way === 'each') journal?.note('done')
    else if (left.length === 0) journal?.note('undone')
    throw error
  }
}

/** Puts back what was done under `entry`: all of it that is not put back already. Throws UndoFailedError, BusyError. */
export function undoEntry(
  entry: Entry,
  tools: Tools,
  options: Omit<Options, 'asked'>,
): Promise<readonly Change[]> {
  return alone(options.root ?? '/', () => putBack(entry, tools, options))
}

async function putBack(
  entry: Entry,
  tools: Tools,
  options: Omit<Options, 'asked'>,
): Promise<readonly Change[]> {
  const { root = '/', step } = options
  const journal = Journal.goOn(root, entry, step)
  const left = entry.head.changes.filter((change, i) => {
    const did = entry.deeds.get(i)
    return did !== undefined && did !== 'undone' && !isOver(entry, change, root)
  })
  const undone = await undoAll(
    left,
    journaling(tools, entry.head.id, (event) => note(journal, event)),
  )
  journal.note('undone')
  return undone
}

/** What the kernel holds is as it was again after a restart, and files in /run are gone. */
export function isOver(entry: Entry, change: Change, root = '/'): boolean {
  const lasts = change.kind === 'configuration' && !isInRun(change)
  return !lasts && hasRestarted(entry, root)
}

/** Whether the computer has been started since. */
export function hasRestarted({ head }: Entry, root = '/'): boolean {
  return head.bootId !== bootId(root)
}

function isInRun({ edits }: Configuration): boolean {
  return edits.length > 0 && edits.every(({ path }) => path.startsWith('/run/'))
}

async function putBackHalfDone(tools: Tools, options: Options): Promise<void> {
  for (const entry of readJournal(options.root ?? '/').toReversed())
    if (entry.state === 'half-done') {
      options.onHalfDone?.(entry)
      await putBack(entry, tools, options)
    }
}

function journaling(tools: Tools, id: number, before: (event: ChangeEvent) => void): Context {
  return {
    ...tools,
    keptIn: `${stateFolder}/${id}`,
    report: (event) => {
      before(event)
      tools.report(event)
    },
  }
}

const deeds = { applying: 'begun', applied: 'done', undoing: 'undoing', undone: 'undone' } as const

function note(journal: Journal, event: ChangeEvent): void {
  if (event.kind in deeds && 'change' in event) journal.note(deeds[event.kind], event.change)
}

function bootId(root: string): string | null {
  // A host that is mounted elsewhere is not running.
  const path = join('/', 'proc/sys/kernel/random/boot_id')
  return root === '/' && existsSync(path) ? readFileSync(path, 'utf8').trim() : null
}
