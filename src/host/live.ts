import { spawnSync } from 'node:child_process'
import {
  closeSync,
  constants,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs'
import { errnoOf, failure } from './errno.js'
import type { Host, Read, WritableHost } from './host.js'
import { kernelConfigPath, unpackKernelConfig } from './kernel-config.js'
import { kernelLogPath, readKernelLog } from './kernel-log.js'
import { largestBytes } from './recording-format.js'

/** One read(2) of this size holds nearly every sysfs and procfs file. */
const bufferBytes = 64 * 1024

/** The computer this program runs on. Needs no privilege; what this user may not read answers `denied`. */
export function liveHost(): WritableHost {
  let buffer: Buffer | undefined

  /** Reads a regular file. The result is only good until the next call: it may lie in the shared buffer. */
  function read(path: string, limitBytes: number): Read<Buffer> {
    let fd: number
    try {
      // Opening a device or a FIFO can block or act on the hardware, so look first. ENOENT costs no exception here.
      const stat = statSync(path, { throwIfNoEntry: false })
      if (stat === undefined) return { kind: 'absent' }
      if (!stat.isFile()) return { kind: 'error', code: stat.isDirectory() ? 'EISDIR' : 'ENOTSUP' }
      // O_NONBLOCK: /proc/kmsg is a regular file whose read waits for a message.
      fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    } catch (error) {
      return failure(errnoOf(error))
    }
    try {
      buffer ??= Buffer.allocUnsafeSlow(bufferBytes)
      const chunks: Buffer[] = []
      let filled = 0
      let total = 0
      while (total < limitBytes) {
        if (filled === buffer.length) {
          chunks.push(Buffer.from(buffer))
          filled = 0
        }
        const got = readSync(fd, buffer, filled, Math.min(buffer.length - filled, limitBytes - total), null)
        if (got === 0) break
        filled += got
        total += got
        // /proc/kcore is a regular file of 128 TiB.
        if (total > largestBytes) return { kind: 'error', code: 'EFBIG' }
      }
      const last = buffer.subarray(0, filled)
      return { kind: 'value', value: chunks.length === 0 ? last : Buffer.concat([...chunks, last]) }
    } catch (error) {
      return failure(errnoOf(error))
    } finally {
      closeSync(fd)
    }
  }

  return {
    kind: 'live',
    name: 'this computer',
    readText(path) {
      if (path === kernelLogPath) return readKernelLog()
      const found = read(path, Number.POSITIVE_INFINITY)
      if (found.kind !== 'value') return found
      if (path === kernelConfigPath) return unpackKernelConfig(found.value)
      return { kind: 'value', value: found.value.toString('utf8') }
    },
    readBytes(path, limitBytes = Number.POSITIVE_INFINITY) {
      const found = read(path, limitBytes)
      return found.kind === 'value'
        ? { kind: 'value', value: { bytes: Uint8Array.from(found.value) } }
        : found
    },
    readLink: (path) => attempt(() => readlinkSync(path)),
    list: (path) => attempt(() => readdirSync(path).sort()),
    version: askVersion,
    writeText(path, text) {
      let written: number
      const bytes = Buffer.from(text)
      try {
        const fd = openSync(path, constants.O_WRONLY | constants.O_TRUNC | constants.O_NOCTTY)
        try {
          written = writeSync(fd, bytes)
        } finally {
          closeSync(fd)
        }
      } catch (error) {
        throw new HostWriteError(path, text, errnoOf(error))
      }
      if (written !== bytes.length) throw new HostWriteError(path, text, 'EIO')
    },
  } satisfies Host & WritableHost
}

/** Absolute paths only. A program that waits for something is given up after five seconds. */
function askVersion(path: string): Read<string> {
  const { stdout, status, error } = spawnSync(path, ['--version'], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 5000,
  })
  if (error) return failure(errnoOf(error))
  return status === 0 ? { kind: 'value', value: stdout } : { kind: 'error', code: `EXIT${status ?? ''}` }
}

function attempt<T>(look: () => T): Read<T> {
  try {
    return { kind: 'value', value: look() }
  } catch (error) {
    return failure(errnoOf(error))
  }
}

/** What to do next, by errno, for writes to sysfs and procfs (Linux errno(3); drivers/base, drivers/pci/pci-driver.c). */
const advice: Readonly<Record<string, string>> = {
  EACCES: 'run this as root',
  EPERM: 'run this as root; if you are, the kernel is locked down or a container withholds the right',
  EROFS: 'sysfs is mounted read-only here, as in a container: run this on the host itself',
  ENOENT: 'the device is gone, or its driver or this kernel does not offer the file',
  ENODEV: 'the device is gone, or the driver does not take it: see `dmesg`',
  EBUSY: 'something still uses the device: stop that first',
  EEXIST: 'it is there already: nothing need be written',
  EINVAL: 'the kernel does not accept this value: see `dmesg`',
  EIO: 'the kernel or the device reported a failure: see `dmesg`',
  ENOSPC: 'the kernel has no room for it: see `dmesg`',
}

/** A write that the host refused. The message names the path, the errno and what to do next. */
export class HostWriteError extends Error {
  override readonly name = 'HostWriteError'
  readonly path: string
  readonly text: string
  /** The errno name: `EACCES`. */
  readonly code: string
  /** What to do next. */
  readonly advice: string

  constructor(path: string, text: string, code: string) {
    const next = advice[code] ?? 'see `dmesg`'
    super(`cannot write ${JSON.stringify(text.trimEnd())} to ${path}: ${code}; ${next}`)
    this.path = path
    this.text = text
    this.code = code
    this.advice = next
  }
}
