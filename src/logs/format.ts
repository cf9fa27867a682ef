import type { Message } from './failure.js'

export interface CompiledMessage {
  readonly pattern: RegExp
  /** A text that stands in every line the pattern fits, for finding such lines fast. It has no quotation mark or backslash. */
  readonly anchor: string
}

/** printf(3), printk-formats: flags, width, precision, length, conversion; kernel pointers `%pR`, `%pe`, `%pS`. */
const conversion = /%(?:%|[-#0 +]*\d*(?:\.\d+)?(?:hh?|ll?|L|z|j|t)?(?:p[A-Za-z]?|[diuxXscm]))/g

/** What a conversion prints. Every one is bounded, so that no line can keep a pattern busy. */
function printed(directive: string): string {
  switch (directive.replace(/^%[-#0 +]*\d*(?:\.\d+)?(?:hh?|ll?|L|z|j|t)?/, '')) {
    case 'd':
    case 'i':
    case 'u':
      return '-?\\d{1,20}'
    case 'x':
    case 'X':
      return '(?:0[xX])?[0-9a-fA-F]{1,20}'
    case 'c':
      return '.'
    case 'pR':
      return '\\[[^\\]]{1,120}\\]'
    case 'p':
      return '(?:\\(nil\\)|\\(null\\)|\\(____ptrval____\\)|(?:0x)?[0-9a-f]{1,20})'
    case 'm':
      return '[A-Z][^:]{1,80}'
    default:
      return '\\S{1,160}?'
  }
}

/** A pattern for what the message prints, anywhere in a line. Throws for a row with more `args` than conversions. */
export function compileMessage({ format, args = [], errno }: Message): CompiledMessage {
  const directives = [...format.matchAll(conversion)].filter(([text]) => text !== '%%')
  if (args.length > directives.length) throw new Error(`${format}: more args than conversions`)
  const pieces: string[] = []
  let source = ''
  let from = 0
  const literal = (text: string) => {
    const plain = text.replaceAll('%%', '%')
    pieces.push(plain)
    source += escaped(plain)
  }
  for (const [at, found] of directives.entries()) {
    literal(format.slice(from, found.index))
    source += argument(args[at] ?? '', found[0])
    from = found.index + found[0].length
  }
  literal(format.slice(from))
  if (errno !== undefined) literal(`: ${errno}`)
  // A word of the format is not the end or the beginning of a longer one.
  const before = /^\w/.test(source) ? '(?<!\\w)' : ''
  const after = /\w$/.test(source) ? '(?!\\w)' : ''
  return { pattern: new RegExp(`${before}${source}${after}`), anchor: longest(pieces) }
}

function argument(arg: string, directive: string): string {
  const [, name = '', what = ''] = /^(\w*)(\*|=.+)?$/s.exec(arg) ?? []
  const text = what === '*' ? '.{0,300}?' : what === '' ? printed(directive) : what.slice(1)
  return name === '' ? `(?:${text})` : `(?<${name}>${text})`
}

/** Spaces: a mail or a forum may have doubled or widened them. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&').replace(/ +/g, ' {1,4}')
}

function longest(pieces: readonly string[]): string {
  return pieces
    .flatMap((piece) => piece.split(/["\\]/))
    .reduce((best, piece) => (piece.trim().length > best.length ? piece.trim() : best), '')
}
