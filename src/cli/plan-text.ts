import { createTwoFilesPatch } from 'diff'
import { noteText } from './binding.js'
import { whyUnknown } from './explain.js'
import type { PlanDocument } from './schemas/plan.js'
import { status } from './status.js'
import { type Line, type Style, wrap } from './text.js'
import { roleWords } from './words.js'

/** What would be done, file by file and command by command; then what it costs, and what is left to do by hand. */
export function planText(document: PlanDocument, columns: number): readonly Line[] {
  const {
    intent,
    takes,
    changes,
    accepted,
    notes,
    byHand,
    losses,
    risks,
    unreadable,
    restartFor,
    bootLoader,
  } = document
  const width = Math.min(columns, 110)
  const lines: Line[] = [...wrap(whatGoes(intent, takes), width)]
  for (const { functions, reason } of accepted)
    lines.push(...wrap(`Accepted for ${functions.join(', ')}: ${reason}`, width))
  for (const { kind, address } of notes) lines.push(...wrap(noteText(kind, address), width))
  for (const { target, actions } of changes) {
    lines.push('', [{ text: target, style: 'bold' }])
    for (const action of actions) {
      if ('edit' in action) lines.push(...patchText(action.edit, action.before, action.after))
      else if ('run' in action) lines.push(`  run ${action.run.join(' ')}`)
      else lines.push(`  write ${action.write.trim() || "''"} to ${action.path}`)
    }
  }
  if (byHand.length > 0) lines.push('', heading('Left to do by hand'))
  for (const { because, edit } of byHand) lines.push(...byHandText(`${because}: ${edit}`, width))
  if (unreadable.length > 0) lines.push('', ...unreadableText(unreadable, width))
  const lost = losses.filter(({ driver, roles, holds }) => driver ?? roles[0] ?? holds[0])
  if (lost.length > 0) lines.push('', heading('What the host loses'))
  for (const loss of lost) lines.push(...item(lossText(loss), width))
  if (risks.length > 0) lines.push('', heading('What can go wrong, and the way back'))
  for (const { can, back } of risks) lines.push(...item(`${can} Back: ${back}`, width))
  if (bootLoader !== null) lines.push('', ...wrap(`The boot loader: ${bootLoader}`, width))
  if (restartFor.length > 0)
    lines.push('', ...wrap(`It takes a restart, for: ${restartFor.join('; ')}.`, width))
  else if (changes.length > 0) lines.push('', 'It takes no restart.')
  else if (byHand.length === 0 && unreadable.length === 0) lines.push('', 'Nothing need be changed.')
  return lines
}

export function unreadableText(unreadable: PlanDocument['unreadable'], width: number): readonly Line[] {
  if (unreadable.length === 0) return []
  return [
    heading('Not read, so this plan is not whole, and is not applied'),
    ...unreadable.flatMap(({ path, why }) => {
      const text = whyUnknown({ path, unknown: why })
      return item(text.includes(path) ? text : `${path}: ${text}`, width)
    }),
  ]
}

/** A plan that rests on what could not be read: as for an error of the same kind. */
export function unreadableStatus(unreadable: PlanDocument['unreadable']): number {
  return unreadable.some(({ why }) => why === 'denied') ? status.privilege : status.failed
}

/** Where all that stands against it is that something may not be read, that is what the status says. */
export function refusedStatus(refusals: PlanDocument['refusals']): number {
  return refusals.every(
    ({ unknown }) => unknown.length > 0 && unknown.every((one) => one.unknown === 'denied'),
  )
    ? status.privilege
    : status.refused
}

const heading = (text: string): Line => [{ text, style: 'bold' }]

function item(text: string, width: number): readonly string[] {
  return wrap(text, width - 4).map((line, i) => `${i === 0 ? '  - ' : '    '}${line}`)
}

/** `0000:01:00.0 (nvidia): the only display, boot VGA; drm card0` */
function lossText({ address, driver, roles, holds }: PlanDocument['losses'][number]): string {
  const words = roles.map(({ name, last }) => `${last ? 'the only ' : ''}${roleWords[name]}`)
  const objects = holds.map(({ kind, name }) => `${kind} ${name}`)
  const what = [words.join(', '), objects.join(', ')].filter(Boolean).join('; ')
  return `${address} (${driver ?? 'no driver'})${what === '' ? '' : `: ${what}`}`
}

function whatGoes({ devices, boot, host }: PlanDocument['intent'], takes: readonly string[]): string {
  if (takes.length === 0 && host)
    return devices.length > 0 ? `${devices.join(', ')} stays with the host.` : 'No device leaves the host.'
  return `Takes ${takes.join(', ') || 'nothing'} from the host ${boot ? 'from the next start on' : 'until unbind or a restart'}.`
}

/** A sentence, and what is to be copied below it, line by line. */
function byHandText(text: string, width: number): readonly string[] {
  const [sentence, ...rest] = text.split('\n')
  return [...item(sentence!, width), ...rest.map((line) => `    ${line}`)]
}

const styles: Readonly<Record<string, Style>> = { '+': 'green', '-': 'red', '@': 'cyan' }

function patchText(path: string, before: string | null, after: string | null): readonly Line[] {
  const name = (text: string | null) => (text === null ? '/dev/null' : path)
  const patch = createTwoFilesPatch(
    name(before),
    name(after),
    before ?? '',
    after ?? '',
    undefined,
    undefined,
    {
      context: 3,
    },
  )
  return patch
    .split('\n')
    .filter((line, i) => i > 0 && line !== '')
    .map((text): Line => {
      const style = styles[text[0]!]
      return style === undefined ? `  ${text}` : ['  ', { text, style }]
    })
}
