import { selectOne } from '../choose.js'
import { isSet, type Run } from '../command.js'
import { showDocument } from '../documents/show.js'
import { readAskedMachine, requireBus } from '../reading.js'
import { showText } from '../show-text.js'
import { status } from '../status.js'

export const run: Run = async (terminal, asked) => {
  const machine = await readAskedMachine(asked)
  requireBus(machine.bus)
  const f = selectOne(machine, asked.arguments[0]!)
  const document = showDocument(machine, f)
  if (isSet(asked, 'json')) terminal.printJson(document)
  else terminal.print(showText(document, terminal.columns))
  return status.ok
}
