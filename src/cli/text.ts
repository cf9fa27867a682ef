/**
 * Text on its way to a terminal. Whatever is shown goes through {@link render}, which escapes it: names come from hosts, logs
 * and recordings that a stranger may have written, and a terminal obeys what it is sent.
 */

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

export interface Span {
  readonly text: string
  readonly style?: Style | undefined
}

/** One line, whole or in pieces. It has no newline; one inside is escaped like any other control character. */
export type Line = string | readonly (string | Span)[]

/** ECMA-48 SGR: on, off. */
const sgr: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
}

export function render(lines: readonly Line[], colour: boolean): string {
  let text = ''
  for (const line of lines) {
    for (const piece of typeof line === 'string' ? [line] : line) {
      const span = typeof piece === 'string' ? { text: piece } : piece
      const escaped = escapeText(span.text)
      const [on, off] = (colour && span.style && sgr[span.style]) || []
      text += on === undefined ? escaped : `\x1b[${on}m${escaped}\x1b[${off}m`
    }
    text += '\n'
  }
  return text
}

/** Control and format characters (among them those that reorder text), line separators, lone surrogates. */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu
/** Most text is plain ASCII: a test without Unicode tables answers for it. */
const plain = /^[\x20-\x7e]*$/

/** Makes a text harmless and its oddities visible: `\x1b`, `\u202e`. */
export function escapeText(text: string): string {
  if (plain.test(text)) return text
  return text.replace(unsafe, (character) => {
    const code = character.codePointAt(0)!
    if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
    return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`
  })
}

/** JSON of the same value that is harmless on a terminal too: `JSON.stringify` leaves C1 and format characters as they are. */
export function renderJson(value: unknown): string {
  const json = JSON.stringify(value, null, 2)
  const safe = json.replace(/[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from(
      { length: character.length },
      (_, i) => `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
  return `${safe}\n`
}

/** Columns a text takes: two for East Asian wide characters and pictures, none for marks that stand on others. */
export function displayWidth(text: string): number {
  if (plain.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/[\p{Mn}\p{Me}]/u.test(character)) continue
    width +=
      /[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
        character,
      )
        ? 2
        : 1
  }
  return width
}

/** Shortens a text to `width` columns, with a sign that something is missing. */
export function elide(text: string, width: number): string {
  if (displayWidth(text) <= width) return text
  let short = ''
  for (const character of text) {
    if (displayWidth(short + character) > width - 1) break
    short += character
  }
  return `${short.trimEnd()}…`
}

/** The name of a parameter or a file at the beginning stays as it is. */
export function capital(text: string): string {
  return /^[a-z]+[-_=./]/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1)
}

/** `To do: Switch it on.`, however the table that the fix comes from begins and ends it. */
export function toDo(fix: string): string {
  return `To do: ${capital(fix).replace(/\.$/, '')}.`
}

/** Sentences as one paragraph. */
export function paragraph(sentences: readonly string[], width: number): readonly string[] {
  return sentences.length === 0 ? [] : wrap(sentences.join(' '), width)
}

/** Breaks a paragraph at spaces. A word longer than `width` gets a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line.trimEnd())
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
