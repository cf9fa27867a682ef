import { randomUUID } from 'node:crypto'
import { type Host, liveHost, pseudonymousHost } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { type Intent, makePlan, requireGroup, type Wishes } from '../../plan/index.js'
import { rolesOf } from '../accepted.js'
import { refusalText } from '../binding.js'
import { selectEach } from '../choose.js'
import { type Invocation, isSet, listOf, type Run, textOf } from '../command.js'
import { planDocument } from '../documents/plan.js'
import { usageError } from '../errors.js'
import { checkFree, writeOutput } from '../output-file.js'
import { planText, refusedStatus, unreadableStatus, unreadableText } from '../plan-text.js'
import { requireBus } from '../reading.js'
import { status } from '../status.js'
import { renderJson } from '../text.js'

export const run: Run = async (terminal, asked) => {
  const output = textOf(asked, 'output')
  const force = isSet(asked, 'force')
  if (output !== undefined) checkFree(output, force)
  const [boot, byId] = [isSet(asked, 'boot'), isSet(asked, 'by-id')]
  if (byId && !boot) throw usageError('--by-id says how devices are found at boot: it goes with --boot')
  const json = isSet(asked, 'json') || output !== undefined
  const host: Host = json ? pseudonymousHost(liveHost()) : liveHost()
  const machine = readMachine(host)
  requireBus(machine.bus)
  const wishes = wishesOf(asked)
  if (asked.arguments.length === 0 && Object.keys(wishes).length === 0)
    throw usageError('name a DEVICE, or what is to be changed', 'see: handover help plan')
  const devices = selectEach(machine, asked.arguments)
    .map(({ address }) => address)
    .sort()
  const intent: Intent = {
    devices,
    boot,
    byId,
    accept: rolesOf(asked),
    ...(Object.keys(wishes).length > 0 && { host: wishes }),
  }
  const document = planDocument(makePlan(host, machine, intent), new Date().toISOString())
  if (isSet(asked, 'json')) terminal.printJson(document)
  else if (document.refusals.length === 0) terminal.print(planText(document, terminal.columns))
  if (document.refusals.length > 0) {
    if (!isSet(asked, 'json'))
      terminal.say([
        ...refusalText(document.refusals, terminal.columns),
        ...unreadableText(document.unreadable, terminal.columns),
      ])
    return refusedStatus(document.refusals)
  }
  if (document.unreadable.length > 0) {
    if (output !== undefined) terminal.say([`${output} was not written: as root the plan is whole.`])
    return unreadableStatus(document.unreadable)
  }
  if (output !== undefined) {
    writeOutput(output, renderJson(document), force)
    terminal.say([`To do it: sudo handover apply ${output}`])
  }
  return document.changes.length > 0 || document.byHand.length > 0 ? status.pending : status.ok
}

/** What else is wanted of the host. A group is looked for on the computer itself: pseudonyms hide people's names. */
function wishesOf(asked: Invocation): Wishes {
  const type = textOf(asked, 'mdev')
  const barSizes = listOf(asked, 'bar-size')
  const found: Wishes = {
    group: textOf(asked, 'group'),
    hugePages: textOf(asked, 'huge-pages'),
    functions: textOf(asked, 'functions'),
    mediated: type === undefined ? undefined : { type, uuid: randomUUID() },
    barSizes: barSizes.length === 0 ? undefined : barSizes,
    cpus: textOf(asked, 'cpus'),
    libvirt: textOf(asked, 'libvirt'),
  }
  if (found.group !== undefined) requireGroup(liveHost(), found.group)
  return Object.fromEntries(Object.entries(found).filter(([, wish]) => wish !== undefined))
}
