import * as z from 'zod'
import type { Run } from '../command.js'
import { usageError } from '../errors.js'
import { schemaNames, schemas } from '../schemas/index.js'
import { status } from '../status.js'

export const run: Run = async (terminal, { arguments: [name] }) => {
  if (name === undefined) terminal.print(schemaNames)
  else {
    if (!Object.hasOwn(schemas, name))
      throw usageError(`there is no schema ${name}`, `there are: ${schemaNames.join(', ')}`)
    terminal.printJson(z.toJSONSchema(await schemas[name]!()))
  }
  return status.ok
}
