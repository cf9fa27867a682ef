import { type LogLine, readJournalJson, readLine } from './line.js'
import { isUnknownVfio, lineAnchors, type Match, matchLine } from './match.js'

/** A line of a log as it is shown: what loggers put before it is gone. `line` counts from 1. */
export interface QuotedLine {
  readonly source: string
  readonly line: number
  readonly text: string
}

/** Equal failures: the same row, the same device, the same words held. */
export interface Occurrence {
  readonly match: Match
  /** The first {@link keptLines} of them that differ. */
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

const newline = 0x0a

/** So many different lines of one occurrence are kept; the others are counted. */
export const keptLines = 4
export const keptUnknown = 40
/** A log with ever new words in it may not fill the memory. */
const mostOccurrences = 2000
/** Text is looked through in pieces of at least so many bytes. */
const pieceLength = 1 << 18
/** A longer line is cut where it is. In bytes. */
const longestLine = 1 << 20
/** So much of a line is read: more than any message, or any line of `journalctl -o json` that holds one, has. In bytes. */
const readOfLine = 1 << 16

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
  readonly #anchors = lineAnchors()
  readonly #occurrences = new Map<string, Growing>()
  readonly #sources: { name: string; lines: number }[] = []
  readonly #unknown: QuotedLine[] = []
  readonly #unknownTexts = new Set<string>()
  #unknownCount = 0
  #name = ''
  /** Not yet looked through; it begins at the start of line `#line`. */
  #rest = Buffer.alloc(0)
  #line = 1
  /** The line before `#rest`, and whether a row fitted it: a broken line begins there. */
  #before = ''
  #beforeFitted = false

  open(name: string): void {
    this.#name = name
    this.#rest = Buffer.alloc(0)
    this.#line = 1
    this.#before = ''
    this.#beforeFitted = false
  }

  /** The next piece: text, or bytes of UTF-8 or another encoding that holds ASCII. It may end anywhere. */
  push(piece: string | Uint8Array): void {
    const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= pieceLength) {
      // The last whole line waits: the one after it may be its other half.
      const last = this.#rest.lastIndexOf(newline)
      const cut = last <= 0 ? -1 : this.#rest.lastIndexOf(newline, last - 1)
      if (cut >= 0) this.#look(cut + 1)
      else if (this.#rest.length > longestLine) this.#look(this.#rest.length)
      else return
    }
  }

  close(): void {
    if (this.#rest.length > 0 && this.#rest.at(-1) !== newline)
      this.#rest = Buffer.concat([this.#rest, Buffer.from([newline])])
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

  /** Looks through the first `length` bytes, which end with a line. */
  #look(length: number): void {
    const bytes = this.#rest
    const lineAt = (start: number) => {
      const end = lineEnd(bytes, start)
      return bytes.toString('utf8', start, Math.min(end, start + readOfLine))
    }
    let counted = 0
    let fittedEnd = -1
    for (
      let found = this.#anchors.find(bytes, 0, length);
      found >= 0;
      found = this.#anchors.find(bytes, counted, length)
    ) {
      const start = bytes.lastIndexOf(newline, found) + 1
      const end = lineEnd(bytes, found)
      this.#line += newlines(bytes, counted, start)
      const beforeFitted = start === 0 ? this.#beforeFitted : fittedEnd === start - 1
      const before = () =>
        start === 0 ? this.#before : lineAt(start < 2 ? 0 : bytes.lastIndexOf(newline, start - 2) + 1)
      if (this.#read(lineAt(start), () => lineAt(end + 1), beforeFitted ? () => '' : before)) fittedEnd = end
      counted = Math.min(end + 1, length)
      if (end < length) this.#line++
    }
    this.#line += newlines(bytes, counted, length)
    if (length > 0) {
      this.#before = lineAt(length < 2 ? 0 : bytes.lastIndexOf(newline, length - 2) + 1)
      this.#beforeFitted = fittedEnd === length - 1
    }
    this.#rest = bytes.subarray(length)
  }

  /** True when a row fitted. `after` and `before`: the lines beside it, of which it may be the other half. */
  #read(raw: string, after: () => string, before: () => string): boolean {
    const messages = readJournalJson(raw)
    if (messages !== undefined)
      return messages.map((text) => this.#note(text, true, this.#line)).some((fitted) => fitted)
    const { text, stamped } = readLine(raw)
    if (this.#note(text, stamped, this.#line, false)) return true
    const next = readLine(after())
    if (isOtherHalf(next) && this.#note(`${text} ${next.text}`, stamped, this.#line, false)) return true
    const previous = readLine(before())
    if (
      !stamped &&
      isOtherHalf(previous, true) &&
      this.#note(`${previous.text} ${text}`, previous.stamped, this.#line - 1, false)
    )
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
    const quoted = { source: this.#name, line, text: text.slice(0, 500) }
    if (occurrence.lines.length < keptLines && !occurrence.lines.some((one) => one.text === quoted.text))
      occurrence.lines.push(quoted)
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

/** True where a line can be the rest of a broken one, or, for the line before, its beginning: it says nothing by itself. */
function isOtherHalf({ text, stamped }: LogLine, first = false): boolean {
  return text !== '' && (first || !stamped) && matchLine(text) === undefined
}

function lineEnd(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(newline, from)
  return at < 0 ? bytes.length : at
}

function newlines(bytes: Buffer, from: number, to: number): number {
  let count = 0
  for (let at = bytes.indexOf(newline, from); at >= 0 && at < to; at = bytes.indexOf(newline, at + 1)) count++
  return count
}
