import { rolesOf } from '../binding.js'
import { type Run, textOf } from '../command.js'
import { watchMachine } from '../watch-machine.js'

/** What `vm start` leaves behind: runs a machine without a terminal, and gives its devices back. */
export const run: Run = (terminal, asked) =>
  watchMachine(terminal, asked.arguments[0]!, {
    accept: rolesOf(asked),
    kept: textOf(asked, 'kept')!,
    foreground: null,
  })
