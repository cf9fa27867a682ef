import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type Host, liveHost, pseudonymousHost } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { makePlan, type Plan, requireGroup } from '../../plan/index.js'
import { refusalText } from '../binding.js'
import { carryOutPlan } from '../carry-out-plan.js'
import { isSet, type Run } from '../command.js'
import { confirm } from '../confirm.js'
import { planDocument } from '../documents/plan.js'
import { CliError, usageError } from '../errors.js'
import { whyUnknown } from '../explain.js'
import { untilInterrupted } from '../interrupt.js'
import { planText, unreadableStatus } from '../plan-text.js'
import { type PlanDocument, planSchema } from '../schemas/plan.js'
import { status } from '../status.js'

/**
 * Nothing in the file is done as such: what it wants is planned again, and done where that comes to the same. So a plan that
 * is out of date is refused, and one that somebody tampered with can do no more than a plan could.
 */
export const run: Run = (terminal, asked) =>
  untilInterrupted(async (signal) => {
    const file = asked.arguments[0]!
    const wanted = readPlan(file)
    requireRead(file, wanted.unreadable)
    const { group } = wanted.intent.host ?? {}
    if (group !== undefined) requireGroup(liveHost(), group)
    const plan = planAgain(liveHost(), wanted)
    const document = planDocument(plan, wanted.at)
    if (document.refusals.length > 0) {
      terminal.say(refusalText(document.refusals, terminal.columns))
      return status.refused
    }
    requireRead(file, document.unreadable)
    if (plan.changes.length === 0) {
      terminal.say(['Nothing need be changed.'])
      return status.ok
    }
    requireSame(file, wanted)
    if (!isSet(asked, 'yes')) {
      terminal.print(planText(document, terminal.columns))
      if (!(await confirm(terminal, 'Do it?', signal))) return status.interrupted
    }
    return carryOutPlan(terminal, plan, `handover apply ${file}`, signal)
  })

/** Throws where something could not be read: what more is to be done, or stands against it, is then not known. */
function requireRead(file: string, unreadable: PlanDocument['unreadable']): void {
  if (unreadable.length > 0)
    throw new CliError(
      unreadableStatus(unreadable),
      `${file}: not all could be read that the plan rests on`,
      [
        ...unreadable.map(({ path, why }) => whyUnknown({ path, unknown: why })),
        'plan it as root: sudo handover plan',
      ],
    )
}

/** The same as when it was planned, or a {@link CliError} with what differs. Compared as printed: with pseudonyms. */
function requireSame(file: string, wanted: PlanDocument): void {
  const now = planDocument(planAgain(pseudonymousHost(liveHost()), wanted), wanted.at)
  const keys = ['takes', 'changes', 'byHand'] as const
  const different = keys.filter((key) => !isDeepStrictEqual(now[key], wanted[key]))
  if (different.length === 0) return
  const targets = (document: PlanDocument) =>
    document.changes.flatMap(({ target, actions }) =>
      actions.map((action) => `${target}: ${JSON.stringify(action)}`),
    )
  const [before, after] = [targets(wanted), targets(now)]
  throw new CliError(status.refused, `${file}: this computer is no longer as it was when that was planned`, [
    ...(isDeepStrictEqual(now.takes, wanted.takes)
      ? []
      : [`it took ${wanted.takes.join(', ')}; now it would take ${now.takes.join(', ')}`]),
    ...before.filter((line) => !after.includes(line)).map((line) => `then: ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `now:  ${line}`),
    'plan it again: handover plan',
  ])
}

function planAgain(host: Host, { intent }: PlanDocument): Plan {
  return makePlan(host, readMachine(host), intent)
}

function readPlan(file: string): PlanDocument {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CliError(status.failed, `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw usageError(`${file} is no plan: it is not JSON; handover plan DEVICE -o FILE makes one`)
  }
  const found = planSchema.safeParse(value)
  if (found.success) return found.data
  const { path, message } = found.error.issues[0]!
  throw usageError(
    `${file} is no plan that this handover knows: ${path.join('.') || 'the whole'}: ${message}`,
  )
}
