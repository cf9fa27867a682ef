import { isAbsentBelow } from './absent.js'
import { toHexLines } from './hex-lines.js'
import type { FileBytes, Read } from './host.js'
import { idsIn, isPciIds, reducePciIds } from './pci-ids.js'
import { type Aspect, type RecordedFile, type Recording, recordingFormat } from './recording-format.js'
import type { Reads, Trace } from './trace.js'

export type RecordingHead = Pick<Recording, 'program' | 'recorded' | 'pseudonyms'>

/**
 * The text of a recording that holds everything in `trace`, files sorted by path. Of pci.ids only the lines about the
 * devices in the trace are kept.
 */
export function writeRecording(trace: Trace, head: RecordingHead): string {
  const { program, recorded, pseudonyms } = head
  const ids = idsIn(trace)
  const lists = listsIn(trace)
  const isListedAbsent = (path: string) => isAbsentBelow(path, (folder) => lists.get(folder))
  const lines: string[] = []
  for (const path of [...trace.keys()].sort()) {
    const reduce = (text: string) => (isPciIds(path) ? reducePciIds(text, ids) : text)
    const file = toRecorded(trace.get(path)!, path, isListedAbsent, reduce)
    if (Object.keys(file).length > 0) lines.push(`${JSON.stringify(path)}: ${fileText(file)}`)
  }
  const first = Object.entries({ format: recordingFormat, program, recorded, pseudonyms })
  return `{
${first.map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)},\n`).join('')}"files": {
${lines.join(',\n')}
}
}
`
}

function toRecorded(
  reads: Reads,
  path: string,
  isListedAbsent: (path: string) => boolean,
  reduce: (text: string) => string,
): RecordedFile {
  const failed: Partial<Record<Aspect, string>> = {}
  const noting = <T>(aspect: Aspect, read: Read<T> | undefined): T | undefined => {
    if (read?.kind === 'value') return read.value
    if (read?.kind === 'error') failed[aspect] = read.code
    if (read?.kind === 'denied') failed[aspect] = 'denied'
    // Most of what is absent shows in the list of its folder and need not be written down.
    if (read?.kind === 'absent' && !isListedAbsent(path)) failed[aspect] = 'absent'
    return undefined
  }
  const text = noting('text', reads.text)
  const bytes = noting('bytes', reads.bytes?.read)
  const link = noting('link', reads.link)
  const list = noting('list', reads.list)
  const version = noting('version', reads.version)
  return {
    ...(text !== undefined && { text: splitLines(reduce(text)) }),
    ...(bytes !== undefined && binary(bytes, reads.bytes!.limitBytes)),
    ...(link !== undefined && { link }),
    ...(list !== undefined && { list }),
    ...(version !== undefined && { version }),
    ...(Object.keys(failed).length > 0 && { failed }),
  }
}

function listsIn(trace: Trace): ReadonlyMap<string, ReadonlySet<string> | 'absent'> {
  const lists = new Map<string, ReadonlySet<string> | 'absent'>()
  for (const [folder, { list }] of trace) {
    if (list?.kind === 'value') lists.set(folder, new Set(list.value))
    else if (list?.kind === 'absent') lists.set(folder, 'absent')
  }
  return lists
}

function binary({ bytes, known }: FileBytes, limitBytes: number): RecordedFile {
  return {
    size: bytes.length,
    ...(bytes.length === limitBytes && { cut: true as const }),
    bytes: toHexLines(bytes),
    ...(known && { known: toHexLines(known) }),
  }
}

/** Text of several lines as an array of them; anything else as it is. */
function splitLines(text: string): string | string[] {
  const lines = text.split('\n')
  return lines.length > 2 && lines.at(-1) === '' ? lines.slice(0, -1) : text
}

/** Short values on one line; lines of text and bytes below each other. */
function fileText(file: RecordedFile): string {
  const parts = Object.entries(file).map(([key, value]) => {
    const rows = Array.isArray(value) && (key === 'text' || key === 'bytes' || key === 'known')
    const shown =
      rows && value.length > 0
        ? `[\n${value.map((row) => `  ${JSON.stringify(row)}`).join(',\n')}]`
        : spaced(value)
    return `${JSON.stringify(key)}: ${shown}`
  })
  return `{${parts.join(', ')}}`
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => JSON.stringify(one)).join(', ')}]`
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .map(([key, one]) => `${JSON.stringify(key)}: ${JSON.stringify(one)}`)
      .join(', ')}}`
  return JSON.stringify(value)
}
