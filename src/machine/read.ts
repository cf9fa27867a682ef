import { posix } from 'node:path'
import type { Host, Read } from '../host/index.js'
import type { Fact, Unknown } from './machine.js'

/** Why there is no value, in the words of {@link Fact}. */
export function unknownFrom(read: Exclude<Read<unknown>, { kind: 'value' }>, path: string): Unknown {
  return { unknown: read.kind === 'error' ? read.code : read.kind, path }
}

/** A file that must be there. `parse` gives undefined for text that it cannot read. */
export function readFact<T>(host: Host, path: string, parse: (text: string) => T | undefined): Fact<T> {
  const read = host.readText(path)
  if (read.kind !== 'value') return unknownFrom(read, path)
  const value = parse(read.value)
  return value === undefined
    ? { unknown: `not understood: ${JSON.stringify(read.value.slice(0, 60))}`, path }
    : { value }
}

/** A file whose absence is itself the answer: null. */
export function readOptional<T>(
  host: Host,
  path: string,
  parse: (text: string) => T | undefined,
): Fact<T | null> {
  const fact = readFact(host, path, parse)
  return 'unknown' in fact && fact.unknown === 'absent' ? { value: null } : fact
}

/** The last name in a link's target: `nvme` for `driver -> ../../bus/pci/drivers/nvme`. No link: null. */
export function readLinkName(host: Host, path: string): Fact<string | null> {
  const read = host.readLink(path)
  if (read.kind === 'absent') return { value: null }
  if (read.kind !== 'value') return unknownFrom(read, path)
  return { value: posix.basename(read.value) }
}

/** A link's target as an absolute path. Only this one link is followed: in /sys/class and /sys/bus that is enough. */
export function readTarget(host: Host, path: string): Fact<string | null> {
  const read = host.readLink(path)
  if (read.kind === 'absent') return { value: null }
  if (read.kind !== 'value') return unknownFrom(read, path)
  return { value: posix.resolve(posix.dirname(path), read.value) }
}

export function readList(host: Host, path: string): Fact<readonly string[] | null> {
  const read = host.list(path)
  if (read.kind === 'absent') return { value: null }
  if (read.kind !== 'value') return unknownFrom(read, path)
  return { value: read.value }
}

/** Whether a file is there: it is opened, and nothing of it read. */
export function isThere(host: Host, path: string): Fact<boolean> {
  const read = host.readBytes(path, 0)
  if (read.kind === 'absent') return { value: false }
  return read.kind === 'value' ? { value: true } : unknownFrom(read, path)
}

/** `0x1af4\n`, `12\n`, `-1\n`. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim()
  if (trimmed === '') return undefined
  const value = Number(trimmed)
  return Number.isInteger(value) ? value : undefined
}

/** One line without its newline; undefined where there is none. */
export function parseLine(text: string): string | undefined {
  const line = text.trim()
  return line === '' ? undefined : line
}

/** The value, or undefined where it is not known. For reading on, not for concluding that nothing is there. */
export function knownValue<T>(fact: Fact<T>): T | undefined {
  return 'value' in fact ? fact.value : undefined
}
