import { parseKernelVersion, type WhatIf } from '../../iommu/index.js'
import type { Machine } from '../../machine/index.js'
import { selectOne } from '../choose.js'
import { type Invocation, isSet, listOf, type Run, textOf } from '../command.js'
import { type GroupsQuestion, groupsDocument } from '../documents/groups.js'
import { usageError } from '../errors.js'
import { differencesText, groupsText, premisesText, whyText } from '../groups-text.js'
import { checkBus, readAskedMachine, requireBus } from '../reading.js'
import { status } from '../status.js'

export const run: Run = async (terminal, asked) => {
  const machine = await readAskedMachine(asked)
  const question = questionOf(machine, asked)
  const document = groupsDocument(machine, question)
  const { columns } = terminal
  if (isSet(asked, 'json')) terminal.printJson(document)
  else if (question.why !== undefined) terminal.print(whyText(document, columns))
  else {
    terminal.print(groupsText(document, columns))
    if (document.differences) terminal.print(['', ...differencesText(document, columns)])
    terminal.say(premisesText(document, columns))
  }
  const { differences } = document
  if (differences?.from === 'kernel' && differences.functions.length > 0) return status.pending
  return checkBus(document.bus, terminal)
}

function questionOf(machine: Machine, asked: Invocation): GroupsQuestion {
  const why = textOf(asked, 'why')
  const whatIf = whatIfOf(machine, asked)
  if (why !== undefined || whatIf) requireBus(machine.bus)
  return {
    predict: isSet(asked, 'predict'),
    ...(whatIf ? { whatIf } : {}),
    ...(why === undefined ? {} : { why: selectOne(machine, why).address }),
  }
}

/** What was asked to be different; undefined: nothing. */
function whatIfOf(machine: Machine, asked: Invocation): WhatIf | undefined {
  const address = (word: string) => selectOne(machine, word).address
  const change: { -readonly [K in keyof WhatIf]: WhatIf[K] } = {}
  const without = listOf(asked, 'without')
  if (without.length > 0) change.without = without.map(address)
  const move = listOf(asked, 'move')
  if (move.length > 0)
    change.move = move.map((word) => {
      const [device, port] = sides('move', word, 'DEVICE=PORT')
      return { device: address(device), port: address(port) }
    })
  const add = listOf(asked, 'add')
  if (add.length > 0)
    change.add = add.map((word) => {
      const [ids, port] = sides('add', word, 'VENDOR:DEVICE=PORT')
      const [vendor, device] = idsOf('add', ids)
      return { vendor, device, port: address(port) }
    })
  const kernel = textOf(asked, 'kernel')
  if (kernel !== undefined) {
    const version = parseKernelVersion(kernel)
    if (!version) throw usageError(`--kernel ${kernel} is no version: give one such as 6.12.57 or 7.3`)
    change.kernel = version
  }
  const spec = textOf(asked, 'config-acs')
  if (spec !== undefined) change.configAcs = spec
  const override = textOf(asked, 'acs-override')
  if (override !== undefined) change.override = overrideOf(override)
  return Object.keys(change).length > 0 ? change : undefined
}

/** `downstream,multifunction,id:8086:a110`, as the patch's own parameter takes it. */
function overrideOf(text: string): NonNullable<WhatIf['override']> {
  const words = text.split(',')
  const ids = words
    .filter((word) => word.startsWith('id:'))
    .map((word) => idsOf('acs-override', word.slice('id:'.length)))
  const unknown = words.find((word) => !/^(downstream|multifunction|id:.*)$/.test(word))
  if (unknown !== undefined)
    throw usageError(
      `--acs-override does not take ${unknown}: give downstream, multifunction, id:VVVV:DDDD, or several with commas`,
    )
  return { downstream: words.includes('downstream'), multifunction: words.includes('multifunction'), ids }
}

function idsOf(option: string, text: string): readonly [number, number] {
  const found = /^([0-9a-f]{4}):([0-9a-f]{4})$/i.exec(text)
  if (!found) throw usageError(`--${option}: ${text} are no ids: give VENDOR:DEVICE, such as 10de:2206`)
  return [Number.parseInt(found[1]!, 16), Number.parseInt(found[2]!, 16)]
}

function sides(option: string, word: string, form: string): readonly [string, string] {
  const at = word.lastIndexOf('=')
  if (at <= 0 || at === word.length - 1) throw usageError(`--${option} ${word}: expected ${form}`)
  return [word.slice(0, at), word.slice(at + 1)]
}
