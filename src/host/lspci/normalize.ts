/** Takes off what mailers, forums and terminals put around the lines of a report. */

export interface Line {
  /** Without the quoting before it; no white space at either end, tabs and runs of blanks as one space. */
  readonly text: string
  /** How many `>` stood before it. */
  readonly quoted: number
}

/**
 * The lines of a pasted text. Nothing is concluded from indentation, which many forums lose.
 * A blank line is kept as one; where every line is followed by a blank one (line ends doubled on the way), those go.
 */
export function toLines(text: string): readonly Line[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .replace(terminalCodes, '')
    .replace(/[\u00a0\u2007\u202f]/g, ' ')
    .replace(/[\u200b-\u200d\u2060]/g, '')
    .split(/\r\n|[\n\r\f\u2028\u2029]/)
    .map(toLine)
  while (lines.at(-1)?.text === '') lines.pop()
  const doubled = lines.length > 2 && lines.every(({ text }, at) => at % 2 === 0 || text === '')
  return doubled ? lines.filter((_, at) => at % 2 === 0) : lines
}

/** Colours and cursor movements (ECMA-48, control sequences), as a terminal's log has them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what they begin with
const terminalCodes = /\u001b\[[0-9;?]*[ -/]*[@-~]/g

function toLine(line: string): Line {
  // `>TAbort-`, `>SERR-`, `>Reset-` are lspci's own, at the start of a wrapped line.
  const quoting = /^\s*(?:>(?!TAbort|SERR|Reset)\s?)*/.exec(line)![0]
  const rest = line.slice(quoting.length)
  return {
    // Most lines of a hex dump need nothing done.
    text: /^\S+( \S+)*$/.test(rest) ? rest : rest.replace(/\s+/g, ' ').trim(),
    quoted: quoting.replace(/[^>]/g, '').length,
  }
}
