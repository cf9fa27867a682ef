import type { Host } from '../host/index.js'
import type { ChangeKind, ConsoleRelease, Context } from './change.js'
import { NotAsWantedError, unreadable } from './errors.js'
import { writeSetting } from './write-setting.js'

const folder = '/sys/class/vtconsole'

/** A console driver of the kernel (Linux drivers/tty/vt/vt.c; Documentation/ABI/stable/sysfs-class-tty and vtconsole). */
export interface TextConsole {
  /** `vtcon1` */
  readonly id: string
  /** `(M) frame buffer device`; (S): one of the system's own, which cannot be taken off. */
  readonly name: string
  readonly bound: boolean
}

export const consoleRelease: ChangeKind<ConsoleRelease> = {
  describe({ console, name }) {
    const path = `${folder}/${console}/bind`
    return {
      kind: 'console-release',
      target: `${console}: ${name}`,
      from: 'bound',
      to: 'unbound',
      actions: [{ path, write: '0' }],
      undo: [{ path, write: '1' }],
    }
  },

  diff({ name }, host) {
    const { id } = find(host, name, true) ?? {}
    return id === undefined ? [] : [{ path: `${folder}/${id}/bind`, from: '1', to: '0' }]
  },

  async check() {},

  async apply({ name }, context) {
    const bound = find(context.host, name, true)
    if (bound) await bind(bound, '0', context)
  },

  /**
   * The console of a frame buffer goes with its last frame buffer and comes back bound with the next, so there may be
   * nothing to do.
   */
  async undo({ name }, context) {
    const released = find(context.host, name, false)
    if (released) await bind(released, '1', context)
  },
}

/** The kernel's console drivers; none on a kernel without virtual terminals. Throws UnreadableError. */
export function readConsoles(host: Host): readonly TextConsole[] {
  const list = host.list(folder)
  if (list.kind === 'absent') return []
  if (list.kind !== 'value') throw unreadable(folder, list)
  return list.value.flatMap((id) => {
    const name = text(host, `${folder}/${id}/name`)
    const bound = text(host, `${folder}/${id}/bind`)
    return name === null || bound === null ? [] : [{ id, name, bound: bound === '1' }]
  })
}

function find(host: Host, name: string, bound: boolean): TextConsole | undefined {
  return readConsoles(host).find((console) => console.name === name && console.bound === bound)
}

/** The kernel takes every write and may yet do nothing: only reading tells. */
async function bind({ id }: TextConsole, value: '0' | '1', context: Context): Promise<void> {
  const path = `${folder}/${id}/bind`
  const next = 'the kernel did not move its console'
  await writeSetting({ path, text: value }, context, {
    later: value === '0' ? [{ path, text: '1' }] : [],
    next,
  })
  const found = text(context.host, path)
  if (found !== value && found !== null) throw new NotAsWantedError(path, value, found, next)
}

/** One line, or null where the console has gone. */
function text(host: Host, path: string): string | null {
  const read = host.readText(path)
  if (read.kind === 'value') return read.value.trim()
  if (read.kind === 'absent') return null
  throw unreadable(path, read)
}
