import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A slot of the host that was plugged into a machine while it ran. */
export interface AttachedSlot {
  readonly addresses: readonly string[]
  /** Under which it was bound, to be undone when the machine has it no more; null: it was bound before. */
  readonly journal: number | null
}

const fileOf = (folder: string) => join(folder, 'attached.json')

/** What was plugged into the machine of this run folder since it started, and not taken out; oldest first. */
export function attachedSlots(folder: string): readonly AttachedSlot[] {
  const file = fileOf(folder)
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly AttachedSlot[]) : []
}

/** Writes down a change of {@link attachedSlots}. The file is whole at any time. */
export function noteAttached(folder: string, slots: readonly AttachedSlot[]): void {
  const file = fileOf(folder)
  writeFileSync(`${file}.new`, `${JSON.stringify(slots, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}
