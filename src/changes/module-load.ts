import type { Host } from '../host/index.js'
import type { ChangeKind, ModuleLoad } from './change.js'
import { NotAsWantedError, unreadable } from './errors.js'

export const moduleLoad: ChangeKind<ModuleLoad> = {
  describe({ module }) {
    return {
      kind: 'module-load',
      target: module,
      from: null,
      to: 'loaded',
      actions: [{ run: ['modprobe', module] }],
      undo: [],
    }
  },

  diff({ shownBy }, host) {
    return isFolder(host, shownBy) ? [] : [{ path: shownBy, from: null, to: 'there' }]
  },

  async check() {},

  async apply({ module, shownBy }, { host, run }) {
    if (isFolder(host, shownBy)) return
    await run(['modprobe', module])
    if (!isFolder(host, shownBy))
      throw new NotAsWantedError(
        shownBy,
        'the driver',
        null,
        `modprobe ${module} said nothing: see \`dmesg\``,
      )
  },

  /** A module that is loaded touches no device by itself, and others may have come to need it. */
  async undo() {},
}

/** Whether a folder is there. Throws UnreadableError. */
export function isFolder(host: Host, folder: string): boolean {
  const list = host.list(folder)
  if (list.kind === 'value') return true
  if (list.kind === 'absent') return false
  throw unreadable(folder, list)
}
