import { CliError, statusOf } from './errors.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import type { Line } from './text.js'

/** Says what went wrong and gives the exit status. */
export function report(error: unknown, terminal: Terminal): number {
  const known = statusOf(error)
  const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
  if (known === undefined) {
    terminal.say([
      complaint(message),
      ['  This is a defect of handover. Please report it, with what you did and the lines below.'],
      ...(stack ?? '').split('\n').map((line) => [`  ${line}`]),
    ])
    return status.failed
  }
  const [first = '', ...rest] = message.split('\n')
  const next = error instanceof CliError ? error.next : []
  // What a program or a log said last, where the error carries it.
  const detail = (error as { detail?: string }).detail?.split('\n') ?? []
  terminal.say([complaint(first), ...[...rest, ...next, ...detail].map((line) => [`  ${line}`])])
  return known
}

export function complaint(message: string): Line {
  return [{ text: 'handover: ', style: 'red' }, message]
}
