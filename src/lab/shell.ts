import { constants } from 'node:os'
import { join } from 'node:path'
import type { Guest, GuestCommand } from './guest.js'

/** How long a command is given to end after it was interrupted. */
const graceMs = 5_000

/** So that `handover` is this very program in the laboratory too. */
export function guestEnvironment(): Record<string, string> {
  const bin = join(import.meta.dirname, '../../bin')
  const node = join(process.execPath, '..')
  return {
    PATH: `${bin}:${node}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    TERM: process.env.TERM ?? 'dumb',
    HANDOVER_IN_LAB: '1',
  }
}

/** Gives this terminal a prompt in the laboratory until its shell ends. Gives the shell's exit status. */
export async function runShell(guest: Guest, signal?: AbortSignal): Promise<number> {
  const { stdin, stdout } = process
  const env = guestEnvironment()
  const onStdout = (chunk: Buffer) => stdout.write(chunk)
  if (!stdin.isTTY || !stdout.isTTY) {
    const shell = guest.start(['/bin/sh'], {
      env,
      onStdout,
      onStderr: (chunk) => process.stderr.write(chunk),
      cwd: process.cwd(),
    })
    stdin.on('data', (chunk) => shell.write(chunk)).on('end', () => shell.endInput())
    return ending(shell, 'SIGINT', signal)
  }

  // script(1) gives the shell a terminal of its own. The file lets a resized window be told to it.
  const tty = `/run/handover-tty-${process.pid}`
  const size = () => `rows ${stdout.rows} cols ${stdout.columns}`
  const line = `tty > ${tty}; stty ${size()}; cd "$START"; PS1='lab:\\w\\$ ' exec bash --norc -i`
  const shell = guest.start(['script', '-qefc', line, '/dev/null'], {
    env: { ...env, START: process.cwd(), SHELL: '/bin/sh' },
    onStdout,
    onStderr: onStdout,
  })
  const resize = () => void guest.run(`stty -F "$(cat ${tty})" ${size()}`).catch(() => undefined)
  const forward = (chunk: Buffer) => shell.write(chunk)
  stdin.setRawMode(true)
  stdin.on('data', forward)
  stdout.on('resize', resize)
  try {
    // Ctrl-C is a character for the shell; what comes as a signal is a closed terminal, or somebody's kill.
    return await ending(shell, 'SIGHUP', signal)
  } finally {
    stdout.off('resize', resize)
    stdin.off('data', forward)
    stdin.setRawMode(false)
    stdin.pause()
  }
}

/** Runs a script in the laboratory with this process's output; a script with an interpreter line is run by it. */
export async function runScript(
  guest: Guest,
  file: string,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<number> {
  const running = guest.start(
    ['/bin/sh', '-c', 'if [ -x "$0" ]; then exec "$0" "$@"; else exec sh "$0" "$@"; fi', file, ...args],
    {
      env: guestEnvironment(),
      cwd: process.cwd(),
      onStdout: (chunk) => process.stdout.write(chunk),
      onStderr: (chunk) => process.stderr.write(chunk),
    },
  )
  running.endInput()
  return ending(running, 'SIGINT', signal)
}

/**
 * The exit status of a command as a shell tells it: 128 and the signal's number where a signal ended it. `interrupted` passes
 * `name` on to it, and a command that does not end of that is killed.
 */
async function ending(
  running: GuestCommand,
  name: NodeJS.Signals,
  interrupted: AbortSignal | undefined,
): Promise<number> {
  let kill: NodeJS.Timeout | undefined
  const interrupt = () => {
    running.kill(name)
    kill = setTimeout(() => running.kill('SIGKILL'), graceMs)
  }
  if (interrupted?.aborted) interrupt()
  interrupted?.addEventListener('abort', interrupt)
  try {
    const { status, signal } = await running.ended
    return status ?? 128 + constants.signals[signal!]
  } finally {
    interrupted?.removeEventListener('abort', interrupt)
    clearTimeout(kill)
  }
}
