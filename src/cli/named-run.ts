import {
  descriptionFile,
  findRun,
  findRuns,
  isFile,
  isRootsOnly,
  machineNames,
  type RunRecord,
  readMachineDescription,
} from '../vm/index.js'
import { CliError } from './errors.js'
import { status } from './status.js'

/** What runs, or ran last, of a MACHINE; undefined: it has not run. Throws {@link CliError} where there is no such machine. */
export function runOf(word: string): RunRecord | undefined {
  if (isFile(word)) {
    const file = descriptionFile(word)
    return (
      findRuns(() => undefined).find((run) => run.file === file) ?? findRun(readMachineDescription(word).name)
    )
  }
  const run = findRun(word)
  if (run !== undefined) return run
  if (isRootsOnly(word)) throw new CliError(status.privilege, `root started ${word}: run this with sudo`)
  if (!machineNames().includes(word))
    throw new CliError(status.noSuchDevice, `there is no machine ${word}`, [
      'handover vm list lists what there is',
    ])
  return undefined
}
