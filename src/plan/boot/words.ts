/**
 * `line`, a kernel's command line, with those words appended that do not hold in it already: the last word of a name counts.
 * Words after `--` are not the kernel's, so that these go before it (Linux kernel/params.c parse_args).
 */
export function addWords(line: string, words: readonly string[]): string {
  return words.reduce((made, word) => (holds(made, word) ? made : append(made, word)), line)
}

/**
 * A text of which several lines together are the command line, those that `isOf` is true of, with words added to the last of
 * them. Undefined: there is none.
 */
export function addToLines(
  text: string,
  isOf: (line: string) => boolean,
  words: readonly string[],
): string | undefined {
  const lines = text.split('\n')
  const last = lines.findLastIndex(isOf)
  if (last === -1) return undefined
  const missing = missingWords(lines.filter(isOf).join(' '), words)
  return missing.length === 0 ? text : lines.with(last, addWords(lines[last]!.trimEnd(), missing)).join('\n')
}

export function missingWords(line: string, words: readonly string[]): readonly string[] {
  return words.filter((word) => !holds(line, word))
}

/** The line of an entry that starts without the change. */
export function wayBackLine(line: string): string {
  return addWords(line, ['handover=off'])
}

function holds(line: string, word: string): boolean {
  const [name] = word.split('=')
  const own = line.split(/(?:^|\s)--(?:\s|$)/)[0]!.split(/\s+/)
  return own.filter((one) => one.split('=')[0] === name).at(-1) === word
}

function append(line: string, word: string): string {
  const end = /(^|\s)--(\s|$)/.exec(line)
  if (end !== null) {
    const at = end.index + end[1]!.length
    return `${line.slice(0, at)}${word} ${line.slice(at)}`
  }
  return line === '' || /\s$/.test(line) ? `${line}${word}` : `${line} ${word}`
}
