import { type Line, render, renderJson } from './text.js'

/** Where a command writes, and what it may assume of it. Data goes to `out`, messages to `err`. */
export interface Terminal {
  /** Width for text; infinite where nobody looks at lines (a pipe, a file), unless COLUMNS says so. */
  readonly columns: number
  /** True where a person watches the messages: progress may be shown there. */
  readonly interactive: boolean
  print(lines: readonly Line[]): void
  printJson(document: unknown): void
  /** A program's text or bytes as they are: a completion script, a manual page. */
  printRaw(text: string): void
  say(lines: readonly Line[]): void
}

interface Stream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  write(text: string): unknown
}

/** `env`: NO_COLOR (no-color.org) and TERM=dumb switch colours off. */
export function terminal(
  stdout: Stream,
  stderr: Stream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const colours = !env.NO_COLOR && env.TERM !== 'dumb'
  const outColour = colours && stdout.isTTY === true
  const errColour = colours && stderr.isTTY === true
  return {
    columns: stdout.isTTY ? stdout.columns || 80 : Number(env.COLUMNS) || Number.POSITIVE_INFINITY,
    interactive: stderr.isTTY === true && env.TERM !== 'dumb',
    print: (lines) => void stdout.write(render(lines, outColour)),
    printJson: (document) => void stdout.write(renderJson(document)),
    printRaw: (text) => void stdout.write(text),
    say: (lines) => void stderr.write(render(lines, errColour)),
  }
}
