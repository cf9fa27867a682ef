import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync, readSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { shellWord } from '../machine/index.js'
import {
  failureOf,
  filesOf,
  isRunning,
  makeRunFolder,
  type RunRecord,
  readRun,
  runsAlready,
  stateOf,
} from '../vm/index.js'
import { displayText } from './display-text.js'
import { CliError } from './errors.js'
import type { Prepared } from './prepare.js'
import { status } from './status.js'
import type { StopRequests } from './stop-requests.js'
import type { Terminal } from './terminal.js'
import type { ToWatch } from './watcher.js'

/** What keeps who watches a machine when the terminal has gone. */
export interface Keeper {
  /** Goes before the command; empty: the command is started in a session of its own. */
  readonly command: readonly string[]
  /** What asks with its exit status whether the command still runs; undefined: it is a child of this process. */
  readonly asks?: readonly string[]
  readonly kept: string
}

/** What a unit is given of the environment: whose machine it is, where programs, sound and run folders are. */
const passedOn = /^(PATH|HOME|SUDO_|XDG_RUNTIME_DIR$|PIPEWIRE_|PULSE_|LANG$|LC_|NODE_)/

/**
 * A unit of systemd where that runs (sd_booted(3)), the user's own where this is not root. KillMode=process: to stop the unit, as
 * a shutdown of the host does, is to tell who watches, which shuts the machine down; and QEMU lives on when that is killed.
 */
export function chooseKeeper(
  name: string,
  log: string,
  { uid, env, exists }: { uid: number; env: NodeJS.ProcessEnv; exists: (path: string) => boolean },
): Keeper {
  const own = (because: string) => ({ command: [], kept: `in a session of its own (${because})` })
  if (!exists('/run/systemd/system')) return own('systemd does not run here')
  if (uid !== 0 && !exists(join(env.XDG_RUNTIME_DIR ?? '/', 'systemd/private')))
    return own('this user has no systemd of their own')
  const unit = `handover-${name}.service` // a name may end like that of another kind of unit
  const variables = Object.entries(env).filter(([key, value]) => passedOn.test(key) && value !== undefined)
  return {
    command: [
      ...['systemd-run', ...(uid === 0 ? [] : ['--user']), '--quiet', '--collect'],
      ...[`--unit=${unit}`, `--description=Virtual machine ${name}`],
      ...['--service-type=exec', '--working-directory=/'],
      ...['KillMode=process', 'TimeoutStopSec=120', `StandardOutput=append:${log}`].map(
        (property) => `--property=${property}`,
      ),
      `--property=StandardError=append:${log}`,
      ...variables.map(([key, value]) => `--setenv=${key}=${value}`),
      '--',
    ],
    // A unit that is collected is inactive too.
    asks: ['systemctl', ...(uid === 0 ? [] : ['--user']), '--quiet', 'is-active', unit],
    kept: `by systemd, as ${unit}${uid === 0 ? '' : ', until you log out unless loginctl enable-linger'}`,
  }
}

