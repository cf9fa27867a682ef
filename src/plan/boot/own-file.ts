import { type FileEdit, missingFolders, textAt } from '../../changes/index.js'
import type { Host } from '../../host/index.js'

/** A file of this program's own, and the folders that it takes. Throws UnreadableError. */
export function ownFile(host: Host, path: string, after: string, mode = 0o644): FileEdit {
  return { path, before: textAt(host, path), after, mode, folders: missingFolders(host, path) }
}
