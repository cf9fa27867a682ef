import { liveHost } from '../../host/index.js'
import { readJournal } from '../../plan/index.js'
import { isSet, type Run } from '../command.js'
import { historyDocument } from '../documents/history.js'
import type { HistoryDocument } from '../schemas/plan.js'
import { status } from '../status.js'
import type { Line } from '../text.js'

/** What was applied and not undone, and whether it still is as it was made. */
export const run: Run = (terminal, asked) => {
  const history = historyDocument('/', readJournal('/'), liveHost())
  const document = { ...history, entries: history.entries.filter(({ state }) => state !== 'undone') }
  if (isSet(asked, 'json')) terminal.printJson(document)
  else if (document.entries.length === 0) terminal.say(['Nothing that handover changed is in force.'])
  else terminal.print(statusText(document))
  const isWhole = document.entries.every(
    ({ state, changes }) => state === 'applied' && changes.every(({ drift }) => drift.length === 0),
  )
  return isWhole ? status.ok : status.pending
}

function statusText({ entries }: HistoryDocument): readonly Line[] {
  return entries.flatMap(({ id, asked, state, changes }): Line[] => [
    [
      { text: `${id}  ${asked}`, style: 'bold' },
      state === 'half-done' ? ': was cut off; handover undo takes back what was done' : '',
    ],
    ...changes.flatMap(({ target, state: one, drift }): Line[] => [
      [
        `  ${target}: `,
        drift.length > 0
          ? { text: 'no longer as it was made', style: 'yellow' }
          : one === 'over'
            ? 'over since the restart'
            : one === 'done'
              ? { text: 'in force', style: 'green' }
              : one,
      ],
      ...drift.map(({ path, from, to }) => `    ${path}: ${short(from)} where ${short(to)} was made`),
    ]),
  ])
}

function short(text: string | null): string {
  if (text === null) return 'nothing'
  const [first = '', ...rest] = text.trimEnd().split('\n')
  return rest.length > 0 ? `${first} … (${rest.length + 1} lines)` : first
}
