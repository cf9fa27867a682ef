import { UnreadableError } from '../../changes/index.js'
import type { Host } from '../../host/index.js'

/** Names in a folder; none where it is not there. Throws UnreadableError: what could not be looked at is not empty. */
export function namesIn(host: Host, folder: string): readonly string[] {
  const list = host.list(folder)
  if (list.kind === 'value') return list.value
  if (list.kind === 'absent') return []
  throw new UnreadableError(folder, list.kind === 'error' ? list.code : list.kind)
}