/** Starts who watches a machine, shows what they say, and gives the status when the machine runs or will not. */
export async function keepMachine(
  terminal: Terminal,
  word: string,
  prepared: Prepared,
  stop: StopRequests,
): Promise<number> {
  const { description } = prepared
  const { name } = description
  const folder = makeRunFolder(name)
  const before = readRun(name)
  if (before && isRunning(before)) throw runsAlready(before)
  const { log } = filesOf(folder)
  rmSync(log, { force: true })
  writeFileSync(log, '', { mode: 0o600 }) // systemd would let everybody read it
  const keeper = chooseKeeper(name, log, { uid: process.geteuid!(), env: process.env, exists: existsSync })
  const toWatch: ToWatch = { prepared, kept: keeper.kept }
  // Of two starts at a time each has its own.
  const start = join(folder, `start.${process.pid}.json`)
  writeFileSync(start, JSON.stringify(toWatch), { mode: 0o600 })
  const command = [process.execPath, join(import.meta.dirname, 'watcher.js'), start]
  const child = await launch(keeper, command, log)
  const told = new Followed(log, terminal)
  const hasEnded = () =>
    child === undefined
      ? spawnSync(keeper.asks![0]!, keeper.asks!.slice(1)).status !== 0
      : child.exitCode !== null || child.signalCode !== null
  const run = await started(name, before, hasEnded, told, stop)
  told.show()
  if (stop.first.aborted) return status.interrupted
  if (run === undefined)
    throw new CliError(status.failed, `${name} was not started: who was to watch it has ended`)
  if (run.ended) return run.ended.status
  const failure = failureOf(run)
  if (failure !== null) throw new CliError(status.failed, `${name} was not started: ${failure}`)
  terminal.say([
    `${name} runs (QEMU, process ${run.qemu!.pid}), ${run.kept}.`,
    ...displayText(description, folder),
    `Its console: handover vm console ${shellWord(word)}`,
    `To shut it down: handover vm stop ${shellWord(word)}`,
  ])
  return status.ok
}

/** Undefined where systemd has taken it. */
async function launch(
  { command: [keeper, ...options] }: Keeper,
  command: readonly string[],
  log: string,
): Promise<ChildProcess | undefined> {
  if (keeper !== undefined) {
    // A dollar sign begins a variable there (systemd.service(5), "Command lines").
    const escaped = command.map((part) => part.replaceAll('$', '$$$$'))
    const { error, status: code, stderr } = spawnSync(keeper, [...options, ...escaped], { encoding: 'utf8' })
    if (error || code !== 0)
      throw new CliError(
        status.failed,
        `${keeper} does not start the machine: ${error?.message ?? (stderr.trim() || `status ${code}`)}`,
      )
    return undefined
  }
  const fd = openSync(log, 'a', 0o600)
  try {
    const child = spawn(command[0]!, command.slice(1), {
      cwd: '/',
      detached: true,
      stdio: ['ignore', fd, fd],
    })
    await once(child, 'spawn')
    child.unref()
    return child
  } finally {
    closeSync(fd)
  }
}

/** How often it is asked whether who watches has ended before anything was written. */
const askMs = 1_000

/** Resolves when the machine runs or will not; undefined: nothing is known of it. */
async function started(
  name: string,
  before: RunRecord | undefined,
  hasEnded: () => boolean,
  told: Followed,
  stop: StopRequests,
): Promise<RunRecord | undefined> {
  let askedAt = Date.now()
  let isStopped = false
  for (;;) {
    told.show()
    const isAsked = Date.now() >= askedAt + askMs
    if (isAsked) askedAt = Date.now()
    // Before what it wrote: it may write and end between the two.
    const isOver = isAsked && hasEnded()
    const run = readRun(name)
    if (run && run.startedAt !== before?.startedAt) {
      if (stateOf(run) !== 'starting' && !(stateOf(run) === 'runs' && stop.first.aborted)) return run
      if (stop.first.aborted && !isStopped) {
        isStopped = true
        process.kill(run.watcher!.pid, 'SIGTERM')
      }
    } else if (isOver) return undefined
    await sleep(10)
  }
}

/** Shows what is added to a file, by whole lines. */
class Followed {
  #at = 0
  #rest = ''

  constructor(
    private readonly file: string,
    private readonly terminal: Terminal,
  ) {}

  show(): void {
    const size = statSync(this.file, { throwIfNoEntry: false })?.size ?? 0
    if (size <= this.#at) return
    const bytes = Buffer.alloc(size - this.#at)
    const fd = openSync(this.file, 'r')
    this.#at += readSync(fd, bytes, 0, bytes.length, this.#at)
    closeSync(fd)
    const lines = `${this.#rest}${bytes}`.split('\n')
    this.#rest = lines.pop()!
    if (lines.length > 0) this.terminal.say(lines)
  }
}
