import { liveHost } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { readJournal } from '../../plan/index.js'
import { isSet, type Run } from '../command.js'
import { historyDocument } from '../documents/history.js'
import type { HistoryDocument } from '../schemas/plan.js'
import { status } from '../status.js'
import { isInForce, statusText } from '../status-text.js'

/** What was applied and not undone, and whether it still is as it was made, and does what it was made for. */
export const run: Run = (terminal, asked) => {
  const entries = readJournal('/').filter(({ state }) => state !== 'undone')
  const host = liveHost()
  const awaited = entries.some(({ head }) => head.awaits !== undefined)
  const document: HistoryDocument = historyDocument(
    '/',
    entries,
    host,
    awaited ? readMachine(host) : undefined,
  )
  if (isSet(asked, 'json')) terminal.printJson(document)
  else if (document.entries.length === 0) terminal.say(['Nothing that handover changed is in force.'])
  else terminal.print(statusText(document, terminal.columns))
  return document.entries.every(isInForce) ? status.ok : status.pending
}
