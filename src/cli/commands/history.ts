import { liveHost, rootedHost } from '../../host/index.js'
import { readJournal } from '../../plan/index.js'
import { isSet, type Run } from '../command.js'
import { historyDocument } from '../documents/history.js'
import { status } from '../status.js'
import { systemRoot } from '../system-root.js'
import { table } from '../table.js'

export const run: Run = (terminal, asked) => {
  const root = systemRoot(asked)
  const document = historyDocument(root, readJournal(root), rootedHost(liveHost(), root))
  if (isSet(asked, 'json')) terminal.printJson(document)
  else if (document.entries.length === 0) terminal.say(['Nothing has been changed by handover.'])
  else
    terminal.print(
      table(
        [
          { title: 'ID', align: 'right' },
          { title: 'WHEN' },
          { title: 'STATE' },
          { title: 'WHAT', least: 20 },
        ],
        document.entries.map(({ id, at, state, asked: words }) => ({
          cells: [String(id), at.slice(0, 16).replace('T', ' '), state, words],
        })),
        terminal.columns,
      ),
    )
  return status.ok
}
