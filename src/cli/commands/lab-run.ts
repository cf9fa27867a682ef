import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { runScript } from '../../lab/index.js'
import type { Run } from '../command.js'
import { usageError } from '../errors.js'
import { withLab } from '../with-lab.js'

/** `handover lab run FILE [ARGUMENT...]` */
export const run: Run = (_terminal, asked) => {
  const [file, ...rest] = asked.arguments as [string, ...string[]]
  const path = resolve(file)
  try {
    accessSync(path, constants.R_OK)
  } catch (error) {
    throw usageError(`cannot read the script ${path}: ${(error as NodeJS.ErrnoException).code}`)
  }
  return withLab(asked, (guest, signal) => runScript(guest, path, rest, signal))
}
