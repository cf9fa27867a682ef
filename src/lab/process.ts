import { spawn } from 'node:child_process'
import { LabError } from './errors.js'

export interface Finished {
  readonly status: number | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Runs a program to its end, without a shell. Gives its output whatever its status. */
export function finish(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Finished> {
  return new Promise((resolve, reject) => {
    const child = spawn(argv[0]!, argv.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        new LabError(
          `cannot run ${argv[0]}: ${error.code === 'ENOENT' ? 'it is not installed' : error.message}`,
        ),
      ),
    )
    child.on('close', (status) =>
      resolve({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() }),
    )
  })
}

/** Runs a program that must succeed; {@link LabError} with its last words when it does not. */
export async function succeed(
  argv: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Buffer> {
  const { status, stdout, stderr } = await finish(argv, options)
  if (status !== 0)
    throw new LabError(`${argv.join(' ')} ended with status ${status}`, stderr.trim().slice(-2000))
  return stdout
}
