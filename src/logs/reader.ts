import { readJournalJson, readLine } from './line.js'
import { candidatePattern, isUnknownVfio, type Match, matchLine } from './match.js'

/** A line of a log as it is shown: what loggers put before it is gone. `line` counts from 1. */
export interface QuotedLine {
  readonly source: string
  readonly line: number
  readonly text: string
}

/** Equal failures: the same row, the same device, the same words held. */
export interface Occurrence {
  readonly match: Match
  /** The first {@link keptLines} of them. */
  readonly lines: readonly QuotedLine[]
  readonly count: number
  /** By source: where it came first, and whether a logger stamped that line, so that its place tells when. */
  readonly first: ReadonlyMap<string, { readonly line: number; readonly stamped: boolean }>
}

export interface LogReading {
  readonly sources: readonly { readonly name: string; readonly lines: number }[]
  readonly occurrences: readonly Occurrence[]
  /** The first {@link keptUnknown} lines in which vfio says what nobody knows. */
  readonly unknown: readonly QuotedLine[]
  readonly unknownCount: number
}

/** So many lines of one occurrence are kept; the others are counted. */
export const keptLines = 4
export const keptUnknown = 40
/** A log with ever new words in it may not fill the memory. */
const mostOccurrences = 2000
/** Text is looked through in pieces of at least this many characters. */
const pieceLength = 1 << 18
/** A longer line is cut where it is. */
const longestLine = 1 << 20

interface Growing {
  match: Match
  lines: QuotedLine[]
  count: number
  first: Map<string, { line: number; stamped: boolean }>
}

/**
 * Reads logs of any length piece by piece, in bounded memory.
 *
 * ```ts
 * const reader = new LogReader()
 * reader.open('dmesg.txt')
 * for await (const piece of stream) reader.push(piece)
 * reader.close()
 * reader.result()
 * ```
 */
export class LogReader {
  readonly #candidate = candidatePattern()
  readonly #occurrences = new Map<string, Growing>()
  readonly #sources: { name: string; lines: number }[] = []
  readonly #unknown: QuotedLine[] = []
  readonly #unknownTexts = new Set<string>()
  #unknownCount = 0
  #name = ''
  /** Text not yet looked through; it begins at the start of line `#line`. */
  #rest = ''
  #line = 1
  /** The line before `#rest`, and whether a row fitted it: a broken line begins there. */
  #before = ''
  #beforeFitted = false

  open(name: string): void {
    this.#name = name
    this.#rest = ''
    this.#line = 1
    this.#before = ''
    this.#beforeFitted = false
  }

  push(text: string): void {
    this.#rest += text
    if (this.#rest.length < pieceLength) return
    // The last whole line waits: the one after it may be its other half.
    const last = this.#rest.lastIndexOf('\n')
    const cut = last <= 0 ? -1 : this.#rest.lastIndexOf('\n', last - 1)
    if (cut >= 0) this.#look(cut + 1)
    else if (this.#rest.length > longestLine) this.#look(this.#rest.length)
  }

  close(): void {
    if (this.#rest !== '' && !this.#rest.endsWith('\n')) this.#rest += '\n'
    this.#look(this.#rest.length)
    this.#sources.push({ name: this.#name, lines: this.#line - 1 })
  }

  result(): LogReading {
    return {
      sources: this.#sources,
      occurrences: [...this.#occurrences.values()],
      unknown: this.#unknown,
      unknownCount: this.#unknownCount,
    }
  }

  /** Looks through the first `length` characters, which end with a line. */
  #look(length: number): void {
    const text = this.#rest
    let counted = 0
    let fittedEnd = -1
    this.#candidate.lastIndex = 0
    for (
      let found = this.#candidate.exec(text);
      found !== null && found.index < length;
      found = this.#candidate.exec(text)
    ) {
      const start = text.lastIndexOf('\n', found.index) + 1
      const end = lineEnd(text, found.index)
      this.#line += newlines(text, counted, start)
      counted = start
      const before = start === 0 ? this.#before : text.slice(text.lastIndexOf('\n', start - 2) + 1, start - 1)
      const beforeFitted = start === 0 ? this.#beforeFitted : fittedEnd === start - 1
      if (
        this.#read(
          text.slice(start, end),
          text.slice(end + 1, lineEnd(text, end + 1)),
          beforeFitted ? '' : before,
        )
      )
        fittedEnd = end
      this.#candidate.lastIndex = end + 1
    }
    this.#line += newlines(text, counted, length)
    const lastStart = text.lastIndexOf('\n', length - 2) + 1
    if (length > 0) {
      this.#before = text.slice(lastStart, length - 1)
      this.#beforeFitted = fittedEnd === length - 1
    }
    this.#rest = text.slice(length)
  }

  /** True when a row fitted. `after` and `before`: the lines beside it, of which it may be the other half. */
  #read(raw: string, after: string, before: string): boolean {
    const messages = readJournalJson(raw)
    if (messages !== undefined)
      return messages.map((text) => this.#note(text, true, this.#line)).some((fitted) => fitted)
    const { text, stamped } = readLine(raw)
    if (this.#note(text, stamped, this.#line, false)) return true
    const next = readLine(after)
    if (
      stamped &&
      !next.stamped &&
      next.text !== '' &&
      this.#note(`${text} ${next.text}`, true, this.#line, false)
    )
      return true
    const previous = readLine(before)
    if (!stamped && previous.stamped && this.#note(`${previous.text} ${text}`, true, this.#line - 1, false))
      return true
    return this.#noteUnknown(text)
  }

  #note(text: string, stamped: boolean, line: number, orUnknown = true): boolean {
    const match = matchLine(text)
    if (match === undefined) return orUnknown ? this.#noteUnknown(text) : false
    const key = [match.failure.cause, match.device, ...Object.values(match.held)].join('\n')
    let occurrence = this.#occurrences.get(key)
    if (occurrence === undefined) {
      if (this.#occurrences.size >= mostOccurrences) return true
      occurrence = { match, lines: [], count: 0, first: new Map() }
      this.#occurrences.set(key, occurrence)
    }
    occurrence.count++
    if (occurrence.lines.length < keptLines)
      occurrence.lines.push({ source: this.#name, line, text: text.slice(0, 500) })
    if (!occurrence.first.has(this.#name)) occurrence.first.set(this.#name, { line, stamped })
    return true
  }

  #noteUnknown(text: string): boolean {
    if (!isUnknownVfio(text)) return false
    this.#unknownCount++
    if (this.#unknown.length < keptUnknown && !this.#unknownTexts.has(text)) {
      this.#unknownTexts.add(text)
      this.#unknown.push({ source: this.#name, line: this.#line, text })
    }
    return false
  }
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at < 0 ? text.length : at
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}
