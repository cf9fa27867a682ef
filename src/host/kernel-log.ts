import { closeSync, constants, openSync, readSync } from 'node:fs'
import { errnoOf, failure } from './errno.js'
import type { Read } from './host.js'

export const kernelLogPath = '/dev/kmsg'

/** A record of /dev/kmsg has at most this many bytes (Linux include/linux/printk.h, PRINTK_MESSAGE_MAX). */
const recordBytes = 8192

/**
 * The kernel's log as far as it is kept: one record per line, as Linux Documentation/ABI/testing/dev-kmsg describes them. A read(2)
 * of that device gives one record, and no end of file: at the end it would wait for the next.
 */
export function readKernelLog(): Read<string> {
  let fd: number
  try {
    fd = openSync(kernelLogPath, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (error) {
    return failure(errnoOf(error))
  }
  const records: string[] = []
  const buffer = Buffer.alloc(recordBytes)
  try {
    for (;;) {
      try {
        const got = readSync(fd, buffer)
        if (got === 0) break
        records.push(buffer.toString('utf8', 0, got))
      } catch (error) {
        const code = errnoOf(error)
        if (code === 'EAGAIN') break
        // Records were overwritten while this read; the next read goes on behind them.
        if (code !== 'EPIPE') return failure(code)
      }
    }
    return { kind: 'value', value: records.join('') }
  } finally {
    closeSync(fd)
  }
}
