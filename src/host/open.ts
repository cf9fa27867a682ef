import { readFileSync, statSync } from 'node:fs'
import { errnoOf } from './errno.js'
import type { Host } from './host.js'
import { OpenHostError } from './open-error.js'
import { recordedHost } from './recording.js'
import { largestBytes } from './recording-format.js'

const wanted = 'give a recording made by `handover record`, or what `lspci -vvv` printed'

/**
 * The host that a file holds: a recording, or pasted `lspci` text, told apart by what is in it. `-` is standard input.
 * Throws {@link OpenHostError}: as a `RecordingError` for a recording with a mistake in it, as an `LspciTextError` for a text
 * without a function.
 */
export async function openHost(nameOrDash: string): Promise<Host> {
  const name = nameOrDash === '-' ? 'standard input' : nameOrDash
  const bytes = nameOrDash === '-' ? await readInput(name) : readFile(nameOrDash)
  if (bytes.length === 0) throw new OpenHostError(name, `it is empty; ${wanted}`)
  const text = decodeText(bytes)
  if (text === undefined) throw new OpenHostError(name, `it is not text; ${wanted}`)
  if (/^\s*\{/.test(text)) return recordedHost(text, name)
  // Loaded when needed: most runs read a live host or a recording.
  const { lspciHost } = await import('./lspci-text.js')
  return lspciHost(text, name)
}

function readFile(name: string): Buffer {
  try {
    const stat = statSync(name)
    if (stat.isDirectory()) throw new OpenHostError(name, `it is a folder; ${wanted}`, 'EISDIR')
    if (stat.isBlockDevice() || stat.isCharacterDevice())
      throw new OpenHostError(name, `it is a device; ${wanted}`)
    if (stat.size > largestBytes) throw tooLarge(name)
    return readFileSync(name)
  } catch (error) {
    throw error instanceof OpenHostError ? error : unreadable(name, error)
  }
}

/** Not by read(2): standard input may be set not to wait by whoever shares it. */
async function readInput(name: string): Promise<Buffer> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  try {
    for await (const chunk of process.stdin) {
      const bytes = Buffer.from(chunk)
      sizeBytes += bytes.length
      if (sizeBytes > largestBytes) throw tooLarge(name)
      chunks.push(bytes)
    }
  } catch (error) {
    throw error instanceof OpenHostError ? error : unreadable(name, error)
  }
  return Buffer.concat(chunks)
}

function tooLarge(name: string): OpenHostError {
  return new OpenHostError(name, `it has more than ${largestBytes} bytes; ${wanted}`, 'EFBIG')
}

function unreadable(name: string, error: unknown): OpenHostError {
  const code = errnoOf(error)
  return new OpenHostError(name, `cannot be read: ${reasons[code] ?? code}`, code)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'this user may not read it (EACCES)',
  EPERM: 'this user may not read it (EPERM)',
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
