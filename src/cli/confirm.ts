import { createInterface } from 'node:readline/promises'
import { usageError } from './errors.js'
import type { Terminal } from './terminal.js'

/** Asks a question that y answers with yes; anything else is no. Throws a CliError where nobody is there to answer. */
export async function confirm(terminal: Terminal, question: string, signal: AbortSignal): Promise<boolean> {
  if (!terminal.interactive || !process.stdin.isTTY)
    throw usageError('there is no terminal to ask at: add --yes to go on without asking')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `, { signal })).trim())
  } finally {
    reader.close()
  }
}
