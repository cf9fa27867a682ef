import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Qmp, socketsOf } from '../vm/index.js'
import { CliError } from './errors.js'
import { status } from './status.js'

/** A machine that runs, as commands about it want it. */
export interface RunningMachine {
  readonly name: string
  /** Of QEMU. */
  readonly pid: number
  /** Its run folder. */
  readonly folder: string
  /** Functions of the host that it was started with. */
  readonly addresses: readonly string[]
  /** Under which its start changed the host; null: nothing was changed. */
  readonly journal: number | null
  /** A QMP session, to be closed soon. Throws QmpClosedError. */
  readonly join: () => Promise<Qmp>
}

/** What is needed of run.json. */
interface Written {
  readonly qemu: { readonly pid: number } | null
  readonly addresses: readonly string[]
  readonly journal: number | null
}

const runsFolder = '/run/handover/vms'
const joinMs = 5_000

/** The machine of a NAME. Throws {@link CliError} where it does not run. */
export function runningMachine(name: string, runs = runsFolder): RunningMachine {
  const folder = join(runs, name)
  const file = join(folder, 'run.json')
  const record = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Written) : undefined
  const pid = record?.qemu?.pid
  if (record === undefined || pid === undefined || !existsSync(`/proc/${pid}`))
    throw new CliError(status.failed, `${name} does not run`, [`handover vm start ${name}`])
  const { qmp } = socketsOf(folder)
  const { addresses, journal } = record
  return { name, pid, folder, addresses, journal, join: () => Qmp.connect(qmp, joinMs) }
}
