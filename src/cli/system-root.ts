import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Invocation, textOf } from './command.js'
import { usageError } from './errors.js'

/**
 * Where the system that is meant has its root: `--root`, else `/`. Throws CliError where there is none, since its journal would
 * be taken for empty.
 */
export function systemRoot(asked: Invocation): string {
  const root = textOf(asked, 'root') ?? '/'
  const missing = ['etc', 'var/lib'].find((folder) => !existsSync(join(root, folder)))
  if (missing !== undefined)
    throw usageError(
      `--root ${root}: there is no ${join(root, missing)}, so this is no system's root, or not all of it is mounted`,
    )
  return root
}
