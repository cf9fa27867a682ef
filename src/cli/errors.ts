import { status } from './status.js'

/** A failure that a person can do something about: what happened, and what to do next, a line each. */
export class CliError extends Error {
  override readonly name = 'CliError'

  constructor(
    readonly status: number,
    message: string,
    readonly next: readonly string[] = [],
  ) {
    super(message)
  }
}

export function usageError(message: string, ...next: string[]): CliError {
  return new CliError(status.usage, message, next)
}

/**
 * Errors that other rooms throw on purpose, by their class name, and the status they end the program with. By name, so that
 * no room need be loaded only to be compared with. What is not here is a defect of this program.
 */
const known: Readonly<Record<string, (error: Error & { readonly code?: unknown }) => number>> = {
  CliError: (error) => (error as CliError).status,
  LabError: () => status.failed,
  HostWriteError: ({ code }) => (code === 'EACCES' || code === 'EPERM' ? status.privilege : status.failed),
}

/** The exit status that a thrown value means, or undefined for a defect. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error ? known[error.name]?.(error) : undefined
}
