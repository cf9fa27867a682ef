/**
 * The process of `processWriter`: makes one write after the other. While one is in the kernel it hears nothing; what was
 * sent meanwhile it finds afterwards, also when the program that sent it has ended.
 */

import { HostWriteError, liveHost } from '../host/index.js'
import type { Outcome, Reply, Request, Write } from './writer.js'

const host = liveHost()

process.on('message', (request: Request) => {
  if ('write' in request) say(attempt(request.write))
  else finish(request.later)
})
// Without its parent there is nothing left to do: what was sent before has been read by now.
process.on('disconnect', () => process.exit())
say({ ready: true })

function say(reply: Reply): void {
  process.send?.(reply, () => undefined) // who sent the write may be gone
}

function attempt({ path, text }: Write): Outcome {
  try {
    host.writeText(path, text)
    return { done: true }
  } catch (error) {
    return error instanceof HostWriteError ? { failed: error.code } : { defect: String(error) }
  }
}

/** Nobody listens any more, so the kernel's log is told what was done. */
function finish(later: readonly Write[]): void {
  for (const write of later) {
    const reply = attempt(write)
    const how = 'failed' in reply ? `failed (${reply.failed})` : 'done'
    attempt({
      path: '/dev/kmsg',
      text: `handover: late write of '${write.text.trim()}' to ${write.path}: ${how}\n`,
    })
  }
  process.exit()
}
