import type { Change, Context } from './change.js'
import {
  BlockedError,
  ChangeFailedError,
  type NotPutBack,
  PrivilegeError,
  RefusedError,
  UndoFailedError,
} from './errors.js'
import { apply, check, describe, diff, undo } from './kinds.js'
import type { BindingPlan } from './plan-binding.js'

/** {@link applyAll} of a plan. @throws {RefusedError} where it has refusals that were not lifted */
export async function applyPlan(
  plan: BindingPlan,
  context: Context,
  signal?: AbortSignal,
): Promise<readonly Change[]> {
  if (plan.refusals.length > 0) throw new RefusedError(plan.refusals)
  return applyAll(plan.changes, context, signal)
}

/**
 * Makes a plan to give devices back: one that fails does not keep the others from being given, and nothing is taken back.
 * @returns the changes that were made
 * @throws {UndoFailedError} with what could not be given back; RefusedError, HeldError, StaleError, UnreadableError,
 *   PrivilegeError where nothing was begun
 */
export async function giveBack(plan: BindingPlan, context: Context): Promise<readonly Change[]> {
  if (plan.refusals.length > 0) throw new RefusedError(plan.refusals)
  const pending = plan.changes.filter((change) => diff(change, context.host).length > 0)
  requirePrivilege(pending, context)
  for (const change of pending) await check(change, context)
  const { done, failed } = await each(pending, context, 'applying', 'applied', apply)
  if (failed.length > 0) throw new UndoFailedError(done, failed)
  return done
}

/**
 * Makes changes in their order. All are checked before the first is made. When one fails, or `signal` is raised between
 * two, those made are put back in reverse order.
 * @returns the changes that were made; those that were as wanted already are not among them
 * @throws {ChangeFailedError} with what was put back and what was not; HeldError, StaleError, UnreadableError,
 *   PrivilegeError where nothing was begun; the signal's reason where it was raised and all was put back
 */
export async function applyAll(
  changes: readonly Change[],
  context: Context,
  signal?: AbortSignal,
): Promise<readonly Change[]> {
  const pending = changes.filter((change) => diff(change, context.host).length > 0)
  requirePrivilege(pending, context)
  for (const change of pending) await check(change, context)

  const made: Change[] = []
  let current: Change | undefined
  try {
    for (const change of pending) {
      signal?.throwIfAborted()
      current = change
      context.report({ kind: 'applying', change })
      await apply(change, context)
      made.push(change)
      context.report({ kind: 'applied', change })
      current = undefined
    }
    return made
  } catch (error) {
    const cause = error as Error
    // A blocked change is put back by the process that waits for it: here, every touch of the function would block too.
    const begun = current && !(cause instanceof BlockedError) ? [...made, current] : made
    const { done, failed } = await undoEach(begun, context)
    if (current === undefined && failed.length === 0) throw cause
    throw new ChangeFailedError(current ?? made.at(-1)!, cause, done, failed)
  }
}

/**
 * Puts back changes in reverse order of their making, every one that can be.
 * @throws {UndoFailedError} with what could not be put back
 */
export async function undoAll(changes: readonly Change[], context: Context): Promise<readonly Change[]> {
  const { done, failed } = await undoEach(changes, context)
  if (failed.length > 0) throw new UndoFailedError(done, failed)
  return done
}

function undoEach(changes: readonly Change[], context: Context) {
  return each(changes.toReversed(), context, 'undoing', 'undone', undo)
}

async function each(
  changes: readonly Change[],
  context: Context,
  before: 'applying' | 'undoing',
  after: 'applied' | 'undone',
  deed: (change: Change, context: Context) => Promise<void>,
): Promise<{ done: Change[]; failed: NotPutBack[] }> {
  const done: Change[] = []
  const failed: NotPutBack[] = []
  for (const change of changes) {
    context.report({ kind: before, change })
    try {
      await deed(change, context)
      done.push(change)
      context.report({ kind: after, change })
    } catch (error) {
      failed.push({ change, error: error as Error })
    }
  }
  return { done, failed }
}

function requirePrivilege(pending: readonly Change[], { privileged }: Context): void {
  if (privileged) return
  for (const change of pending)
    for (const action of describe(change).actions) {
      if ('path' in action) throw new PrivilegeError(action.path)
      if ('edit' in action) throw new PrivilegeError(action.edit)
    }
}
