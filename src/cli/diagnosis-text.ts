import type { Finding } from '../logs/index.js'
import { counted } from './check-text.js'
import type { DiagnosisDocument } from './schemas/diagnosis.js'
import { type Line, type Style, toDo, wrap } from './text.js'

type Shown = Pick<
  Finding,
  'certainty' | 'title' | 'cause' | 'why' | 'fix' | 'lines' | 'count' | 'evidence' | 'otherwise'
> & {
  readonly consequences: readonly Shown[]
}

const styles: Readonly<Record<Finding['certainty'], Style>> = {
  certain: 'red',
  likely: 'yellow',
  possible: 'cyan',
}

/** Findings of which the same can be said, as of each of ten ports, are one. */
function together(findings: readonly Shown[]): readonly Shown[] {
  const merged = new Map<string, Shown>()
  for (const [at, finding] of findings.entries()) {
    const { cause, title, fix, evidence, consequences, lines, count } = finding
    const alone = evidence.length > 0 || consequences.length > 0
    const key = alone ? String(at) : [cause, title, fix].join('\n')
    const before = merged.get(key)
    merged.set(
      key,
      before === undefined
        ? finding
        : { ...before, lines: [...before.lines, ...lines].slice(0, 6), count: before.count + count },
    )
  }
  return [...merged.values()]
}

/** Findings first, then what is harmless, then what nobody knows. */
export function diagnosisText(document: DiagnosisDocument, columns: number): readonly Line[] {
  const width = Math.min(columns, 110)
  const several = document.sources.length > 1
  const lines: Line[] = []
  for (const finding of together(document.findings))
    lines.push(...findingText(finding, width, several, 0), '')
  if (document.harmless.length > 0) {
    lines.push([{ text: 'Harmless', style: 'bold' }])
    for (const { title, why, lines: said, count } of together(document.harmless)) {
      lines.push(...indented(`${title}. ${why}`, width, 2), ...quoted(said.slice(0, 1), several, width, 4))
      if (count > 1) lines.push(`    and ${count - 1} more`)
    }
    lines.push('')
  }
  if (document.unknown.length > 0) {
    lines.push(
      [{ text: 'What vfio says and is not known here', style: 'bold' }],
      ...quoted(document.unknown, several, width, 2),
    )
    const more = document.unknownCount - document.unknown.length
    if (more > 0) lines.push(`  and ${more} more`)
    lines.push('')
  }
  const read = document.sources
    .map(({ name, lines: count }) => `${name} (${counted(count, 'line')})`)
    .join(', ')
  if (read !== '')
    lines.push(
      ...wrap(
        document.findings.length === 0 ? `No failure that is known here in ${read}.` : `Read: ${read}.`,
        width,
      ),
    )
  return lines
}

function findingText(finding: Shown, width: number, several: boolean, depth: number): readonly Line[] {
  const { certainty, title, cause, why, fix, lines: said, count, evidence, otherwise, consequences } = finding
  const indent = ' '.repeat(depth)
  const [head = '', ...rest] = wrap(`${title}  [${cause}]`, width - depth - certainty.length - 2)
  const lines: Line[] = [
    [
      `${indent}`,
      { text: certainty, style: styles[certainty] },
      '  ',
      { text: head.trimEnd(), style: 'bold' },
    ],
    ...rest.map((line): Line => [`${indent}  `, { text: line, style: 'bold' }]),
    ...quoted(said, several, width, depth + 2),
  ]
  if (count > said.length) lines.push(`${indent}    and ${count - said.length} more`)
  lines.push(...indented(why, width, depth + 2))
  for (const { path, value } of evidence) lines.push(`${indent}  ${path} = ${value}`)
  lines.push(...indented(toDo(fix), width, depth + 2))
  for (const other of otherwise)
    lines.push(...indented(`Or: ${other.title}. Then: ${other.fix}.`, width, depth + 2))
  // Nothing is known of the device: perhaps nobody gave the computer.
  if (otherwise.length > 0 && evidence.length === 0)
    lines.push(
      ...indented('With --here or --host REPORT the computer itself may tell which.', width, depth + 2),
    )
  for (const consequence of consequences) {
    lines.push([`${indent}  `, { text: 'What came of it:', style: 'dim' }])
    lines.push(...findingText(consequence, width, several, depth + 4))
  }
  return lines
}

/** Lines of a log, and their ends below them where they are longer than the screen is wide. */
function quoted(said: Finding['lines'], several: boolean, width: number, indent: number): readonly Line[] {
  return said.flatMap(({ source, line, text }) =>
    wrap(several ? `${source}:${line}: ${text}` : `${line}: ${text}`, width - indent - 4).map(
      (part, at): Line => [' '.repeat(at === 0 ? indent : indent + 4), { text: part, style: 'dim' }],
    ),
  )
}

function indented(text: string, width: number, indent: number): readonly Line[] {
  return wrap(text, width - indent).map((line) => ' '.repeat(indent) + line)
}
