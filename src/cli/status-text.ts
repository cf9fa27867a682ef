import { whyUnknown } from './explain.js'
import type { HistoryDocument } from './schemas/plan.js'
import { type Line, type Span, wrap } from './text.js'

type Entry = HistoryDocument['entries'][number]
type Running = NonNullable<Entry['running']>

/** Whether all of it is as it was made, and has taken effect. */
export function isInForce({ state, changes, running }: Entry): boolean {
  return (
    state === 'applied' &&
    changes.every(({ drift, unread }) => drift.length === 0 && unread === null) &&
    (running === null ||
      (running.restarted &&
        running.functions.every((one) => is(one.state, 'taken')) &&
        running.words.every((one) => is(one.state, 'there'))))
  )
}

/** By entry: each change, then what the running system has of it. */
export function statusText({ entries }: HistoryDocument, columns: number): readonly Line[] {
  const width = Math.min(columns, 110)
  return entries.flatMap(({ id, asked, state, changes, running }): Line[] => [
    [
      { text: `${id}  ${asked}`, style: 'bold' },
      state === 'half-done' ? ': was cut off; handover undo takes back what was done' : '',
    ],
    ...changes.flatMap((change): Line[] => [
      [`  ${change.target}: `, changeWord(change)],
      ...change.drift.flatMap(({ path, from, to }) =>
        wrap(`${path}: ${short(from)} where ${short(to)} was made`, width - 6).map(
          (text, i) => `${i === 0 ? '    ' : '      '}${text}`,
        ),
      ),
    ]),
    ...(running === null ? [] : runningText(running, width)),
  ])
}

function changeWord({ kind, state, drift, unread }: Entry['changes'][number]): Span {
  if (unread !== null) return { text: `not known: ${whyUnknown(unread)}`, style: 'yellow' }
  if (drift.length > 0) return { text: 'no longer as it was made', style: 'yellow' }
  if (state === 'over') return { text: 'over since the restart' }
  // A file is there; whether it has taken effect is another question.
  if (state === 'done')
    return { text: kind === 'configuration' ? 'as it was made' : 'in force', style: 'green' }
  return { text: state }
}

function runningText({ restarted, without, functions, words }: Running, width: number): readonly Line[] {
  if (!restarted) return [['  ', { text: 'Takes effect at the next start.', style: 'yellow' }]]
  const good = (text: string): Line => ['  ', { text, style: 'green' }]
  const bad = (text: string): Line[] =>
    wrap(text, width - 4).map((line, i) => [i === 0 ? '  ' : '    ', { text: line, style: 'yellow' }])
  return [
    ...(without.length > 0
      ? bad(`This start was to be without it: ${without.join(' ')} on its command line.`)
      : []),
    ...functions.flatMap(({ address, state, driver }) =>
      is(state, 'taken')
        ? [good(`${address}: with vfio-pci`)]
        : bad(
            `${address}: ${
              'unknown' in state
                ? `not known: ${whyUnknown(state)}`
                : state.value === 'gone'
                  ? 'gone, or another device stands there; that is left alone'
                  : `${driver === null ? 'with no driver' : `with ${driver}`}, not with vfio-pci`
            }`,
          ),
    ),
    ...words.flatMap(({ word, state }) =>
      is(state, 'there')
        ? [good(`${word}: on the kernel command line`)]
        : bad(
            `${word}: ${'unknown' in state ? `not known: ${whyUnknown(state)}` : 'not on the kernel command line of this start'}`,
          ),
    ),
  ]
}

function is(
  state: Running['functions'][number]['state'] | Running['words'][number]['state'],
  wanted: string,
): boolean {
  return 'value' in state && state.value === wanted
}

function short(text: string | null): string {
  if (text === null) return 'nothing'
  const [first = '', ...rest] = text.trimEnd().split('\n')
  return rest.length > 0 ? `${first} … (${rest.length + 1} lines)` : first
}
