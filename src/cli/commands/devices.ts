import { isSet, type Run } from '../command.js'
import { devicesDocument } from '../documents/devices.js'
import { unknownRoles, whyNoGroups } from '../explain.js'
import { functionColumns, functionRow, hasSegments } from '../function-table.js'
import { checkBus, readAskedMachine } from '../reading.js'
import type { FunctionSummary } from '../schemas/common.js'
import type { DevicesDocument } from '../schemas/devices.js'
import { table } from '../table.js'
import { type Line, paragraph, wrap } from '../text.js'

export const run: Run = async (terminal, asked) => {
  const document = devicesDocument(await readAskedMachine(asked))
  if (isSet(asked, 'json')) terminal.printJson(document)
  else {
    if (document.functions.length > 0) terminal.print(devicesText(document, terminal.columns))
    terminal.say(devicesNotes(document, terminal.columns))
  }
  return checkBus(document.bus, terminal)
}

/** Verdicts of `handover check` in a word. */
const marks = {
  ready: 'ready',
  'ready after steps': 'steps',
  'not possible': 'no',
  unknown: '?',
  none: '',
} as const

/** A table by IOMMU group; functions without one come last. */
export function devicesText({ functions }: DevicesDocument, width: number): readonly Line[] {
  const segments = hasSegments(functions)
  const ordered = functions.toSorted((a, b) => groupOrder(a) - groupOrder(b)) // keeps the order of addresses
  const rows = ordered.map((f, i) => {
    const { cells, style } = functionRow(f, segments)
    const group = groupText(f)
    const first = i === 0 || groupText(ordered[i - 1]!) !== group || group === '-' || group === '?'
    return { cells: [first ? group : '', marks[f.verdict ?? 'none'], ...cells], style }
  })
  return table([{ title: 'GROUP', align: 'right' }, { title: 'CHECK' }, ...functionColumns], rows, width)
}

/** What the table cannot say: for the people who read it, not for programs that take it apart. */
export function devicesNotes({ functions, iommu, roles }: DevicesDocument, width: number): readonly Line[] {
  if (functions.length === 0) return []
  const none = functions.every(({ group }) => 'value' in group && group.value === null)
  return [
    ...paragraph(none ? whyNoGroups(iommu) : [], width),
    ...unknownRoles(roles).flatMap((sentence) => wrap(sentence, width)),
  ]
}

function groupText({ group }: FunctionSummary): string {
  return 'unknown' in group ? '?' : group.value === null ? '-' : String(group.value)
}

function groupOrder({ group }: FunctionSummary): number {
  return 'value' in group && group.value !== null ? group.value : Number.POSITIVE_INFINITY
}
