import { status } from './status.js'

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM, or a closed terminal) aborts. When it then ends by throwing, that is
 * status 130 and no message.
 */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const abort = () => controller.abort()
  for (const name of signals) process.on(name, abort)
  try {
    return await work(controller.signal)
  } catch (error) {
    if (controller.signal.aborted) return status.interrupted
    throw error
  } finally {
    for (const name of signals) process.off(name, abort)
  }
}
