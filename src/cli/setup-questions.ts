import type { Readable, Writable } from 'node:stream'
import { isCancel, select } from '@clack/prompts'
import type { Host } from '../host/index.js'
import { classWords, knownValue, type Machine, type PciFunction, selectFunctions } from '../machine/index.js'
import type { Plan } from '../plan/index.js'
import { rules } from '../rules/index.js'
import { functionSummary } from './documents/common.js'
import { rankDocument } from './documents/rank.js'
import { CliError } from './errors.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import { elide, escapeText } from './text.js'
import { kindOf, shortName } from './words.js'

/** Where the questions are asked, and of which computer. */
export interface Setting {
  readonly terminal: Terminal
  readonly host: Host
  readonly input: Readable
  readonly output: Writable
  readonly privileged: boolean
  readonly signal: AbortSignal
  /** Carries a plan out, and gives the exit status. */
  readonly apply: (plan: Plan) => Promise<number>
}

/** A question was left with Ctrl-C or Escape. */
export class Left extends Error {
  override readonly name = 'Left'
}

/** The answer to a prompt. Throws {@link Left}. */
export async function ask<T>(prompt: Promise<T>): Promise<Exclude<T, symbol>> {
  const answer = await prompt
  if (isCancel(answer)) throw new Left()
  return answer as Exclude<T, symbol>
}

/** All endpoints, by class in the order of the class words, each class as `check --rank` orders it. */
export async function chooseDevice(setting: Setting, machine: Machine): Promise<string> {
  const endpoints = machine.functions.filter(
    (f) => knownValue(f.isBridge) !== true && (knownValue(f.class) ?? 0) >> 16 !== 0x06,
  )
  if (endpoints.length === 0) throw new CliError(status.noSuchDevice, 'no device here can be handed over')
  const kinds = Object.keys(classWords).map((word) => {
    const named = selectFunctions(machine, word)
    return named.kind === 'found' ? named.functions.map(({ address }) => address) : []
  })
  const kindAt = (address: string) => {
    const at = kinds.findIndex((list) => list.includes(address))
    return at < 0 ? kinds.length : at
  }
  const ranked = rankDocument(machine, 'all', endpoints, rules).devices.toSorted(
    (a, b) => kindAt(a.device) - kindAt(b.device),
  )
  const found = new Map(endpoints.map((f) => [f.address, f]))
  // What the prompt itself puts before and after a line.
  const width = widthOf(setting.terminal) - 14
  return ask(
    select({
      ...streams(setting),
      message: 'Which device shall go to a virtual machine?',
      maxItems: 10,
      options: ranked.map(({ device, verdict }) => ({
        value: device,
        label: `${elide(escapeText(oneLine(found.get(device)!)), width - verdict.length)}: ${verdict}`,
      })),
    }),
  )
}

function oneLine(f: PciFunction): string {
  const summary = functionSummary(f)
  return [short(f.address), kindOf(summary.class), shortName(summary)].filter(Boolean).join('  ')
}

/** From boot on, or now. */
export function chooseTime(setting: Setting): Promise<boolean> {
  return ask(
    select({
      ...streams(setting),
      message: 'When shall it go?',
      options: [
        { value: true, label: 'from the next start on, until it is undone' },
        { value: false, label: 'now, until it is undone or the computer is restarted' },
      ],
    }),
  )
}

/** `01:00.0` */
export const short = (address: string) => address.replace(/^0000:/, '')

export function widthOf({ columns }: Terminal): number {
  return Math.min(columns, 110)
}

/** For each prompt. */
export function streams({ input, output, signal }: Setting) {
  return { input, output, signal }
}
