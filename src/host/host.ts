/**
 * The Host port: the only way the program looks at a computer.
 *
 * A live host, a recording and pasted `lspci` text all answer through it, and nothing that reads can tell
 * which one it has. Paths are absolute, as on the host. All reads are synchronous: sysfs and procfs answer
 * from memory, and a whole machine is some thousands of small reads.
 */

/**
 * What came of a read. "Could not look" is never an empty value:
 * - `value`: it was there and was read.
 * - `absent`: the host says that it does not exist (ENOENT, ENOTDIR, ENODEV, ENXIO, ESRCH).
 * - `denied`: it exists but this user may not read it (EACCES, EPERM).
 * - `error`: any other failure, with the errno name.
 * - `unrecorded`: this recording or text does not hold it, so nothing is known.
 */
export type Read<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'error'; readonly code: string }
  | { readonly kind: 'unrecorded' }

/** Bytes of a file. `known` is a mask of the same length where only some bits are known (pasted text); absent: all are. */
export interface FileBytes {
  readonly bytes: Uint8Array
  readonly known?: Uint8Array
}

export interface Host {
  readonly kind: 'live' | 'recording' | 'lspci'
  /** For messages: `this computer`, or the file's name. */
  readonly name: string
  /** The file as text, exactly as stored (with its trailing newline); /proc/config.gz unpacked. */
  readText(path: string): Read<string>
  /** The file's first `limitBytes` bytes (all of it by default; configuration space: 4096). */
  readBytes(path: string, limitBytes?: number): Read<FileBytes>
  /** The target of a symbolic link as stored, not resolved. */
  readLink(path: string): Read<string>
  /** Names in a folder, sorted, without `.` and `..`. */
  list(path: string): Read<readonly string[]>
  /** What the program at `path` prints when it is asked for its `--version`. */
  version(path: string): Read<string>
}

/** A host that can be changed: only the live one. Throws {@link HostWriteError}. */
export interface WritableHost extends Host {
  /** Writes `text` to an existing file with one write(2), as sysfs attributes want it. */
  writeText(path: string, text: string): void
}
