import { stringify } from 'yaml'
import type { Decision, Value } from './wish.js'

const width = 100

/** The description as YAML, with the reason above each setting that has one, and what found it. Ends with a newline. */
export function writeDescription(head: readonly string[], decisions: readonly Decision[]): string {
  const lines = head.flatMap((line) => comment(line, ''))
  let list: string | undefined
  for (const one of decisions) {
    const [name = '', item] = one.field.split('.')
    const isNew = item !== undefined && name !== list
    list = item === undefined ? undefined : name
    const indent = item === undefined ? '' : '  '
    const reason = comment(reasonOf(one), indent)
    if ((reason.length > 0 && item === undefined) || isNew) lines.push('')
    if (isNew) lines.push(`${name}:`)
    lines.push(...reason)
    if (one.value === null) continue
    lines.push(...(item === undefined ? setting(name, one.value) : [`  - ${flow(one.value)}`]))
  }
  return `${lines.join('\n')}\n`
}

function reasonOf({ field, value, because, evidence, rule }: Decision): string {
  if (because === null) return ''
  const from = [...(rule === null ? [] : [rule]), ...evidence.map((one) => `${one.path}: ${one.value}`)]
  const text = value === null ? `${field}: left out. ${because}` : because
  return `${text}.${from.length === 0 ? '' : ` [${from.join('; ')}]`}`
}

function comment(text: string, indent: string): readonly string[] {
  if (text === '') return []
  const lines: string[] = []
  // A line break in a name of the host would end the comment.
  for (const word of text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ').split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || indent.length + last.length + 1 + word.length > width) lines.push(`# ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.map((line) => indent + line)
}

function setting(name: string, value: Value): readonly string[] {
  if (typeof value !== 'object') return [`${name}: ${flow(value)}`]
  return [`${name}:`, ...Object.entries(value).map(([key, one]) => `  ${key}: ${flow(one)}`)]
}

/** On one line: `{ file: a.qcow2, bus: virtio }`. */
function flow(value: Value): string {
  const style = typeof value === 'object' ? { collectionStyle: 'flow' as const } : {}
  return stringify(value, { ...style, blockQuote: false, lineWidth: 0 }).replace(/\n$/, '')
}
