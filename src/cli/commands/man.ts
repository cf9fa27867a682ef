import type { Run } from '../command.js'
import { commands } from '../commands.js'
import { manualPage } from '../man.js'
import { status } from '../status.js'

export const run: Run = (terminal) => {
  terminal.printRaw(manualPage(commands))
  return status.ok
}
