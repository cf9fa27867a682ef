import {
  descriptionFile,
  isFile,
  isRootsOnly,
  machineNames,
  type RunRecord,
  readMachineDescription,
  readRun,
  readRuns,
} from '../vm/index.js'
import { CliError } from './errors.js'
import { status } from './status.js'

/** What runs, or ran last, of a MACHINE; undefined: it has not run. Throws {@link CliError} where there is no such machine. */
export function runOf(word: string): RunRecord | undefined {
  if (isFile(word)) {
    const file = descriptionFile(word)
    return (
      readRuns(undefined, () => undefined).find((run) => run.file === file) ??
      readRun(readMachineDescription(word).name)
    )
  }
  const run = readRun(word)
  if (run !== undefined) return run
  if (isRootsOnly(word)) throw new CliError(status.privilege, `root started ${word}: run this with sudo`)
  if (!machineNames().includes(word))
    throw new CliError(status.noSuchDevice, `there is no machine ${word}`, [
      'handover vm list lists what there is',
    ])
  return undefined
}
