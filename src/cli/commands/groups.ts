import { isSet, type Run } from '../command.js'
import { groupsDocument } from '../documents/groups.js'
import { whyNoGroups, whyUnknown } from '../explain.js'
import { functionColumns, functionRow, hasSegments } from '../function-table.js'
import { checkBus, readAskedMachine } from '../reading.js'
import type { FunctionSummary } from '../schemas/common.js'
import type { GroupsDocument } from '../schemas/groups.js'
import { table } from '../table.js'
import { type Line, paragraph } from '../text.js'

export const run: Run = async (terminal, asked) => {
  const document = groupsDocument(await readAskedMachine(asked))
  if (isSet(asked, 'json')) terminal.printJson(document)
  else terminal.print(groupsText(document, terminal.columns))
  return checkBus(document.bus, terminal)
}

export function groupsText(
  { groups, ungrouped, unknown, iommu }: GroupsDocument,
  width: number,
): readonly Line[] {
  const all = [...groups.flatMap(({ functions }) => functions), ...ungrouped, ...unknown]
  if (all.length === 0) return []
  const segments = hasSegments(all)
  // One table, so that columns stand in one line from group to group; its lines are then dealt out.
  const [heading, ...lines] = table(
    functionColumns,
    all.map((f) => functionRow(f, segments)),
    width - 2,
  )
  let next = 0
  const take = (functions: readonly FunctionSummary[]): readonly Line[] => {
    const part = lines.slice(next, next + functions.length)
    next += functions.length
    return part.map((line) => ['  ', ...line])
  }
  const head = (text: string, remark: string): Line => [
    { text, style: 'bold' },
    remark === '' ? '' : `  ${remark}`,
  ]

  const shown: Line[] = [['  ', ...heading!]]
  for (const { group, functions } of groups)
    shown.push(head(`Group ${group}`, remarkOn(functions)), ...take(functions))
  if (ungrouped.length > 0) {
    shown.push(head('No group', ''), ...take(ungrouped))
    if (groups.length === 0 && unknown.length === 0) shown.push('', ...paragraph(whyNoGroups(iommu), width))
  }
  if (unknown.length > 0) {
    const why = new Set(unknown.flatMap(({ group }) => ('unknown' in group ? [whyUnknown(group)] : [])))
    shown.push(head('Group not known', [...why].join('; ')), ...take(unknown))
  }
  return shown
}

/** What has to move together: the endpoints; bridges stay with the host. */
function remarkOn(functions: readonly FunctionSummary[]): string {
  const endpoints = functions.filter(({ bridge }) => 'value' in bridge && !bridge.value).length
  const unsure = functions.some(({ bridge }) => 'unknown' in bridge)
  if (unsure) return ''
  if (endpoints === 0) return 'bridges only: stays with the host'
  return endpoints === 1 ? '' : `${endpoints} endpoints: all leave their drivers, or none`
}
