import { type Fact, knownValue, type Machine, type PciFunction, vfioPci } from '../machine/index.js'
import { type EarlyFunction, offWords } from './boot/early.js'
import { topologyPath } from './boot/topology.js'
import { hasRestarted } from './carry-out.js'
import type { Entry } from './journal.js'

/** What has come of what the next start was to bring. */
export interface Running {
  /** False: the computer has not been started since. */
  readonly restarted: boolean
  /** Words by which this start was to be without the changes: for recovery, or by hand. */
  readonly without: readonly string[]
  readonly functions: readonly {
    /** As it is now: firmware may have given out other bus numbers. */
    readonly address: string
    /** `gone`: nothing stands in its place, or another device. */
    readonly state: Fact<'taken' | 'not taken' | 'gone'>
    /** Which driver has it. */
    readonly driver: string | null
  }[]
  readonly words: readonly { readonly word: string; readonly state: Fact<'there' | 'not there'> }[]
}

/** Null where the entry waits for no restart. */
export function runningState(entry: Entry, machine: Machine): Running | null {
  const { awaits } = entry.head
  if (awaits === undefined) return null
  const line = machine.commandLine
  const words = 'value' in line ? line.value.trim().split(/\s+/) : []
  return {
    restarted: hasRestarted(entry),
    without: offWords.filter((word) => words.includes(word)),
    functions: awaits.functions.map((wanted) => {
      const found = machine.functions.find((f) => topologyPath(machine, f) === wanted.path)
      const { address } = found ?? wanted
      return {
        address,
        driver: (found && knownValue(found.driver)) ?? null,
        state: stateOf(machine, found, wanted),
      }
    }),
    words: awaits.words.map((word) => ({
      word,
      state: 'value' in line ? { value: words.includes(word) ? 'there' : 'not there' } : line,
    })),
  }
}

function stateOf(
  { bus }: Machine,
  found: PciFunction | undefined,
  { vendor, device }: EarlyFunction,
): Running['functions'][number]['state'] {
  if (found === undefined) return 'value' in bus ? { value: 'gone' } : bus
  const unknown = [found.vendor, found.device, found.driver].find((fact) => 'unknown' in fact)
  if (unknown !== undefined) return unknown
  if (knownValue(found.vendor) !== vendor || knownValue(found.device) !== device) return { value: 'gone' }
  return { value: knownValue(found.driver) === vfioPci.driver ? 'taken' : 'not taken' }
}
