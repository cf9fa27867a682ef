import type { Run } from '../command.js'
import { commands } from '../commands.js'
import { completionScripts } from '../completion.js'
import { usageError } from '../errors.js'
import { status } from '../status.js'

export const run: Run = (terminal, { arguments: [shell] }) => {
  if (!Object.hasOwn(completionScripts, shell!))
    throw usageError(
      `no completion for ${shell}`,
      `there is for ${Object.keys(completionScripts).join(', ')}`,
    )
  terminal.printRaw(completionScripts[shell as keyof typeof completionScripts](commands))
  return status.ok
}
