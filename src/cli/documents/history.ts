import { type Change, diff, targetOf, UnreadableError } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { Machine } from '../../machine/index.js'
import { type Entry, isOver, runningState } from '../../plan/index.js'
import type { HistoryDocument } from '../schemas/plan.js'

type EntryDocument = HistoryDocument['entries'][number]

/**
 * `host`: where it is looked whether things are as they were made. `machine`: where it is looked whether the running system
 * is as it was to be; without it that is not looked at.
 */
export function historyDocument(
  root: string,
  entries: readonly Entry[],
  host: Host,
  machine?: Machine,
): HistoryDocument {
  return {
    schema: 'handover.history/1',
    root,
    entries: entries.map((entry) => ({
      ...entryDocument(entry, host),
      running: machine === undefined || entry.state !== 'applied' ? null : runningDocument(entry, machine),
    })),
  }
}

function entryDocument(entry: Entry, host: Host): Omit<EntryDocument, 'running'> {
  const { id, at, asked, changes } = entry.head
  return {
    id,
    at,
    asked,
    state: entry.state,
    changes: changes.map((change, i) => {
      const did = entry.deeds.get(i)
      const state =
        did === undefined
          ? ('not begun' as const)
          : did === 'undone' || did === 'done'
            ? isOver(entry, change) && did === 'done'
              ? ('over' as const)
              : did
            : ('half-done' as const)
      const isLooked = state === 'done' && entry.state === 'applied'
      return {
        target: targetOf(change),
        kind: change.kind,
        state,
        ...(isLooked ? lookAt(change, host) : { drift: [], unread: null }),
      }
    }),
  }
}

function lookAt(change: Change, host: Host): Pick<EntryDocument['changes'][number], 'drift' | 'unread'> {
  try {
    return { drift: [...diff(change, host)], unread: null }
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error
    return { drift: [], unread: { unknown: error.reason, path: error.path } }
  }
}

function runningDocument(entry: Entry, machine: Machine): EntryDocument['running'] {
  const running = runningState(entry, machine)
  return (
    running && {
      ...running,
      without: [...running.without],
      functions: running.functions.map((one) => ({ ...one })),
      words: running.words.map((one) => ({ ...one })),
    }
  )
}
