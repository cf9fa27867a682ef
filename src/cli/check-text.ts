import type { CheckDocument } from './schemas/check.js'
import { capital, type Line, type Style, toDo, wrap } from './text.js'

const weightWords: Readonly<
  Record<CheckDocument['findings'][number]['weight'], { readonly word: string; readonly style: Style }>
> = {
  impossible: { word: 'impossible', style: 'red' },
  step: { word: 'to do', style: 'yellow' },
  warning: { word: 'mind', style: 'yellow' },
  note: { word: 'note', style: 'cyan' },
}

export const verdictStyles: Readonly<Record<CheckDocument['verdict'], Style>> = {
  ready: 'green',
  'ready after steps': 'yellow',
  'not possible': 'red',
  unknown: 'cyan',
}

/** The verdict in one line, findings by weight, then what could not be decided. `all`: also what passed. */
export function checkText(
  document: CheckDocument,
  subject: string,
  columns: number,
  all: boolean,
): readonly Line[] {
  const width = Math.min(columns, 110)
  const lines: Line[] = []
  const [head = '', ...rest] = wrap(`${subject}: ${verdictSentence(document)}`, width)
  const colon = head.indexOf(': ') + 2
  lines.push([head.slice(0, colon), { text: head.slice(colon), style: verdictStyles[document.verdict] }])
  lines.push(...rest.map((text): Line => [{ text, style: verdictStyles[document.verdict] }]), '')
  for (const { weight, rule, says, evidence, why, fix } of document.findings) {
    const { word, style } = weightWords[weight]
    const [first = '', ...more] = wrap(`${capital(says)}  [${rule}]`, width - word.length - 2)
    lines.push([{ text: word, style }, '  ', { text: first, style: 'bold' }])
    lines.push(...more.map((text): Line => [{ text: `  ${text}`, style: 'bold' }]))
    for (const { path, value } of evidence)
      lines.push(
        ...wrap(`${path} = ${value}`, width - 4).map(
          (text, i): Line => [{ text: `${i === 0 ? '  ' : '    '}${text}`, style: 'dim' }],
        ),
      )
    lines.push(...indented(why, width))
    if (fix !== null) lines.push(...indented(toDo(fix), width))
    lines.push('')
  }
  for (const { rule, error } of document.crashed)
    lines.push(
      [{ text: 'broken', style: 'red' }, `  the rule ${rule} broke, which is a defect of handover: ${error}`],
      '',
    )
  lines.push(...undecidedText(document, width, all))
  if (all)
    for (const [mark, list] of [
      ['ok', document.passed],
      ['--', document.notHere],
    ] as const)
      for (const { rule, says } of list)
        lines.push(
          ...wrap(`${capital(says)}  [${rule}]`, width - 4).map((text, i) =>
            i === 0 ? `${mark}  ${text}` : `    ${text}`,
          ),
        )
  else if (document.passed.length > 0)
    lines.push(
      `${counted(document.passed.length, 'rule')} passed: --all shows ${document.passed.length === 1 ? 'it' : 'them'}.`,
    )
  return lines
}

/**
 * By what decides them, since most often one command decides all. Of many, those that cannot change the verdict are counted,
 * unless all are wanted.
 */
function undecidedText({ undecided }: CheckDocument, width: number, all: boolean): readonly Line[] {
  const byCommand = new Map<string, CheckDocument['undecided']>()
  const ordered = undecided.toSorted((a, b) => Number(b.decides) - Number(a.decides))
  for (const one of ordered) byCommand.set(one.decide, [...(byCommand.get(one.decide) ?? []), one])
  return [...byCommand].flatMap(([decide, list]): Line[] => {
    if (list.length === 1) {
      const [one] = list
      const [head = '', ...more] = wrap(`${one!.title}  [${one!.rule}]`, width - 'unknown  '.length)
      return [
        [{ text: 'unknown', style: 'cyan' }, '  ', { text: head, style: 'bold' }],
        ...more.map((text): Line => [{ text: `  ${text}`, style: 'bold' }]),
        ...indented(`To decide: ${decide}`, width),
        '',
      ]
    }
    const shown = all || list.length <= fewQuestions ? list : list.filter((one) => one.decides)
    const more = list.length - shown.length
    return [
      [
        { text: 'unknown', style: 'cyan' },
        '  ',
        { text: `${list.length} questions could not be decided`, style: 'bold' },
      ],
      ...shown.flatMap(({ title, rule, decides }) =>
        wrap(`${title}  [${rule}]`, width - 4).map(
          (text, at): Line => `${at === 0 ? (decides ? '  ! ' : '  - ') : '    '}${text}`,
        ),
      ),
      ...(more === 0
        ? []
        : [`  ${shown.length > 0 ? 'and ' : ''}${more} that cannot change the verdict: --all lists them`]),
      ...indented(`To decide: ${decide}`, width),
      '',
    ]
  })
}

/** So many are listed in any case. */
const fewQuestions = 8

/** In one line: the verdict, and the first reason for it. */
export function verdictSentence({ verdict, findings, undecided, crashed }: CheckDocument): string {
  const of = (weight: string) => findings.filter((one) => one.weight === weight)
  switch (verdict) {
    case 'ready': {
      const minded = of('warning').length
      return minded === 0 ? 'ready' : `ready; ${counted(minded, 'thing')} to mind`
    }
    case 'ready after steps':
      return `ready after ${counted(of('step').length, 'step')}: ${of('step')
        .map(({ says }) => says)
        .join('; ')}`
    case 'not possible':
      return `not possible, because ${of('impossible')
        .map(({ says }) => says)
        .join('; and ')}`
    case 'unknown': {
      const open = [...undecided.filter((one) => one.decides), ...crashed]
      const until = open.length === 1 ? 'a question is' : `${open.length} questions are`
      const steps = of('step').map(({ says }) => says)
      return `unknown until ${until} decided; ${
        steps.length === 0 ? 'nothing seen stands in the way' : `to do in any case: ${steps.join('; ')}`
      }`
    }
  }
}

export function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`
}

function indented(text: string, width: number): readonly Line[] {
  return wrap(text, width - 2).map((line) => `  ${line}`)
}
