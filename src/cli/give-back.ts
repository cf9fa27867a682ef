import { setTimeout as sleep } from 'node:timers/promises'
import { liveContext, targetOf } from '../changes/index.js'
import { BusyError, readJournal, type Tools, undoEntry } from '../plan/index.js'
import { endUnwatched, isRunning, type RunRecord } from '../vm/index.js'
import { progressText } from './binding.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** How long another handover is waited for, before devices are given back. */
const busySeconds = 60

/** Undoes what was done under `id`, unless somebody has meanwhile; waits for another handover that is at work. */
export async function giveBack(id: number, context: Tools): Promise<void> {
  for (let seconds = 0; ; seconds++) {
    const entry = readJournal('/').find(({ head, state }) => head.id === id && state !== 'undone')
    if (entry === undefined) return
    try {
      await undoEntry(entry, context, {})
      return
    } catch (error) {
      if (!(error instanceof BusyError) || seconds >= busySeconds) throw error
      await sleep(1000)
    }
  }
}

/** Of a run whose end nobody saw: gives its devices back, but for what a person has dealt with since. */
export async function tidy(terminal: Terminal, record: RunRecord, failure: string | null): Promise<void> {
  if (record.ended !== null || isRunning(record)) return
  const open = record.journals.filter((id) => !isDealtWith(id, record.journals))
  if (open.length > 0) {
    const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
    try {
      for (const id of open.toReversed()) await giveBack(id, context)
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

/** Whether something of it was changed again later, otherwise than under `own`. */
function isDealtWith(id: number, own: readonly number[]): boolean {
  const entries = readJournal('/')
  const targets = new Set(entries.find(({ head }) => head.id === id)?.head.changes.map(targetOf))
  return entries.some(
    ({ head, state }) =>
      head.id > id &&
      !own.includes(head.id) &&
      state !== 'undone' &&
      head.changes.some((change) => targets.has(targetOf(change))),
  )
}
