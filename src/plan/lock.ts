import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { stateFolder } from '../changes/index.js'
import { JournalError } from './journal.js'

/** Another process of this program is changing the same computer. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
  constructor(readonly pid: number) {
    super(`another handover (process ${pid}) is changing this computer; wait until it has ended`)
  }
}

/** Runs `work` while no other process of this program changes the computer whose root is at `root`. Throws {@link BusyError}, {@link JournalError}. */
export async function alone<T>(root: string, work: () => Promise<T>): Promise<T> {
  const file = join(root, stateFolder, 'lock')
  take(file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

function take(file: string): void {
  let pid: number | undefined
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
    pid = takeFile(file, 0o644)
  } catch (error) {
    throw new JournalError(file, `it cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
  if (pid !== undefined) throw new BusyError(pid)
}

/**
 * Writes this process into a file that says whose something is; it is never there without one. Gives the number of another
 * process that has it. Throws what the system says.
 */
export function takeFile(file: string, mode: number): number | undefined {
  const own = `${file}.${process.pid}`
  writeFileSync(own, `${process.pid} ${startOf(process.pid)}\n`, { mode })
  try {
    for (;;) {
      try {
        linkSync(own, file)
        return undefined
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      const text = textOf(file)
      if (text === undefined) continue
      const pid = holderOf(text)
      if (pid !== undefined) return pid
      const other = removeLeft(file, mode)
      if (other !== undefined) return other
    }
  } finally {
    rmSync(own, { force: true })
  }
}

/**
 * Takes away what one left that was killed, or an earlier run of the computer. One process at a time: of two that have seen the
 * same, the second would take away what the first has taken since.
 */
function removeLeft(file: string, mode: number): number | undefined {
  const removing = `${file}.left`
  const other = takeFile(removing, mode)
  if (other !== undefined) return other
  try {
    if (holderOf(textOf(file) ?? '') === undefined) rmSync(file, { force: true })
  } finally {
    rmSync(removing, { force: true })
  }
}

/** The process of this program that is changing the computer whose root is at `root` now. */
export function busyWith(root: string): number | undefined {
  return holderOf(textOf(join(root, stateFolder, 'lock')) ?? '')
}

/** Undefined: it is not there, or no longer. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function holderOf(text: string): number | undefined {
  const [pid, start] = text.trim().split(' ')
  return pid && startOf(Number(pid)) === start ? Number(pid) : undefined
}

/**
 * When a process began, in ticks since the computer did, so that its number alone is not taken for it (proc(5), stat: field 22).
 * Undefined where there is none, or it has ended and only nobody has asked how (field 3).
 */
export function startOf(pid: number): string | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' ? undefined : fields[19]
}
