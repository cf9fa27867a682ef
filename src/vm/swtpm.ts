import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { MachineError } from './machine-error.js'
import { socketsOf } from './qemu/run.js'
import { swtpmArguments } from './qemu/tpm.js'

/** A running swtpm: the TPM of one machine. */
export interface Swtpm {
  /** Ends it and resolves when it has ended. */
  end(): Promise<void>
}

const startMs = 10_000
const endMs = 2_000

/**
 * Starts swtpm with its state in the folder `state`, which is made when it is missing, and waits for its socket in `folder`.
 * Throws {@link MachineError}.
 */
export async function startSwtpm(state: string, folder: string, signal?: AbortSignal): Promise<Swtpm> {
  mkdirSync(state, { recursive: true, mode: 0o700 })
  // In a session of its own, as QEMU is.
  const child = spawn('swtpm', swtpmArguments(folder), {
    cwd: state,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-2_000)))
  let failure: string | undefined
  const closed = once(child, 'close').then(
    ([status, by]) => {
      failure = by === null ? `it ended with status ${status}` : `it was ended by ${by}`
    },
    (error: NodeJS.ErrnoException) => {
      failure = error.code === 'ENOENT' ? 'it is not installed' : error.message
    },
  )
  const end = async () => {
    child.kill('SIGTERM')
    await Promise.race([closed, sleep(endMs, undefined, { ref: false })])
    child.kill('SIGKILL')
    await closed
  }
  const deadline = Date.now() + startMs
  while (!existsSync(socketsOf(folder).tpm)) {
    if (failure === undefined && !signal?.aborted && Date.now() < deadline) {
      await sleep(10)
      continue
    }
    const why = failure ?? `no socket in ${startMs / 1000} s`
    child.kill('SIGKILL')
    await closed
    signal?.throwIfAborted()
    throw new MachineError(
      `swtpm does not start with the state in ${state}: ${why}`,
      said.trim() || undefined,
    )
  }
  return { end }
}
