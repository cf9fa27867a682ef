import type { Read } from './host.js'

/** The errno name of a Node system error (`EACCES`), or `EUNKNOWN` for anything that carries none. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' ? code : 'EUNKNOWN'
}

/** What a failed system call says about a path; the kinds are explained at {@link Read}. */
export function failure(code: string): Read<never> {
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENODEV':
    case 'ENXIO':
    case 'ESRCH': // a process that ended between listing /proc and reading it
      return { kind: 'absent' }
    case 'EACCES':
    case 'EPERM':
      return { kind: 'denied' }
    default:
      return { kind: 'error', code }
  }
}
