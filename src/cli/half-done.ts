import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Terminal } from './terminal.js'
import { wrap } from './text.js'

/** Where the journal is; not asked of the room that writes it, which need not be loaded where there is none. */
export const folder = '/var/lib/handover'

/** For commands that only read: says in one sentence that a change was cut off, or is being made. Never fails. */
export async function warnOfHalfDone(terminal: Terminal, root = '/'): Promise<void> {
  if (!existsSync(join(root, folder))) return
  const { busyWith, readJournal } = await import('../plan/index.js')
  try {
    const busy = busyWith(root)
    const cut = readJournal(root).find(({ state }) => state === 'half-done')
    if (busy !== undefined)
      say(
        terminal,
        `Another handover (process ${busy}) is changing this computer now: what is shown may be half-way.`,
      )
    else if (cut !== undefined)
      say(
        terminal,
        `${cut.head.id} (${cut.head.asked}) was cut off half-way. To put it back: sudo handover undo ${cut.head.id}`,
      )
  } catch (error) {
    say(terminal, `Whether a change was cut off is not known: ${(error as Error).message}`)
  }
}

function say(terminal: Terminal, text: string): void {
  terminal.say(wrap(text, Math.min(terminal.columns, 110)))
}
