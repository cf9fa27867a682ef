import { domainRun, domainRuns } from '../libvirt/domains.js'
import { MachineError } from '../machine-error.js'
import { isRunning, type RunRecord, readRun, readRuns } from './record.js'

type Unread = (error: MachineError) => void

/**
 * What runs, or ran last, under a name, through libvirt or not: what runs comes first. Throws {@link MachineError}; where libvirt
 * does not answer, that is told to `unread`, where there is one.
 */
export function findRun(name: string, unread?: Unread): RunRecord | undefined {
  const own = readRun(name)
  return own && isRunning(own) ? own : first([own, tolerant(() => domainRun(name), undefined, unread)])
}

/** All of them, by name. Throws {@link MachineError} where some cannot be read, or tells it to `unread` and goes on. */
export function findRuns(unread?: Unread): readonly RunRecord[] {
  const all = [...readRuns(undefined, unread), ...tolerant(domainRuns, [], unread)]
  return [...new Set(all.map(({ name }) => name))]
    .sort()
    .map((name) => first(all.filter((run) => run.name === name))!)
}

function tolerant<T>(read: () => T, otherwise: T, unread?: Unread): T {
  try {
    return read()
  } catch (error) {
    if (unread === undefined || !(error instanceof MachineError)) throw error
    unread(error)
    return otherwise
  }
}

function first(runs: readonly (RunRecord | undefined)[]): RunRecord | undefined {
  return runs.find((run) => run && isRunning(run)) ?? runs.find((run) => run !== undefined)
}
