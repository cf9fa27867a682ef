import { classWords, knownValue, type Machine, type PciFunction } from '../../machine/index.js'
import { checkComputer, checkDevice, type Rule, rules } from '../../rules/index.js'
import { checkText, counted } from '../check-text.js'
import { selectAll, selectOne } from '../choose.js'
import { type Invocation, isSet, listOf, type Run, textOf } from '../command.js'
import { checkDocument, ruleDocument } from '../documents/check.js'
import { functionSummary } from '../documents/common.js'
import { rankDocument } from '../documents/rank.js'
import { usageError } from '../errors.js'
import { rankText } from '../rank-text.js'
import { checkBus, readAskedMachine, requireBus } from '../reading.js'
import type { CheckDocument, RulesDocument } from '../schemas/check.js'
import { status } from '../status.js'
import { table } from '../table.js'
import { shortName } from '../words.js'
import { findRule } from './explain.js'

export const run: Run = async (terminal, asked) => {
  const [word] = asked.arguments
  const rank = textOf(asked, 'rank')
  if (isSet(asked, 'list')) {
    const document: RulesDocument = { schema: 'handover.rules/1', rules: rules.map(ruleDocument) }
    if (isSet(asked, 'json')) terminal.printJson(document)
    else
      terminal.print(
        table(
          [{ title: 'RULE' }, { title: 'ABOUT' }, { title: 'QUESTION', least: 30 }],
          rules.map(({ id, about, title }) => ({ cells: [id, about, title] })),
          terminal.columns,
        ),
      )
    return status.ok
  }
  const asking = rulesOf(asked)
  if (rank !== undefined) {
    if (word !== undefined) throw usageError('--rank compares all devices of a class: leave DEVICE out')
    if (!Object.hasOwn(classWords, rank))
      throw usageError(`--rank takes ${Object.keys(classWords).join(', ')}; not ${rank}`)
    const machine = await readAskedMachine(asked)
    requireBus(machine.bus)
    const document = rankDocument(machine, rank, selectAll(machine, rank), asking)
    if (isSet(asked, 'json')) terminal.printJson(document)
    else terminal.print(rankText(document, machine, terminal.columns))
    return document.devices[0]?.verdict === 'ready' ? status.ok : status.pending
  }
  const ofDevice = asking === rules ? undefined : asking.find(({ about }) => about === 'device')
  if (word === undefined && ofDevice !== undefined)
    throw usageError(
      `${ofDevice.id} is asked of a device, and none is named`,
      `handover check DEVICE --only ${ofDevice.id}`,
    )
  const machine = await readAskedMachine(asked)
  if (word !== undefined) requireBus(machine.bus)
  const device = word === undefined ? undefined : selectOne(machine, word)
  const check = device === undefined ? checkComputer(machine, asking) : checkDevice(machine, device, asking)
  const document = checkDocument(check, machine, device?.address ?? null)
  if (isSet(asked, 'json')) terminal.printJson(document)
  else {
    const subject = `${subjectOf(machine, device)}${asking.length < rules.length ? `, by ${counted(asking.length, 'rule')} of ${rules.length}` : ''}`
    terminal.print(checkText(document, subject, terminal.columns, isSet(asked, 'all')))
    if (device === undefined && checkBus(machine.bus, terminal) === status.ok)
      terminal.say(['Of one device: handover check DEVICE. Which is best: handover check --rank gpu.'])
  }
  return statusOf(document)
}

/** Where only privilege is missing, that is what the status says. */
function statusOf({ verdict, undecided }: CheckDocument): number {
  if (verdict === 'ready') return status.ok
  if (verdict !== 'unknown') return status.pending
  const open = undecided.filter(({ decides }) => decides).flatMap(({ unknown }) => unknown)
  return open.length > 0 && open.every(({ unknown }) => unknown === 'denied')
    ? status.privilege
    : status.pending
}

function rulesOf(asked: Invocation): readonly Rule[] {
  const only = listOf(asked, 'only')
  return only.length === 0 ? rules : only.map(findRule)
}

function subjectOf(machine: Machine, device: PciFunction | undefined): string {
  if (device === undefined) return machine.source.kind === 'live' ? 'This computer' : machine.source.name
  const driver = knownValue(device.driver)
  return `${device.address} ${shortName(functionSummary(device))}${driver ? ` (${driver})` : ''}`
}
