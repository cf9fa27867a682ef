import { confirm, select, text } from '@clack/prompts'
import { liveHost, pseudonymousHost } from '../../host/index.js'
import { type Machine, type RoleName, readMachine } from '../../machine/index.js'
import { type Intent, makePlan, type Plan } from '../../plan/index.js'
import { checkComputer } from '../../rules/index.js'
import { refusalText } from '../binding.js'
import { carryOutPlan } from '../carry-out-plan.js'
import { verdictSentence, verdictStyles } from '../check-text.js'
import type { Run } from '../command.js'
import { checkDocument } from '../documents/check.js'
import { planDocument } from '../documents/plan.js'
import { usageError } from '../errors.js'
import { untilInterrupted } from '../interrupt.js'
import { checkFree, writeOutput } from '../output-file.js'
import { planText, unreadableStatus } from '../plan-text.js'
import { requireBus } from '../reading.js'
import {
  ask,
  chooseDevice,
  chooseTime,
  Left,
  type Setting,
  short,
  streams,
  widthOf,
} from '../setup-questions.js'
import { status } from '../status.js'
import type { Terminal } from '../terminal.js'
import { escapeText, renderJson, wrap } from '../text.js'

export const run: Run = (terminal) => {
  if (!terminal.interactive || !process.stdin.isTTY || !process.stdout.isTTY)
    throw usageError(
      'setup asks questions, and there is no terminal to ask at; without questions:',
      'handover check',
      'handover check DEVICE',
      'handover plan DEVICE --boot -o plan.json',
      'handover apply plan.json --yes',
    )
  return untilInterrupted((signal) =>
    setUp({
      terminal,
      host: liveHost(),
      input: process.stdin,
      output: process.stdout,
      privileged: process.geteuid?.() === 0,
      signal,
      apply: (plan) => carryOutPlan(terminal, plan, 'handover setup', signal),
    }),
  )
}

/** Check, choose, plan, and apply or save; each step after the command that does the same. */
export async function setUp(setting: Setting): Promise<number> {
  const { terminal } = setting
  try {
    return await steps(setting)
  } catch (error) {
    if (!(error instanceof Left)) throw error
    terminal.say(['Left: nothing was changed.'])
    return status.interrupted
  }
}

async function steps(setting: Setting): Promise<number> {
  const { terminal, host } = setting
  const machine = readMachine(host)
  requireBus(machine.bus)
  showCommand(terminal, 'check')
  const check = checkDocument(checkComputer(machine), machine, null)
  for (const line of wrap(`This computer: ${verdictSentence(check)}`, widthOf(terminal)))
    terminal.print([[{ text: line, style: verdictStyles[check.verdict] }]])

  showCommand(terminal, 'devices')
  const address = await chooseDevice(setting, machine)
  const boot = await chooseTime(setting)
  const intent = await chooseRoles(setting, machine, { devices: [address], boot, byId: false, accept: [] })
  if (intent === undefined) return status.refused

  const words = wordsOf(intent)
  const plan = makePlan(host, machine, intent)
  const document = planDocument(plan, new Date().toISOString())
  showCommand(terminal, words)
  terminal.print(planText(document, terminal.columns))
  if (document.unreadable.length > 0) return unreadableStatus(document.unreadable)
  if (document.changes.length === 0) return document.byHand.length > 0 ? status.pending : status.ok
  return act(setting, plan, words)
}

/** Asks for each role that stands against it; undefined: one was not accepted, or something else stands against it. */
async function chooseRoles(setting: Setting, machine: Machine, intent: Intent): Promise<Intent | undefined> {
  const { terminal, host } = setting
  const { refusals } = planDocument(makePlan(host, machine, intent), '')
  const [first] = refusals
  if (first === undefined) return intent
  const hard = refusals.filter(({ lift }) => lift.accept === undefined)
  showCommand(terminal, wordsOf(intent))
  if (hard.length > 0) {
    terminal.say(refusalText(hard, terminal.columns))
    return undefined
  }
  const role = first.lift.accept as RoleName
  terminal.print(
    refusalText(
      refusals.filter(({ lift }) => lift.accept === role),
      terminal.columns,
    ),
  )
  const accepts = await ask(
    confirm({
      ...streams(setting),
      message: `Take it all the same (--accept ${role})?`,
      initialValue: false,
    }),
  )
  return accepts ? chooseRoles(setting, machine, { ...intent, accept: [...intent.accept, role] }) : undefined
}

async function act(setting: Setting, plan: Plan, words: string): Promise<number> {
  const { terminal, privileged } = setting
  const what = await ask(
    select<'apply' | 'save' | 'leave'>({
      ...streams(setting),
      message: 'Do it?',
      options: [
        { value: 'save', label: 'save the plan to a file' },
        { value: 'apply', label: privileged ? 'do it' : 'do it: only root can', disabled: !privileged },
        { value: 'leave', label: 'leave everything as it is' },
      ],
    }),
  )
  if (what === 'leave') return status.ok
  if (what === 'apply') {
    showCommand(terminal, `${words} -o plan.json`, 'apply plan.json')
    return setting.apply(plan)
  }
  const file = await ask(
    text({ ...streams(setting), message: 'Which file?', initialValue: 'plan.json', validate: whyNot }),
  )
  showCommand(terminal, `${words} -o ${file}`)
  const shielded = pseudonymousHost(setting.host)
  const document = planDocument(
    makePlan(shielded, readMachine(shielded), plan.intent),
    new Date().toISOString(),
  )
  writeOutput(file, renderJson(document), false)
  terminal.print([`To do it: sudo handover apply ${file}`, 'To take it back then: sudo handover undo'])
  return status.ok
}

/** What is wrong with a file's name; undefined: nothing. */
function whyNot(file: string | undefined): string | undefined {
  if (!file) return 'a name is needed'
  try {
    checkFree(file, false)
    return undefined
  } catch (error) {
    return escapeText((error as Error).message)
  }
}

/** `plan 01:00.0 --boot --accept display` */
function wordsOf({ devices, boot, accept }: Intent): string {
  return [
    'plan',
    ...devices.map(short),
    ...(boot ? ['--boot'] : []),
    ...accept.flatMap((role) => ['--accept', role]),
  ].join(' ')
}

function showCommand(terminal: Terminal, ...commands: readonly string[]): void {
  terminal.print(['', ...commands.map((words) => [{ text: `$ handover ${words}`, style: 'cyan' as const }])])
}
