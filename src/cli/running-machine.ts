import { type Fact, shellWord } from '../machine/index.js'
import {
  askMachine,
  isRunning,
  joinQmp,
  machineWord,
  type QemuAnswer,
  type Qmp,
  type RunRecord,
} from '../vm/index.js'
import { CliError } from './errors.js'
import { runOf } from './named-run.js'
import { status } from './status.js'

/** A machine that runs, as commands about it want it. */
export interface RunningMachine {
  readonly name: string
  /** Of QEMU. */
  readonly pid: number
  readonly through: RunRecord['through']
  /** Functions of the host that it has, as far as the run folder tells. */
  readonly addresses: readonly string[]
  /** A QMP session, to be closed when done with. Throws QmpClosedError. */
  readonly join: () => Promise<Qmp>
  /** What QEMU, or libvirt, says of it now. */
  readonly ask: () => Promise<Fact<QemuAnswer>>
}

/** The machine that a MACHINE means. Throws {@link CliError} where it does not run. */
export function runningMachine(word: string): RunningMachine {
  const run = runOf(word)
  if (run === undefined || run.qemu === null || !isRunning(run))
    throw new CliError(status.failed, `${word} does not run`, [
      `handover vm start ${run ? machineWord(run.file) : shellWord(word)}`,
    ])
  const { name, qemu, through, addresses } = run
  return {
    ...{ name, pid: qemu.pid, through, addresses },
    join: () => joinQmp(run),
    ask: () => askMachine(run),
  }
}
