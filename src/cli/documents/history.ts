import { diff, targetOf } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type Entry, isOver } from '../../plan/index.js'
import type { HistoryDocument } from '../schemas/plan.js'

/** `host`: where it is looked whether things are as they were made. */
export function historyDocument(root: string, entries: readonly Entry[], host: Host): HistoryDocument {
  return { schema: 'handover.history/1', root, entries: entries.map((entry) => entryDocument(entry, host)) }
}

function entryDocument(entry: Entry, host: Host): HistoryDocument['entries'][number] {
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
      return {
        target: targetOf(change),
        state,
        drift: state === 'done' && entry.state === 'applied' ? [...diff(change, host)] : [],
      }
    }),
  }
}
