import type { Read } from '../host/index.js'
import type { Holder } from '../machine/index.js'
import type { Change } from './change.js'
import type { Refusal } from './refusal.js'

/** What had to be known before anything is changed could not be read. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'

  constructor(
    readonly path: string,
    /** `denied`, `absent`, `unrecorded` or an errno name. */
    readonly reason: string,
  ) {
    super(`cannot read ${path}: ${reason}${reason === 'denied' ? '; run this as root' : ''}`)
  }
}

/** Of a read that gave no value. */
export function unreadable(
  path: string,
  read: Exclude<Read<unknown>, { readonly kind: 'value' }>,
): UnreadableError {
  return new UnreadableError(path, read.kind === 'error' ? read.code : read.kind)
}

/** Changing drivers needs root. Thrown before anything is changed. */
export class PrivilegeError extends Error {
  override readonly name = 'PrivilegeError'

  constructor(readonly path: string) {
    super(`changing this computer needs root: ${path} cannot be written; run this with sudo`)
  }
}

/** No such function on this computer. */
export class NoSuchFunctionError extends Error {
  override readonly name = 'NoSuchFunctionError'

  constructor(readonly address: string) {
    super(`there is no PCI function ${address} (no /sys/bus/pci/devices/${address})`)
  }
}

/** Things are no longer as they were when the change was planned. */
export class StaleError extends Error {
  override readonly name = 'StaleError'

  constructor(
    readonly address: string,
    readonly planned: string,
    readonly found: string,
  ) {
    super(`${address} had ${planned} when this was planned and has ${found} now; plan it again`)
  }
}

/** What was made has been changed since by somebody else, whose work putting it back would lose. */
export class ChangedSinceError extends Error {
  override readonly name = 'ChangedSinceError'

  constructor(
    readonly path: string,
    readonly made: string | null,
    readonly found: string | null,
  ) {
    super(`${path} has been changed since; put it back by hand, or make it as it was left and undo again`)
  }
}

/** The plan has refusals that were not lifted. */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'

  constructor(readonly refusals: readonly Refusal[]) {
    super(
      refusals.map(({ functions, reason }) => `refused for ${functions.join(', ')}: ${reason}`).join('\n'),
    )
  }
}

/** Somebody uses the device, and taking it away would lose data or never end. Nothing was forced. */
export class HeldError extends Error {
  override readonly name = 'HeldError'

  constructor(
    readonly address: string,
    readonly driver: string | null,
    readonly holders: readonly Holder[],
    readonly waitedMs: number,
  ) {
    super(
      `${address} is in use: ${holders.map(holderText).join(', ')} (waited ${waitedMs / 1000} s); stop that first`,
    )
  }
}

/**
 * The kernel did not come back from a write in time: a driver does not let go. The write cannot be called off, so what
 * takes the function back to the host is done when it ends, by a process that stays behind for it.
 */
export class BlockedError extends Error {
  override readonly name = 'BlockedError'

  constructor(
    readonly address: string,
    readonly driver: string | null,
    readonly path: string,
    readonly waitedMs: number,
    /** Who has the device open, or why that is not known. None: the driver waits for something else. */
    readonly holders: readonly Holder[] | UnreadableError,
    /** The process that waits in the kernel, and afterwards gives the function to the host. */
    readonly pid: number | undefined,
  ) {
    const who =
      holders instanceof UnreadableError
        ? `; who uses it is not known: ${holders.message}`
        : holders.length > 0
          ? `: ${holders.map(holderText).join(', ')}`
          : '; nobody was found who has it open'
    super(
      `${driver ?? 'the kernel'} has not let go of ${address} for ${waitedMs / 1000} s${who}. ` +
        `It was not forced. When it lets go, process ${pid ?? '?'} gives ${address} to its host driver`,
    )
  }
}

/** A write went well, and yet things are not as they were to be. */
export class NotAsWantedError extends Error {
  override readonly name = 'NotAsWantedError'

  constructor(
    readonly path: string,
    readonly wanted: string | null,
    readonly found: string | null,
    next: string,
  ) {
    super(`${path} is ${found ?? 'not there'} where ${wanted ?? 'nothing'} was expected; ${next}`)
  }
}

/** A command that a change needs could not be run or failed. */
export class CommandError extends Error {
  override readonly name = 'CommandError'

  constructor(
    readonly argv: readonly string[],
    readonly said: string,
  ) {
    super(`${argv.join(' ')} failed: ${said.trim() || 'it said nothing'}`)
  }
}

/** A change that could not be put back, and why. */
export interface NotPutBack {
  readonly change: Change
  readonly error: Error
}

/** A change failed (`cause`), and those before it were put back in reverse order, but for `notPutBack`. */
export class ChangeFailedError extends Error {
  override readonly name = 'ChangeFailedError'
  override readonly cause: Error

  constructor(
    readonly change: Change,
    cause: Error,
    readonly putBack: readonly Change[],
    readonly notPutBack: readonly NotPutBack[],
  ) {
    super(`${cause.message}${leftovers(notPutBack)}`)
    this.cause = cause
  }
}

/** Some changes could not be undone; the others were. */
export class UndoFailedError extends Error {
  override readonly name = 'UndoFailedError'

  constructor(
    readonly undone: readonly Change[],
    readonly notPutBack: readonly NotPutBack[],
  ) {
    super(`not everything could be put back${leftovers(notPutBack)}`)
  }
}

function leftovers(notPutBack: readonly NotPutBack[]): string {
  return notPutBack
    .map(({ change, error }) => `\n${targetOf(change)} was not put back: ${error.message}`)
    .join('')
}

/** What a change is about, for messages: an address, a module or a console. */
export function targetOf(change: Change): string {
  switch (change.kind) {
    case 'driver-binding':
      return change.address
    case 'module-load':
      return change.module
    case 'console-release':
      return change.console
    case 'configuration':
    case 'attribute':
      return change.title
    case 'bar-size':
      return `BAR ${change.bar} of ${change.address}`
    case 'mediated-device':
      return `${change.uuid} (${change.type} of ${change.address})`
  }
}

function holderText(holder: Holder): string {
  return holder.kind === 'process'
    ? `${holder.command} (process ${holder.pid}) has ${holder.path} open`
    : `${holder.name} stands on ${holder.path}`
}
