import type { FileBytes, Host, Read } from './host.js'

/** What was read of one path, each kind of read as it came out the first time. */
export interface Reads {
  text?: Read<string>
  /** `limitBytes`: how much was asked for, at most; Infinity for all. */
  bytes?: { readonly read: Read<FileBytes>; readonly limitBytes: number }
  link?: Read<string>
  list?: Read<readonly string[]>
  version?: Read<string>
}

export type Trace = ReadonlyMap<string, Reads>

/** A host that notes every read made through it. */
export interface TracingHost extends Host {
  readonly trace: Trace
}

/**
 * Answers as `host` does and notes all of it. A path read again gives what it gave before, so that the trace is one
 * state of the host; more bytes than before are read anew.
 */
export function tracingHost(host: Host): TracingHost {
  const trace = new Map<string, Reads>()
  const reads = (path: string): Reads => {
    let found = trace.get(path)
    if (found === undefined) {
      found = {}
      trace.set(path, found)
    }
    return found
  }
  return {
    kind: host.kind,
    name: host.name,
    trace,
    readText: (path) => (reads(path).text ??= host.readText(path)),
    readBytes(path, limitBytes = Number.POSITIVE_INFINITY) {
      const noted = reads(path)
      if (noted.bytes === undefined || noted.bytes.limitBytes < limitBytes)
        noted.bytes = { read: host.readBytes(path, limitBytes), limitBytes }
      return firstBytes(noted.bytes.read, limitBytes)
    },
    readLink: (path) => (reads(path).link ??= host.readLink(path)),
    list: (path) => (reads(path).list ??= host.list(path)),
    version: (path) => (reads(path).version ??= host.version(path)),
  }
}

/** The first `limitBytes` bytes of what was read, in arrays of their own. */
export function firstBytes(read: Read<FileBytes>, limitBytes: number): Read<FileBytes> {
  if (read.kind !== 'value') return read
  const { bytes, known } = read.value
  const value = { bytes: bytes.slice(0, limitBytes), ...(known && { known: known.slice(0, limitBytes) }) }
  return { kind: 'value', value }
}
