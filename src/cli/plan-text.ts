import { createTwoFilesPatch } from 'diff'
import { noteText } from './binding.js'
import type { PlanDocument } from './schemas/plan.js'
import { type Line, type Style, wrap } from './text.js'

/** What would be done, file by file and command by command; then what it costs, and what is left to do by hand. */
export function planText(document: PlanDocument, columns: number): readonly Line[] {
  const { intent, takes, changes, accepted, notes, byHand, needsRestart, wayBack, bootLoader } = document
  const width = Math.min(columns, 110)
  const lines: Line[] = [...wrap(whatGoes(intent, takes), width)]
  for (const { functions, reason } of accepted) lines.push(`Accepted for ${functions.join(', ')}: ${reason}`)
  for (const { kind, address } of notes) lines.push(...wrap(noteText(kind, address), width))
  for (const { target, actions } of changes) {
    lines.push('', [{ text: target, style: 'bold' }])
    for (const action of actions) {
      if ('edit' in action) lines.push(...patchText(action.edit, action.before, action.after))
      else if ('run' in action) lines.push(`  run ${action.run.join(' ')}`)
      else lines.push(`  write ${action.write.trim() || "''"} to ${action.path}`)
    }
  }
  if (byHand.length > 0) lines.push('', [{ text: 'Left to do by hand', style: 'bold' }])
  for (const { because, edit } of byHand)
    lines.push(...byHandText(`${because}: ${edit}`, width - 2).map((text) => `  ${text}`))
  lines.push('')
  if (changes.length === 0 && byHand.length === 0) lines.push('Nothing need be changed.')
  if (bootLoader !== null) lines.push(...wrap(`The boot loader: ${bootLoader}`, width))
  if (needsRestart) lines.push('It takes a restart.')
  if (wayBack !== null)
    lines.push(
      ...wrap(
        `The way back: ${wayBack} Then: handover undo; from a rescue system: handover undo --root FOLDER.`,
        width,
      ),
    )
  return lines
}

function whatGoes({ devices, boot, host }: PlanDocument['intent'], takes: readonly string[]): string {
  if (takes.length === 0 && host)
    return devices.length > 0 ? `${devices.join(', ')} stays with the host.` : 'No device leaves the host.'
  return `Takes ${takes.join(', ') || 'nothing'} from the host ${boot ? 'from the next start on' : 'until unbind or a restart'}.`
}

/** A sentence, and what is to be copied below it, line by line. */
function byHandText(text: string, width: number): readonly string[] {
  const [sentence, ...rest] = text.split('\n')
  return [...wrap(sentence!, width), ...rest]
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
