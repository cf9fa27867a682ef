import type { Host } from './host.js'
import { kernelLogPath } from './kernel-log.js'

/**
 * Logs can be of any size, and a report should not be. Of each so much is kept of its end, in characters: of the kernel's about all
 * that most kernels keep themselves (CONFIG_LOG_BUF_SHIFT), of a machine's its last dozens of starts.
 */
const logs: readonly { readonly path: RegExp; readonly kept: number }[] = [
  { path: new RegExp(`^${kernelLogPath}$`), kept: 1 << 20 },
  { path: /^\/var\/log\/libvirt\/qemu\/[^/]+\.log$/, kept: 1 << 18 },
]

/** Stands before the end of a log whose beginning was left out. */
const cutPattern = /^\[handover left out the \d+ characters of this log before here\]\n/

/** True for a log of which only the end was kept. */
export function isLogTail(text: string): boolean {
  return cutPattern.test(text)
}

/** The same host, with only the ends of long logs. */
export function withLogTails(host: Host): Host {
  return {
    ...host,
    readText(path) {
      const read = host.readText(path)
      const kept = logs.find((one) => one.path.test(path))?.kept
      if (kept === undefined || read.kind !== 'value' || read.value.length <= kept) return read
      if (isLogTail(read.value)) return read
      // From the start of a line on; of a line without end nothing can be kept.
      const newline = read.value.indexOf('\n', read.value.length - kept - 1)
      const from = newline < 0 ? read.value.length : newline + 1
      return {
        kind: 'value',
        value: `[handover left out the ${from} characters of this log before here]\n${read.value.slice(from)}`,
      }
    },
  }
}
