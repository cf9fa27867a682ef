import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { processStart, takeFile } from '../../plan/index.js'
import type { Accelerator } from '../accelerator.js'
import { MachineError } from '../machine-error.js'
import { makeRunFolder, makeRunsFolder, runFolder, runsFolder } from './places.js'

/** A process, so that its number alone is not taken for it. `start`: ticks since the computer started. */
export interface Process {
  readonly pid: number
  readonly start: string
}

/** What runs, or ran last, under a name: `run.json` of its run folder. */
export interface RunRecord {
  readonly schema: 'handover.run/1'
  /** What runs it: this program, by `qemu`, or libvirt. */
  readonly through: 'qemu' | 'libvirt'
  readonly name: string
  /** The description's file. */
  readonly file: string
  /** ISO 8601, UTC; null: libvirt has forgotten. */
  readonly startedAt: string | null
  /** The process of this program that gives the devices back; null: libvirt has them given back. */
  readonly watcher: Process | null
  /** How it is kept: a sentence without its end. */
  readonly kept: string
  readonly qemu: Process | null
  readonly accelerator: Accelerator | null
  /** The functions of the description's devices, in their order. */
  readonly addresses: readonly string[]
  /** Absolute, links followed. */
  readonly disks: readonly { readonly file: string; readonly readonly: boolean }[]
  readonly memoryBytes: number
  readonly cpus: number
  /** More of QEMU's own, from the description. */
  readonly arguments: readonly string[]
  /** Under which its changes to the host can be undone, oldest first. */
  readonly journals: readonly number[]
  readonly ended: Ended | null
}

export interface Ended {
  /** ISO 8601, UTC; null: libvirt has forgotten. */
  readonly at: string | null
  /** The exit status of who watched. */
  readonly status: number
  /** Null: it ended as it should. */
  readonly failure: string | null
}

/**
 * `starting`, `runs`; `unwatched`: who watched it was killed, and QEMU goes on; `stopped`; `ended badly`: it crashed, or nobody
 * saw its end.
 */
export type RunState = 'starting' | 'runs' | 'unwatched' | 'stopped' | 'ended badly'

/** The files of a run folder that are no sockets. */
export function filesOf(folder: string) {
  return {
    record: join(folder, 'run.json'),
    /** The watcher: its number and start. */
    pid: join(folder, 'pid'),
    /** What the watcher said. */
    log: join(folder, 'log'),
    /** What the serial console said last. */
    console: join(folder, 'console.log'),
  }
}

/** This process, or another one; null where there is none. */
export function processOf(pid: number): Process | null {
  const start = processStart(pid)
  return start === undefined ? null : { pid, start }
}

export function isAlive(one: Process | null): boolean {
  return one !== null && processStart(one.pid) === one.start
}

export function stateOf({ through, watcher, qemu, ended }: RunRecord): RunState {
  if (ended !== null) return ended.failure === null ? 'stopped' : 'ended badly'
  if (through === 'libvirt') return qemu === null ? 'starting' : 'runs'
  if (isAlive(watcher)) return qemu === null ? 'starting' : 'runs'
  return isAlive(qemu) ? 'unwatched' : 'ended badly'
}

export function isRunning(record: RunRecord): boolean {
  return ['starting', 'runs', 'unwatched'].includes(stateOf(record))
}

/** Why it ended badly, or null. */
export function failureOf(record: RunRecord): string | null {
  if (stateOf(record) !== 'ended badly') return null
  return record.ended?.failure ?? 'it and who watched it were killed, or the computer was'
}

/** What runs, or ran last, under a name. Throws {@link MachineError}. */
export function readRun(name: string, folder = runsFolder()): RunRecord | undefined {
  const file = filesOf(runFolder(name, folder)).record
  let text: string
  let uid: number
  try {
    text = readFileSync(file, 'utf8')
    uid = statSync(file).uid
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return undefined
    throw new MachineError(`${file} cannot be read: ${code}`)
  }
  // In /tmp anybody may have made the folder, and processes are ended by what stands there.
  if (uid !== process.geteuid!()) throw new MachineError(`${file} belongs to another user; it is not used`)
  try {
    const record = JSON.parse(text) as RunRecord
    if (record.schema === 'handover.run/1') return record
  } catch {
    // Told below.
  }
  throw new MachineError(
    `${file} is not this version's: remove ${runFolder(name, folder)} when nothing of it runs`,
  )
}

