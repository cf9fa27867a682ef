import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Terminal } from './terminal.js'

/** Where the journal is; not asked of the room that writes it, which need not be loaded where there is none. */
export const folder = '/var/lib/handover'

/** For commands that only read: says in one line that a change was cut off, or is being made. Never fails. */
export async function warnOfHalfDone(terminal: Terminal, root = '/'): Promise<void> {
  if (!existsSync(join(root, folder))) return
  const { busyWith, readJournal } = await import('../plan/index.js')
  const line = () => {
    try {
      const busy = busyWith(root)
      if (busy !== undefined)
        return `Another handover (process ${busy}) is changing this computer: what is shown may be half-way.`
      const cut = readJournal(root).find(({ state }) => state === 'half-done')?.head
      return cut && `${cut.id} (${cut.asked}) was cut off; to put it back: sudo handover undo ${cut.id}`
    } catch (error) {
      return `Whether a change was cut off is not known: ${(error as Error).message}`
    }
  }
  const text = line()
  if (text !== undefined) terminal.say([text])
}
