import { expect } from 'vitest'
import { type Guest, type GuestCommand, handover } from '../lab.js'

export interface StartedMachine {
  readonly command: GuestCommand
  /** Standard output and error together, so far. */
  said(): string
  /** Waits until it has said `text`, for up to 10 minutes; fails when the machine ends before. */
  hear(text: string): Promise<void>
}

/** Starts a machine of the laboratory's host in the foreground: the command's standard input and output are its console. */
export function startedMachine(guest: Guest, file: string, options = ''): StartedMachine {
  let said = ''
  const command = guest.start(`exec ${handover} vm start ${file} --foreground ${options} 2>&1`, {
    onStdout: (chunk) => (said += chunk),
  })
  let ended = false
  void command.ended.finally(() => (ended = true)).catch(() => undefined)
  return {
    command,
    said: () => said,
    async hear(text) {
      for (const until = Date.now() + 600_000; !said.includes(text); ) {
        if (ended) expect.fail(`the machine ended: ${said}`)
        if (Date.now() > until) expect.fail(`it does not say "${text}": ${said}`)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    },
  }
}
