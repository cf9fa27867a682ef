import { whyNoGroups } from './explain.js'
import { functionColumns, functionRow, hasSegments } from './function-table.js'
import { missingText, premiseText } from './iommu-text.js'
import type { FunctionSummary } from './schemas/common.js'
import type { GroupsDocument } from './schemas/groups.js'
import { type Named, stepText } from './steps-text.js'
import { table } from './table.js'
import { type Line, paragraph } from './text.js'

/** The groups as a table: groups, then what is in none, then what is not known. */
export function groupsText(document: GroupsDocument, width: number): readonly Line[] {
  const { groups, ungrouped, unknown, iommu, source } = document
  if (document.functions.length === 0) return []
  const summaries = new Map(document.functions.map((f) => [f.address, f]))
  const segments = hasSegments(document.functions)
  const order = [
    ...groups.flatMap(({ functions }) => functions),
    ...ungrouped,
    ...unknown.map((one) => one.function),
  ]
  // One table, so that columns stand in one line from group to group; its lines are then dealt out.
  const [heading, ...lines] = table(
    functionColumns,
    order.map((address) => functionRow(summaries.get(address)!, segments)),
    width - 2,
  )
  let next = 0
  const take = (count: number): readonly Line[] => {
    const part = lines.slice(next, next + count)
    next += count
    return part.map((line) => ['  ', ...line])
  }
  const head = (text: string, remark: string): Line => [
    { text, style: 'bold' },
    remark === '' ? '' : `  ${remark}`,
  ]

  const shown: Line[] = [headline(document), ['  ', ...heading!]]
  for (const { id, number, functions } of groups)
    shown.push(
      head(
        `Group ${number ?? shortAddress(id, segments)}`,
        remarkOn(functions.map((address) => summaries.get(address)!)),
      ),
      ...take(functions.length),
    )
  const whyNone = source === 'predicted' ? 'no IOMMU is in charge' : ''
  if (ungrouped.length > 0) shown.push(head('No group', whyNone), ...take(ungrouped.length))
  if (unknown.length > 0) shown.push(head('Group not known', ''), ...take(unknown.length))

  const reasons = missingText(unknown.flatMap(({ missing }) => missing))
  if (reasons.length > 0) shown.push('', ...reasons.flatMap((reason) => paragraph([reason], width)))
  if (
    source === 'predicted' &&
    document.functions.every(({ group }) => 'value' in group && group.value === null)
  )
    shown.push('', ...paragraph(whyNoGroups(iommu), width))
  return shown
}

/** What the prediction takes for granted: a message, not data. */
export function premisesText({ premises, functions }: GroupsDocument, width: number): readonly Line[] {
  const name = namesOf(functions)
  return premises.flatMap((premise) => paragraph([premiseText(premise, name)], width))
}

function headline({ source, kernelVersion }: GroupsDocument): Line {
  return source === 'kernel'
    ? [{ text: 'Groups as the kernel made them', style: 'bold' }]
    : [{ text: `Groups as predicted, by the rules of Linux ${kernelVersion}`, style: 'bold' }]
}

/** Functions whose company changed, and why. */
export function differencesText(document: GroupsDocument, width: number): readonly Line[] {
  const { differences, functions } = document
  if (!differences) return []
  const name = namesOf(functions)
  const kernel = differences.from === 'kernel'
  if (differences.functions.length === 0)
    return [kernel ? "The prediction agrees with the kernel's groups." : 'This changes no group.']
  const company = (list: readonly string[] | null) =>
    list === null ? 'in no group' : list.length === 0 ? 'alone' : `with ${list.map(name).join(', ')}`
  const lines: Line[] = [
    [{ text: kernel ? "The prediction differs from the kernel's groups:" : 'What changes:', style: 'bold' }],
  ]
  for (const { function: f, before, after, step } of differences.functions) {
    const words = kernel
      ? `the kernel has it ${company(before)}; predicted ${company(after)}`
      : `today ${company(before)}; then ${company(after)}`
    lines.push(...hanging(`  ${name(f)}  `, words, width))
    if (step) lines.push(...hanging('           ', stepText(step, name).says, width))
  }
  for (const cause of differences.causes) lines.push(...paragraph([causeWords[cause]], width))
  return lines
}

const causeWords: Readonly<Record<'override patch' | 'late ACS', string>> = {
  'override patch':
    'With pcie_acs_override= from the command line they agree: this kernel has the ACS override patch. --acs-override predicts with it.',
  'late ACS':
    'As one of the stable releases that switch ACS on too late they agree; its name hides the release. --kernel predicts with another one.',
}

/** The steps by which a function came to its group. */
export function whyText(document: GroupsDocument, width: number): readonly Line[] {
  const { why, functions } = document
  if (!why) return []
  const name = namesOf(functions)
  const { group } = why
  const company =
    group === undefined
      ? 'the group is not known; the steps are those where nothing unknown stands in the way of isolation'
      : group === null
        ? 'no group'
        : group.length === 1
          ? 'a group of its own'
          : `a group with ${group
              .filter((one) => one !== why.function)
              .map(name)
              .join(', ')}`
  const lines: Line[] = [
    [{ text: name(why.function), style: 'bold' }, `  ${company} (by the rules of Linux)`],
  ]
  for (const [i, step] of why.steps.entries()) {
    const { says, below } = stepText(step, name)
    lines.push(...hanging(`${step.decided ? '>' : ' '}${String(i + 1).padStart(2)}. `, says, width))
    for (const one of below) lines.push(...hanging('       ', one, width))
  }
  for (const { function: other, step } of why.others)
    lines.push(...hanging(`  ${name(other)}  `, stepText(step, name).says, width))
  return lines
}

function hanging(first: string, text: string, width: number): readonly Line[] {
  const indent = ' '.repeat(first.length)
  return paragraph([text], width - first.length).map((line, i) => (i === 0 ? first : indent) + line)
}

function namesOf(functions: readonly FunctionSummary[]): Named {
  const segments = hasSegments(functions)
  return (address) => shortAddress(address, segments)
}

export function shortAddress(address: string, segments: boolean): string {
  return segments ? address : address.replace(/^0000:/, '')
}

/** What has to move together: the endpoints; bridges stay with the host. */
function remarkOn(functions: readonly FunctionSummary[]): string {
  const endpoints = functions.filter(({ bridge }) => 'value' in bridge && !bridge.value).length
  const unsure = functions.some(({ bridge }) => 'unknown' in bridge)
  if (unsure) return ''
  if (endpoints === 0) return 'bridges only: stays with the host'
  return endpoints === 1 ? '' : `${endpoints} endpoints: all leave their drivers, or none`
}
