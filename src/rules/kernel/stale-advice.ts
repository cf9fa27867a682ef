import {
  commandLinePath,
  type Evidence,
  type Fact,
  kernelReleasePath,
  type Machine,
  modprobeFolders,
  moduleListFiles,
  moduleListFolders,
  type Unknown,
  underscored,
} from '../../machine/index.js'
import { note, passes, warning } from '../outcomes.js'
import { type ComputerRule, type Outcome, Undecided } from '../rule.js'
import { type StaleAdvice, staleAdvice } from './stale-rows.js'

export const staleAdviceRule: ComputerRule = {
  id: 'stale-advice',
  title: 'Is the computer free of advice that is out of date?',
  about: 'computer',
  looksAt: [commandLinePath, ...modprobeFolders, ...moduleListFiles, ...moduleListFolders, kernelReleasePath],
  why: `Guides are copied for years after the kernel has changed. Looked for are: ${staleAdvice.map(({ id }) => id).join('; ')}.`,
  fix: 'Take the word out where it stands: in the configuration of the boot loader, in modprobe.d, or in the list of modules.',
  sources: [...new Set(staleAdvice.map(({ source }) => source))],
  atWorst: 'warning',
  check(machine) {
    const found: Outcome[] = []
    const open: Unknown[] = []
    const places = placesOf(machine)
    for (const place of Object.values(places)) if ('unknown' in place) open.push(place)
    for (const row of staleAdvice) {
      const place = places[row.where]
      if ('unknown' in place) continue
      for (const one of place.value) {
        const match = row.pattern.exec(one.matched)
        if (!match) continue
        const here = row.onlyIf?.(machine) ?? { value: true }
        if ('unknown' in here) open.push(here)
        else if (here.value) found.push(outcomeOf(row, match[1] ?? '', one.evidence))
      }
    }
    if (found.length === 0 && open.length > 0) throw new Undecided(open)
    return found.length > 0 ? found : passes('no advice out of date is found')
  },
}

interface Place {
  readonly matched: string
  readonly evidence: Evidence
}

/** What the patterns are held against, by where it is. */
function placesOf({ system }: Machine): Readonly<Record<StaleAdvice['where'], Fact<readonly Place[]>>> {
  const map = <T>(fact: Fact<readonly T[]>, place: (one: T) => Place): Fact<readonly Place[]> =>
    'unknown' in fact ? fact : { value: fact.value.map(place) }
  return {
    'command line': map(system.commandLine, ({ name, value, text }) => ({
      matched: value === null ? underscored(name) : `${underscored(name)}=${value}`,
      evidence: { path: commandLinePath, value: text },
    })),
    'module settings': map(system.moduleSettings, ({ module, name, value, path, text }) => ({
      matched: `${module}.${name}=${value ?? 'y'}`,
      evidence: { path, value: text },
    })),
    'module lists': map(system.moduleLists, (line) => ({ matched: line.value, evidence: line })),
  }
}

function outcomeOf({ says, why, fix, weight }: StaleAdvice, found: string, evidence: Evidence): Outcome {
  return (weight === 'warning' ? warning : note)(
    says.replace('$1', () => found),
    evidence,
    { why, fix },
  )
}
