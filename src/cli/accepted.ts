import { type RoleName, roleNames } from '../machine/index.js'
import { type Invocation, listOf } from './command.js'
import { usageError } from './errors.js'

/** The roles that `--accept` names. */
export function rolesOf(asked: Invocation): readonly RoleName[] {
  return listOf(asked, 'accept').map(roleOf)
}

function roleOf(word: string): RoleName {
  const role = roleNames.find((name) => name === word)
  if (!role) throw usageError(`--accept ${word}: there is no such role`, `there are: ${roleNames.join(', ')}`)
  return role
}
