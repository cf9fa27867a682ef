/**
 * changes/: reversible changes to a host.
 *
 * In: a Machine, a writable Host, what is wanted.
 * Out: a plan (changes as plain data, and refusals), and the same changes made, or all put back.
 *
 * ```ts
 * const plan = planBinding(host, readMachine(host), ['0000:01:00.0'])
 * const context = liveContext({ report: console.error })
 * const made = await applyPlan(plan, context)
 * await undoAll(made, context)
 * context.writer.close()
 * ```
 */

export { readAttribute } from './attribute.js'
export { readBarSize } from './bar-size.js'
export {
  type Action,
  type Attribute,
  type BarSize,
  type Binding,
  type Change,
  type ChangeEvent,
  type Configuration,
  type ConsoleRelease,
  type Context,
  type Description,
  type Difference,
  type DriverBinding,
  defaultLimits,
  type FileEdit,
  type Limits,
  type MediatedDevice,
  type ModuleLoad,
  type Regeneration,
  type Shown,
} from './change.js'
export { fileEdit, isShown, isThere, missingFolders, textAt } from './configuration.js'
export { liveContext } from './context.js'
export { type Disk, liveDisk, runCommand, stateFolder, sync } from './disk.js'
export {
  BlockedError,
  ChangedSinceError,
  ChangeFailedError,
  CommandError,
  HeldError,
  NoSuchFunctionError,
  NotAsWantedError,
  type NotPutBack,
  PrivilegeError,
  RefusedError,
  StaleError,
  targetOf,
  UndoFailedError,
  UnreadableError,
} from './errors.js'
export { apply, check, describe, diff, undo } from './kinds.js'
export { mediatedTypesFolder } from './mediated-device.js'
export {
  attempt,
  type BindingPlan,
  type Member,
  type PlanOptions,
  planBinding,
  planReturn,
  rethrow,
} from './plan-binding.js'
export type { Note } from './plan-consoles.js'
export { type Refusal, refuseRoles } from './refusal.js'
export { applyPlan, giveBack, undoAll } from './sequence.js'
