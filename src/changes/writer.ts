import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { HostWriteError, type WritableHost } from '../host/index.js'

/** One write to a file of the kernel. */
export interface Write {
  readonly path: string
  readonly text: string
}

/** What came of a write. */
export type Written =
  | 'done'
  /** The kernel had not come back in time. `later` was left with process `pid`, to be done when it does. */
  | { readonly blocked: true; readonly pid: number | undefined }

/**
 * Makes writes whose wait is bounded. A driver may keep the writer of an `unbind` in the kernel for as long as somebody
 * uses the device, where no signal ends it.
 */
export interface Writer {
  /**
   * Writes, and waits up to `limitMs`. Throws HostWriteError where the kernel refuses.
   * @param later what is to be done when a write that did not come back in time ends after all
   * @param slow called once when the write takes longer than a moment
   */
  write(write: Write, limitMs: number, later: readonly Write[], slow?: () => void): Promise<Written>
  /** Ends what can be ended. A process that waits in the kernel stays, with what was left to it. */
  close(): void
}

/** What the parent sends: a write to make now, or, when it has waited long enough, what is to follow on it. */
export type Request = { readonly write: Write } | { readonly later: readonly Write[] }
/** What the child says: once that it listens, then the outcome of each write. */
export type Reply = { readonly ready: true } | Outcome
export type Outcome = { readonly done: true } | { readonly failed: string } | { readonly defect: string }

/** After this long a write is said to be slow. */
const slowMs = 2_000

/**
 * Makes the writes in a process of its own, in a session of its own, so that Ctrl-C does not reach it. Started with the first
 * write and used for all, until one of them blocks.
 */
export function processWriter(): Writer {
  let child: ChildProcess | undefined
  return {
    async write(write, limitMs, later, slow) {
      // How long the process takes to start, on a busy host, is not the driver's doing.
      child ??= await start()
      const at = child
      const reply = await ask(at, write, limitMs, slow)
      if (reply === 'late') {
        child = undefined
        // It is read when the write has come back, by then perhaps long after this program has ended.
        await new Promise((sent) => at.send({ later } satisfies Request, sent))
        at.disconnect()
        at.unref()
        return { blocked: true, pid: at.pid }
      }
      if ('failed' in reply) throw new HostWriteError(write.path, write.text, reply.failed)
      if ('defect' in reply) throw new Error(reply.defect)
      return 'done'
    },
    close() {
      if (child?.connected) child.disconnect()
      child?.unref()
      child = undefined
    },
  }
}

/** Makes the writes in this process, with no bound: for a host that is not a kernel. */
export function directWriter(host: WritableHost): Writer {
  return {
    async write({ path, text }) {
      host.writeText(path, text)
      return 'done'
    },
    close: () => undefined,
  }
}

async function start(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'writer-process.js'), [], {
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    execArgv: [],
  })
  const [said] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  if (!isReady(said)) throw new Error(`the process that writes did not start (${said})`)
  return child
}

function isReady(message: unknown): boolean {
  return typeof message === 'object' && message !== null && 'ready' in message
}

function ask(
  child: ChildProcess,
  write: Write,
  limitMs: number,
  slow?: () => void,
): Promise<Outcome | 'late'> {
  return new Promise((resolve) => {
    const finish = (answer: Outcome | 'late') => {
      clearTimeout(late)
      clearTimeout(noticed)
      child.off('message', received).off('exit', ended).off('error', failed)
      resolve(answer)
    }
    const received = (message: unknown) => finish(message as Outcome)
    const ended = (status: number | null, signal: string | null) =>
      finish({ defect: `the process that writes to ${write.path} ended (${signal ?? `status ${status}`})` })
    const failed = (error: Error) => finish({ defect: error.message })
    const late = setTimeout(() => finish('late'), limitMs)
    const noticed = setTimeout(() => slow?.(), slowMs)
    child.on('message', received).on('exit', ended).on('error', failed)
    child.send({ write } satisfies Request)
  })
}
