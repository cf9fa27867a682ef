import type { Host } from '../host/index.js'
import { attribute } from './attribute.js'
import { barSize } from './bar-size.js'
import type { Change, ChangeKind, Context, Description, Difference } from './change.js'
import { configuration } from './configuration.js'
import { consoleRelease } from './console-release.js'
import { driverBinding } from './driver-binding.js'
import { mediatedDevice } from './mediated-device.js'
import { moduleLoad } from './module-load.js'

const kinds: { readonly [K in Change['kind']]: ChangeKind<Extract<Change, { kind: K }>> } = {
  'driver-binding': driverBinding,
  'module-load': moduleLoad,
  'console-release': consoleRelease,
  configuration,
  attribute,
  'bar-size': barSize,
  'mediated-device': mediatedDevice,
}

function kindOf(change: Change): ChangeKind<Change> {
  return kinds[change.kind] as ChangeKind<Change>
}

/** What a change is: its target, from what to what, and the plain deeds that it and its undoing consist of. */
export function describe(change: Change): Description {
  return kindOf(change).describe(change)
}

/** What is still to be done on `host`; empty: nothing. Throws UnreadableError. */
export function diff(change: Change, host: Host): readonly Difference[] {
  return kindOf(change).diff(change, host)
}

/** Throws where the change cannot be begun as things are now: HeldError, UnreadableError. Changes nothing. */
export function check(change: Change, context: Context): Promise<void> {
  return kindOf(change).check(change, context)
}

/** Makes one change, and looks whether it came about. Once made, making it again does nothing. */
export function apply(change: Change, context: Context): Promise<void> {
  return kindOf(change).apply(change, context)
}

/** Puts back what was before one change, also after an {@link apply} that stopped half-way. */
export function undo(change: Change, context: Context): Promise<void> {
  return kindOf(change).undo(change, context)
}
