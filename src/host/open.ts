import { readFileSync, statSync } from 'node:fs'
import { errnoOf } from './errno.js'
import type { Host } from './host.js'
import { recordedHost } from './recording.js'
import { largestBytes } from './recording-format.js'

/** A file that is no host: neither a recording nor `lspci` text. The message names it and says what to give instead. */
export class OpenHostError extends Error {
  override readonly name = 'OpenHostError'
  /** The file's name, or `standard input`. */
  readonly file: string
  /** The errno name where the system refused the file. */
  readonly code: string | undefined

  constructor(file: string, reason: string, code?: string) {
    super(`${file}: ${reason}`)
    this.file = file
    this.code = code
  }
}

const wanted = 'give a recording made by `handover record`, or what `lspci -vvv` printed'

/**
 * The host that a file holds: a recording, or pasted `lspci` text, told apart by what is in it. `-` is standard input.
 * Throws {@link OpenHostError}, or `RecordingError` for a recording with a mistake in it.
 */
export async function openHost(nameOrDash: string): Promise<Host> {
  const name = nameOrDash === '-' ? 'standard input' : nameOrDash
  const bytes = readAll(nameOrDash, name)
  if (bytes.length === 0) throw new OpenHostError(name, `it is empty; ${wanted}`)
  const text = decodeText(bytes)
  if (text === undefined) throw new OpenHostError(name, `it is not text; ${wanted}`)
  if (/^\s*\{/.test(text)) return recordedHost(text, name)
  throw new OpenHostError(name, `it is no recording; ${wanted}`)
}

function readAll(nameOrDash: string, name: string): Buffer {
  try {
    if (nameOrDash === '-') return readFileSync(0)
    const stat = statSync(nameOrDash)
    if (stat.isDirectory()) throw new OpenHostError(name, `it is a folder; ${wanted}`, 'EISDIR')
    if (stat.isBlockDevice() || stat.isCharacterDevice())
      throw new OpenHostError(name, `it is a device; ${wanted}`)
    if (stat.size > largestBytes)
      throw new OpenHostError(name, `it has ${stat.size} bytes, far more than any; ${wanted}`)
    return readFileSync(nameOrDash)
  } catch (error) {
    if (error instanceof OpenHostError) throw error
    const code = errnoOf(error)
    throw new OpenHostError(name, `cannot be read: ${reasons[code] ?? code}`, code)
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it (EACCES)',
  EPERM: 'this user may not read it (EPERM)',
  EAGAIN: 'standard input gives nothing now (EAGAIN); put the text in a file',
}

/** UTF-8 or, from a Windows editor, UTF-16 with its mark. Undefined for what is no text. */
function decodeText(bytes: Buffer): string | undefined {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8'
  const text = new TextDecoder(encoding).decode(bytes)
  return text.includes('\0') ? undefined : text
}
