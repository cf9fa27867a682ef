import { spawn } from 'node:child_process'
import { liveHost } from '../host/index.js'
import { type ChangeEvent, type Context, defaultLimits, type Limits } from './change.js'
import { CommandError } from './errors.js'
import { processWriter } from './writer.js'

/** What changes are made with on this computer. Close its writer when done with it. */
export function liveContext(
  options: { readonly report?: (event: ChangeEvent) => void; readonly limits?: Partial<Limits> } = {},
): Context {
  return {
    host: liveHost(),
    writer: processWriter(),
    limits: { ...defaultLimits, ...options.limits },
    privileged: process.geteuid?.() === 0,
    report: options.report ?? (() => undefined),
    run: runCommand,
  }
}

/** Runs a command without a shell. sudo and cron may leave the folders of root's programs out of PATH. */
function runCommand(argv: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const PATH = `${process.env.PATH ?? ''}:/usr/sbin:/sbin:/usr/bin:/bin`
    const child = spawn(argv[0]!, argv.slice(1), {
      env: { ...process.env, PATH, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    child.on('error', (error) => reject(new CommandError(argv, error.message)))
    child.on('close', (status, signal) => {
      if (status === 0) resolve()
      else
        reject(
          new CommandError(
            argv,
            Buffer.concat(said).toString() || `it ended with ${signal ?? `status ${status}`}`,
          ),
        )
    })
  })
}
