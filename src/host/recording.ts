import { isAbsentBelow } from './absent.js'
import { fromHexLine } from './hex-lines.js'
import type { FileBytes, Host, Read } from './host.js'
import { findJsonMistake } from './json-mistake.js'
import { OpenHostError } from './open-error.js'
import {
  type Aspect,
  aspects,
  largestBytes,
  type RecordedFile,
  type Recording,
  reasonPattern,
  recordingFormat,
} from './recording-format.js'
import { firstBytes } from './trace.js'

/** A recording that cannot be used. The message names the file, the place in it, and what was expected there. */
export class RecordingError extends OpenHostError {
  override readonly name = 'RecordingError'
  /** `line 12`, or the place in its JSON; empty for the whole. */
  readonly where: string

  constructor(file: string, where: string, expected: string) {
    super(file, `${where === '' ? '' : `${where}: `}${expected}`)
    this.where = where
  }
}

/** A recorded host. */
export interface RecordedHost extends Host {
  readonly kind: 'recording'
  readonly head: Omit<Recording, 'files'>
}

/**
 * A host that answers from the text of a recording. Checked whole before the first answer, by hand: the schema library
 * takes longer to load than the rest of the program to run. Throws {@link RecordingError}.
 */
export function recordedHost(text: string, name: string): RecordedHost {
  const { files, ...head } = checkRecording(parseJson(text, name), name)
  const bytes = new Map<string, FileBytes>()
  const lists = new Map<string, ReadonlySet<string> | 'absent'>()
  for (const path in files) {
    const file = files[path]!
    if (file.bytes !== undefined) bytes.set(path, decode(file, name, path))
    if (file.list !== undefined) lists.set(path, new Set(file.list))
    else if (file.failed?.list === 'absent') lists.set(path, 'absent')
  }
  /** Why there is no value. */
  const why = (path: string, aspect: Aspect): Read<never> => {
    const failed = files[path]?.failed?.[aspect]
    if (failed === 'absent' || failed === 'denied') return { kind: failed }
    if (failed !== undefined) return { kind: 'error', code: failed }
    return { kind: isAbsentBelow(path, (folder) => lists.get(folder)) ? 'absent' : 'unrecorded' }
  }
  const answer = <T>(path: string, aspect: Aspect, value: T | undefined): Read<T> =>
    value === undefined ? why(path, aspect) : { kind: 'value', value }

  return {
    kind: 'recording',
    name,
    head,
    readText(path) {
      const text = files[path]?.text
      return answer(path, 'text', typeof text === 'object' ? text.map((line) => `${line}\n`).join('') : text)
    },
    readBytes(path, limitBytes = Number.POSITIVE_INFINITY) {
      const value = bytes.get(path)
      if (value === undefined) return why(path, 'bytes')
      // More is asked for than was then: whether the file goes on is not known.
      if (files[path]!.cut && limitBytes > value.bytes.length) return { kind: 'unrecorded' }
      return firstBytes({ kind: 'value', value }, limitBytes)
    },
    readLink: (path) => answer(path, 'link', files[path]?.link),
    list: (path) => answer(path, 'list', files[path]?.list?.toSorted()),
    version: (path) => answer(path, 'version', files[path]?.version),
  }
}

function decode(file: RecordedFile, name: string, path: string): FileBytes {
  const rows = (key: 'bytes' | 'known', lines: readonly string[]) => {
    const into = new Uint8Array(file.size!)
    for (const [index, line] of lines.entries()) {
      if (fromHexLine(line, into)) continue
      const where = place(path, key, index)
      throw new RecordingError(
        name,
        where,
        `not a line of bytes below ${file.size}, as "010: 86 80": ${JSON.stringify(line)}`,
      )
    }
    return into
  }
  return {
    bytes: rows('bytes', file.bytes!),
    ...(file.known && { known: rows('known', file.known) }),
  }
}

function place(path: string, ...keys: readonly (string | number)[]): string {
  return `files[${JSON.stringify(path)}]${keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')}`
}

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    const at = findJsonMistake(text)
    const line = text.slice(0, at).split('\n').length
    const found = text.slice(at, at + 20).split('\n')[0]
    throw new RecordingError(
      name,
      `line ${line}`,
      at === text.length
        ? 'the file ends in the middle: was it cut off?'
        : `not JSON from here on: ${JSON.stringify(found)}`,
    )
  }
}

// ---- Checks. `recording-schema.ts` says the same in a schema for others; a test holds the two together.

type Check = (value: unknown) => string | undefined

const isString: Check = (value) => (typeof value === 'string' ? undefined : 'expected a text')
const isStrings: Check = (value) =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
    ? undefined
    : 'expected a list of texts'

const fileChecks: { readonly [K in keyof Required<RecordedFile>]: Check } = {
  text: (value) => (isString(value) && isStrings(value) ? 'expected a text, or a list of lines' : undefined),
  bytes: isStrings,
  known: isStrings,
  size: (value) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= largestBytes
      ? undefined
      : `expected a number of bytes up to ${largestBytes}`,
  cut: (value) => (value === true ? undefined : 'expected true, or nothing'),
  link: isString,
  list: isStrings,
  version: isString,
  failed: (value) =>
    isObject(value) &&
    Object.entries(value).every(([aspect, why]) => aspects.includes(aspect as Aspect) && isReason(why))
      ? undefined
      : `expected ${aspects.join(', ')} with "absent", "denied" or an errno name`,
}

const headChecks: { readonly [K in Exclude<keyof Recording, 'files'>]: Check } = {
  format: isString,
  program: isString,
  recorded: isString,
  pseudonyms: (value) => (typeof value === 'boolean' ? undefined : 'expected true or false'),
}

function isReason(value: unknown): boolean {
  return typeof value === 'string' && reasonPattern.test(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Throws {@link RecordingError} where `value` is no recording that this program reads. */
function checkRecording(value: unknown, name: string): Recording {
  const fail = (where: string, expected: string): never => {
    throw new RecordingError(name, where, expected)
  }
  if (!isObject(value)) return fail('', `expected an object with "format": "${recordingFormat}"`)
  const { format, files } = value
  if (format !== recordingFormat) {
    const newer = typeof format === 'string' && /^handover\.recording\/[2-9]/.test(format)
    return fail(
      'format',
      newer
        ? `made by a newer handover (${format}; this one reads ${recordingFormat}): use that version or a later one`
        : `expected "${recordingFormat}"`,
    )
  }
  for (const [key, check] of Object.entries(headChecks)) {
    const wrong = check(value[key])
    if (wrong !== undefined) fail(key, wrong)
  }
  for (const key in value)
    if (!Object.hasOwn(headChecks, key) && key !== 'files') fail(key, 'not a part of this format')
  if (!isObject(files)) return fail('files', 'expected an object with a member for every path')
  for (const path in files) {
    if (!path.startsWith('/')) fail(place(path), 'expected an absolute path')
    const file = files[path]
    if (!isObject(file)) return fail(place(path), 'expected an object')
    for (const key in file) {
      const wrong = Object.hasOwn(fileChecks, key)
        ? fileChecks[key as keyof RecordedFile](file[key])
        : 'not a part of this format'
      if (wrong !== undefined) fail(place(path, key), wrong)
    }
    if ((file.bytes === undefined) !== (file.size === undefined))
      fail(place(path), 'expected bytes and size together')
    if (file.bytes === undefined && (file.known ?? file.cut) !== undefined)
      fail(place(path), 'expected bytes')
  }
  return value as unknown as Recording
}