/**
 * All that run, or ran last, of this caller; by name. Throws {@link MachineError} where one cannot be read, or tells it to
 * `unread` and goes on.
 */
export function readRuns(
  folder = runsFolder(),
  unread?: (error: MachineError) => void,
): readonly RunRecord[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      try {
        return readRun(name, folder) ?? []
      } catch (error) {
        if (unread === undefined || !(error instanceof MachineError)) throw error
        unread(error)
        return []
      }
    })
}

/** What is known of a run before anything is looked at. */
export type Claim = Pick<RunRecord, 'name' | 'file' | 'memoryBytes' | 'cpus' | 'arguments' | 'kept'>

/** One run, while this process watches it. */
export class OwnRun {
  readonly folder: string
  #record: RunRecord

  private constructor(folder: string, record: RunRecord) {
    this.folder = folder
    this.#record = record
  }

  /**
   * Takes the name for this process; what an earlier run left is removed. Throws {@link MachineError} where a machine of this
   * name runs.
   */
  static claim(
    { name, file, memoryBytes, cpus, arguments: more, kept }: Claim,
    runs = makeRunsFolder(),
  ): OwnRun {
    const folder = makeRunFolder(name, runs)
    const before = readRun(name, runs)
    if (before && isRunning(before)) throw runsAlready(before)
    take(folder, name)
    for (const file of readdirSync(folder))
      if (!['pid', 'log'].includes(file)) rmSync(join(folder, file), { recursive: true })
    const run = new OwnRun(folder, {
      schema: 'handover.run/1',
      through: 'qemu',
      ...{
        name,
        file,
        startedAt: new Date().toISOString(),
        watcher: processOf(process.pid)!,
        kept,
        qemu: null,
        accelerator: null,
      },
      ...{ addresses: [], disks: [], memoryBytes, cpus, arguments: more, journals: [], ended: null },
    })
    run.note({})
    return run
  }

  /** With what others have noted since. */
  get record(): RunRecord {
    return readRun(this.#record.name, dirname(this.folder)) ?? this.#record
  }

  note(more: Partial<RunRecord>): void {
    this.#record = { ...this.record, ...more }
    writeRun(this.folder, this.#record)
  }

  /** The last word on it. The sockets go; what it said stays until the next start. */
  end(ended: Ended): void {
    this.note({ ended })
    clearAway(this.folder)
  }
}

/** Notes what was changed of a machine that runs: devices that came or went, and under which numbers they can be given back. */
export function noteRun(
  name: string,
  more: Partial<Pick<RunRecord, 'addresses' | 'journals'>>,
  folder = runsFolder(),
): void {
  const record = readRun(name, folder)
  if (record === undefined || !isRunning(record)) throw new MachineError(`${name} does not run`)
  writeRun(runFolder(name, folder), { ...record, ...more })
}

/** Says of a run that nobody watches any more that it is over. */
export function endUnwatched(record: RunRecord, ended: Ended, folder = runsFolder()): void {
  const own = runFolder(record.name, folder)
  writeRun(own, { ...record, ended })
  clearAway(own)
}

/** Forgets how a machine ended last, as something else runs it since. */
export function forgetRun(name: string): void {
  rmSync(runFolder(name), { recursive: true, force: true })
}

export function runsAlready(record: RunRecord): MachineError {
  return stateOf(record) === 'unwatched'
    ? new MachineError(
        `${record.name} still runs (QEMU, process ${record.qemu!.pid}), and who watched it was killed: handover vm stop ${record.name}`,
      )
    : new MachineError(`${record.name} runs already: handover vm status ${record.name}`)
}

/** Whole at any time. */
function writeRun(folder: string, record: RunRecord): void {
  const { record: file } = filesOf(folder)
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

function clearAway(folder: string): void {
  for (const file of readdirSync(folder))
    if (file === 'pid' || file.endsWith('.sock')) rmSync(join(folder, file), { force: true })
}

function take(folder: string, name: string): void {
  const { pid: file } = filesOf(folder)
  let other: number | undefined
  try {
    other = takeFile(file, 0o600)
  } catch (error) {
    throw new MachineError(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (other !== undefined) throw new MachineError(`${name} is being started (process ${other})`)
}
