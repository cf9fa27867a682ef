import { domainRun, domainRuns } from '../libvirt/domains.js'
import { MachineError } from '../machine-error.js'
import { isRunning, type RunRecord, readRun, readRuns } from './record.js'

/** What runs, or ran last, under a name, through libvirt or not: what runs comes first. Throws {@link MachineError}. */
export function findRun(name: string): RunRecord | undefined {
  const own = readRun(name)
  return own && isRunning(own) ? own : first([own, domainRun(name)])
}

/** All of them, by name. Throws {@link MachineError} where some cannot be read, or tells it to `unread` and goes on. */
export function findRuns(unread?: (error: MachineError) => void): readonly RunRecord[] {
  const all = [...readRuns(undefined, unread), ...readDomains(unread)]
  return [...new Set(all.map(({ name }) => name))]
    .sort()
    .map((name) => first(all.filter((run) => run.name === name))!)
}

function readDomains(unread?: (error: MachineError) => void): readonly RunRecord[] {
  try {
    return domainRuns()
  } catch (error) {
    if (unread === undefined || !(error instanceof MachineError)) throw error
    unread(error)
    return []
  }
}

function first(runs: readonly (RunRecord | undefined)[]): RunRecord | undefined {
  return runs.find((run) => run && isRunning(run)) ?? runs.find((run) => run !== undefined)
}
