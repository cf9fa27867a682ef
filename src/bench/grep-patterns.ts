import { compileMessage, failures } from '../logs/index.js'

/**
 * The messages of all failures as extended regular expressions, one per line, for `grep -E -f`. As favourable to it as they can
 * be: what bounds a repetition is left out, since grep takes a minute for what it then does in a second; so is what it lacks
 * (looking ahead and behind), so that it may find a little more.
 */
export function grepPatterns(): string {
  const sources = failures.flatMap(({ messages }) =>
    messages.map((message) => compileMessage(message).pattern.source),
  )
  return `${sources.map(extended).join('\n')}\n`
}

function extended(source: string): string {
  return source
    .replace(/\(\?<?[=!][^)]*\)/g, '')
    .replace(/\(\?(?::|<\w+>)/g, '(')
    .replace(/\{0,\d+\}/g, '*')
    .replace(/\{1,\d+\}/g, '+')
    .replace(/([*+?])\?/g, '$1')
    .replaceAll('[^\\]]', '[^]]')
    .replace(/\\([Sdw/])/g, (_, sign: string) => classes[sign]!)
}

const classes: Readonly<Record<string, string>> = { S: '[^ ]', d: '[0-9]', w: '[A-Za-z0-9_]', '/': '/' }
