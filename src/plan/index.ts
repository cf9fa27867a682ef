/**
 * plan/: changes carried out so that they can always be taken back.
 *
 * In: changes, and what stands against them. Out: all of them made, or none; a journal on the disk that says what was made,
 * written before it was.
 */

export {
  carryOut,
  carryOutReturn,
  isOver,
  type Options,
  type Outcome,
  type Tools,
  undoEntry,
} from './carry-out.js'
export { requireGroup } from './host/group.js'
export { hookedDomains } from './host/libvirt.js'
export { WishError, type Wishes } from './host/wish.js'
export { type Awaits, type Entry, type Head, JournalError, readJournal } from './journal.js'
export { BusyError, busyWith, startOf as processStart, takeFile } from './lock.js'
export { type Intent, makePlan, type Plan } from './make-plan.js'
export { type Running, runningState } from './running.js'
