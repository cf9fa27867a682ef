import { addWords } from './words.js'

/** A shell variable that is set at most once, to a plain text. */
export interface Setting {
  /** Its value; the empty text where it is not set. */
  readonly value: string
  /** The whole file with another value. */
  with(value: string): string
}

/**
 * A variable of a file that a shell reads (`/etc/default/grub`). Undefined where what the shell makes of it is not certain: it is
 * set twice or appended to, has an expansion or an escape in it, a line goes on in the next one, or another file is read.
 */
export function plainSetting(text: string, name: string): Setting | undefined {
  const lines = text.split('\n')
  const isCode = (line: string) => !/^\s*#/.test(line)
  if (lines.some((line) => isCode(line) && (/^\s*(\.|source)\s/.test(line) || goesOn(line)))) return undefined
  const pattern = new RegExp(`(?<![A-Za-z0-9_])${name}(?![A-Za-z0-9_])`)
  const naming = lines.flatMap((line, at) => (isCode(line) && pattern.test(line) ? [at] : []))
  const [at] = naming
  if (at === undefined) {
    const end = text === '' || text.endsWith('\n') ? '' : '\n'
    return { value: '', with: (value) => `${text}${end}${name}="${value}"\n` }
  }
  const parts = new RegExp(
    `^(\\s*(?:export\\s+)?${name}=)(?:"([^"$\`\\\\]*)"|'([^'"$\`\\\\]*)'|([A-Za-z0-9_.,:/=-]*))([ \\t]*|[ \\t]+#.*)$`,
  ).exec(lines[at]!)
  if (naming.length > 1 || parts === null) return undefined
  const [, before, double, single, bare, after] = parts
  return {
    value: double ?? single ?? bare ?? '',
    with: (value) => lines.with(at, `${before}"${value}"${after}`).join('\n'),
  }
}

/** Whether a quotation or an escape reaches beyond the line's end. */
function goesOn(line: string): boolean {
  const rest = line.replace(/\\.|'[^']*'|"(?:[^"\\]|\\.)*"/g, '').replace(/(^|\s)#.*$/, '')
  return /["'\\]/.test(rest)
}

/** The file with words added to the variable; undefined where what it is set to is not certain. */
export function addToSetting(text: string, name: string, words: readonly string[]): string | undefined {
  const setting = plainSetting(text, name)
  if (setting === undefined) return undefined
  const value = addWords(setting.value, words)
  if (/["$`\\\n]/.test(value)) return undefined
  return value === setting.value ? text : setting.with(value)
}
