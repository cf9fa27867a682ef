import { classWords, type Machine, type PciFunction, selectFunctions } from '../machine/index.js'
import { functionSummary } from './documents/common.js'
import { CliError, usageError } from './errors.js'
import { status } from './status.js'
import { kindOf, shortName } from './words.js'

/** The one function that a DEVICE word means. Throws {@link CliError}: none (3), several (64), not a device word (64). */
export function selectOne(machine: Machine, word: string): PciFunction {
  const found = selectAll(machine, word)
  if (found.length === 1) return found[0]!
  throw usageError(`${word} fits ${found.length} devices; say which:`, ...found.map(oneLine))
}

/** The functions that DEVICE words mean, each word one; without repetition. */
export function selectEach(machine: Machine, words: readonly string[]): readonly PciFunction[] {
  return [...new Set(words.map((word) => selectOne(machine, word)))]
}

/** All that a DEVICE word fits. Throws {@link CliError}: none (3), not a device word (64). */
export function selectAll(machine: Machine, word: string): readonly PciFunction[] {
  const selection = selectFunctions(machine, word)
  switch (selection.kind) {
    case 'found':
      return selection.functions
    case 'none':
      throw new CliError(status.noSuchDevice, `no device fits ${word}`, [
        ...(selection.unread > 0
          ? [`of ${selection.unread} devices the ids or the class are not known`]
          : []),
        'handover devices lists what there is',
      ])
    case 'not-a-device':
      throw usageError(
        `${word} is not the form of any device: give an address (01:00.0), vendor:device (10de:2206),`,
        `a path from the root bus (00:01.0/00.0), or one of ${Object.keys(classWords).join(', ')}`,
      )
  }
}

function oneLine(f: PciFunction): string {
  const summary = functionSummary(f)
  return `${f.address}  ${[kindOf(summary.class), shortName(summary)].filter(Boolean).join('  ')}`
}
