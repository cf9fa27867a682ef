import { setTimeout as sleep } from 'node:timers/promises'
import { liveContext, targetOf } from '../changes/index.js'
import { BusyError, type Entry, readJournal, type Tools, undoEntry } from '../plan/index.js'
import { endUnwatched, isRunning, type RunRecord } from '../vm/index.js'
import { progressText } from './change-text.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** How long another handover is waited for, before devices are given back. */
const busySeconds = 60

/** Undoes what was done under the numbers of a run, the last first; waits for another handover that is at work. */
export async function giveBack(journals: readonly number[], context: Tools, root = '/'): Promise<void> {
  for (const id of journals.toReversed())
    for (let seconds = 0; ; seconds++) {
      try {
        await undoRest(id, journals, context, root)
        break
      } catch (error) {
        if (!(error instanceof BusyError) || seconds >= busySeconds) throw error
        await sleep(1000)
      }
    }
}

/** Undoes what was done under `id`, but for what was changed again later, otherwise than under the numbers `own`. */
export async function undoRest(
  id: number,
  own: readonly (number | null)[],
  context: Tools,
  root = '/',
): Promise<void> {
  const entries = readJournal(root).filter(({ state }) => state !== 'undone')
  const entry = entries.find(({ head }) => head.id === id)
  if (entry === undefined) return
  const changed = new Set(
    entries
      .filter(({ head }) => head.id > id && !own.includes(head.id))
      .flatMap(({ head, deeds }) => head.changes.filter((_, index) => deeds.get(index) === 'done'))
      .map(targetOf),
  )
  const deeds: Entry['deeds'] = new Map(
    [...entry.deeds].filter(([index]) => !changed.has(targetOf(entry.head.changes[index]!))),
  )
  if (deeds.size > 0) await undoEntry({ ...entry, deeds }, context, { root })
}

/** Of a run whose end nobody saw: gives its devices back, but for what a person has dealt with since. */
export async function tidy(terminal: Terminal, record: RunRecord, failure: string | null): Promise<void> {
  if (record.ended !== null || isRunning(record)) return
  if (record.journals.length > 0) {
    const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
    try {
      await giveBack(record.journals, context)
    } finally {
      context.writer.close()
    }
  }
  endUnwatched(record, {
    at: new Date().toISOString(),
    status: failure === null ? status.ok : status.failed,
    failure,
  })
}
