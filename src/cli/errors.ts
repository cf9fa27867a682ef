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

const byPrivilege = (code: unknown) =>
  code === 'EACCES' || code === 'EPERM' || code === 'denied' ? status.privilege : status.failed

/**
 * Errors that other rooms throw on purpose, by their class name, and the status they end the program with. By name, so that
 * no room need be loaded only to be compared with. What is not here is a defect of this program.
 */
const known: Readonly<Record<string, (error: Error & Readonly<Record<string, unknown>>) => number>> = {
  CliError: (error) => error.status as number,
  LabError: () => status.failed,
  LabInputError: () => status.usage,
  MachineError: () => status.failed,
  FirmwareError: () => status.failed,
  QmpClosedError: () => status.failed,
  QmpError: () => status.failed,
  DescriptionError: () => status.usage,
  NotFreeError: () => status.refused,
  PredictionInputError: () => status.usage,
  HostWriteError: ({ code }) => byPrivilege(code),
  OpenHostError: ({ code }) => (byPrivilege(code) === status.privilege ? status.privilege : status.usage),
  RecordingError: () => status.usage,
  LspciTextError: () => status.usage,
  UnreadableError: ({ reason }) => byPrivilege(reason),
  PrivilegeError: () => status.privilege,
  NoSuchFunctionError: () => status.noSuchDevice,
  RefusedError: () => status.refused,
  StaleError: () => status.refused,
  ChangedSinceError: () => status.refused,
  HeldError: () => status.refused,
  BlockedError: () => status.failed,
  NotAsWantedError: () => status.failed,
  CommandError: () => status.failed,
  // When all was put back, what matters is why; else, that not all was.
  ChangeFailedError: ({ cause, notPutBack }) =>
    (notPutBack as readonly unknown[]).length > 0 ? status.failed : (statusOf(cause) ?? status.failed),
  UndoFailedError: ({ notPutBack }) =>
    (notPutBack as readonly { readonly error: unknown }[]).every(
      ({ error }) => statusOf(error) === status.refused,
    )
      ? status.refused
      : status.failed,
  WishError: () => status.usage,
  JournalError: () => status.failed,
  BusyError: () => status.failed,
}

/** The exit status that a thrown value means, or undefined for a defect. */
export function statusOf(error: unknown): number | undefined {
  return error instanceof Error && Object.hasOwn(known, error.name)
    ? known[error.name]!(error as Error & Readonly<Record<string, unknown>>)
    : undefined
}
