import { liveContext } from '../changes/index.js'
import { carryOut, type Plan } from '../plan/index.js'
import { halfDoneText, progressText } from './change-text.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** Makes a plan's changes, and says how they are taken back. Throws what `carryOut` throws. */
export async function carryOutPlan(
  terminal: Terminal,
  plan: Plan,
  words: string,
  signal: AbortSignal,
): Promise<number> {
  const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
  try {
    const { id } = await carryOut(plan, context, {
      asked: words,
      signal,
      awaits: plan.awaits ?? undefined,
      onHalfDone: ({ head }) => terminal.say([halfDoneText(head)]),
    })
    if (id !== null) terminal.say([`Done. To take it back: sudo handover undo ${id}`])
    if (plan.restartFor.length > 0) terminal.say(['It takes a restart; then: handover status'])
  } finally {
    context.writer.close()
  }
  return status.ok
}
