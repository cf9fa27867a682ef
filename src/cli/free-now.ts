import { liveHost } from '../host/index.js'
import { type Description, findRuns, requireFree } from '../vm/index.js'
import type { Terminal } from './terminal.js'

/** Throws where a device or a disk is in use, or memory lacks. A libvirt that does not answer is told: what it runs is not known. */
export function requireFreeNow(
  terminal: Terminal,
  description: Description,
  addresses: readonly string[],
): void {
  requireFree(
    description,
    addresses,
    findRuns(({ message }) => terminal.say([message])),
    liveHost(),
  )
}
