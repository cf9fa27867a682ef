import type { ZodType } from 'zod'

/**
 * The text form of a recorded host, `handover.recording/1`.
 *
 * JSON with one line per file, so that it can be read, searched and compared line by line; the lines of a longer text
 * and the bytes of a binary file stand below each other. Example:
 *
 *     "/sys/bus/pci/devices/0000:00:02.0/driver": {"link": "../../../bus/pci/drivers/i915"},
 *     "/sys/bus/pci/devices/0000:00:02.0/vendor": {"text": "0x8086\n"},
 *     "/sys/bus/pci/devices/0000:00:02.0/config": {"size": 4096, "bytes": [
 *       "000: 86 80 3e 19 07 04 10 00 06 00 00 03 00 00 00 00",
 *       "100: 1b 00 01 00 00 00 00 00"]},
 *     "/sys/bus/pci/devices/0000:00:02.0/rom": {"failed": {"bytes": "denied"}},
 *
 * A recording answers exactly the reads that were made for it. What it does not hold is `absent` where the list of a
 * folder above says so, and else `unrecorded`.
 */

export const recordingFormat = 'handover.recording/1'

/** The ways of reading a path, as the Host port has them. */
export const aspects = ['text', 'bytes', 'link', 'list', 'version'] as const
export type Aspect = (typeof aspects)[number]

/** Larger files are not read, and not recorded. */
export const largestBytes = 64 * 1024 * 1024

/** Why a read gave nothing. */
export const reasonPattern = /^(absent|denied|E[A-Z0-9]+)$/

export interface RecordedFile {
  /** The text, or its lines where it has several and each ends with a newline. */
  readonly text?: string | readonly string[]
  /** `offset: bytes`, both hexadecimal, 16 bytes to a line. A line not given is zero. Needs `size`. */
  readonly bytes?: readonly string[]
  /** As `bytes`: a 1 for every bit that is known. A line not given: nothing of it is. Absent: all is known. */
  readonly known?: readonly string[]
  /** Number of bytes read. */
  readonly size?: number
  /** True where reading stopped at `size` because no more was asked for, so that the file may go on. */
  readonly cut?: true
  /** The target of a symbolic link. */
  readonly link?: string
  /** Names in a folder. */
  readonly list?: readonly string[]
  /** What the program there printed for `--version`. */
  readonly version?: string
  /** Reads that gave nothing: `absent`, `denied`, or the errno name. */
  readonly failed?: Readonly<Partial<Record<Aspect, string>>>
}

export interface Recording {
  readonly format: typeof recordingFormat
  /** What made it: `handover 0.1.0`. */
  readonly program: string
  /** When, as an ISO 8601 time in UTC. */
  readonly recorded: string
  /** True where serial numbers, addresses and names were replaced by pseudonyms. */
  readonly pseudonyms: boolean
  /** By absolute path. */
  readonly files: Readonly<Record<string, RecordedFile>>
}

/** The format as a zod schema, for `handover schema recording`. The library takes 50 ms to load: only when asked for. */
export async function loadRecordingSchema(): Promise<ZodType> {
  return (await import('./recording-schema.js')).recordingSchema
}
