import { explanation, type Rule, rules } from '../../rules/index.js'
import { isSet, type Run } from '../command.js'
import { ruleDocument } from '../documents/check.js'
import { usageError } from '../errors.js'
import { status } from '../status.js'
import { type Line, wrap } from '../text.js'

export const run: Run = (terminal, asked) => {
  const rule = findRule(asked.arguments[0]!)
  if (isSet(asked, 'json')) {
    terminal.printJson(ruleDocument(rule))
    return status.ok
  }
  const width = Math.min(terminal.columns, 100)
  const lines: Line[] = [[{ text: rule.title, style: 'bold' }, `  [${rule.id}]`], '']
  for (const { heading, paragraphs, list } of explanation(rule)) {
    if (heading !== null) lines.push([{ text: heading, style: 'bold' }])
    for (const text of paragraphs) lines.push(...wrap(text, width - 2).map((line) => `  ${line}`))
    for (const text of list)
      lines.push(...wrap(text, width - 4).map((line, i) => (i === 0 ? `  - ${line}` : `    ${line}`)))
    lines.push('')
  }
  terminal.print(lines.slice(0, -1))
  return status.ok
}

/** Throws a CliError that names the rules that come nearest. */
export function findRule(id: string): Rule {
  const found = rules.find((rule) => rule.id === id)
  if (found) return found
  const words = id.split('-')
  const near = rules.filter((rule) => words.some((word) => word.length > 2 && rule.id.includes(word)))
  throw usageError(
    `there is no rule ${id}`,
    ...(near.length > 0 ? [`near it: ${near.map((rule) => rule.id).join(', ')}`] : []),
    'handover check --list lists all',
  )
}
