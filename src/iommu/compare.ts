import type { Machine } from '../machine/index.js'
import type { Prediction } from './predict.js'

/** Where a function stands: the id of its group, null for none, undefined where that is not known. */
export type Membership = ReadonlyMap<string, string | null | undefined>

/** A function that shares its group with others than before. Both lists sorted, without itself; null: no group. */
export interface Difference {
  readonly function: string
  readonly before: readonly string[] | null
  readonly after: readonly string[] | null
}

/** Where functions stand by what the kernel made, or by a prediction. */
export function membershipOf(groups: Machine | Prediction): Membership {
  const found = new Map<string, string | null | undefined>()
  if ('functions' in groups) {
    for (const { address, group } of groups.functions)
      found.set(address, 'unknown' in group ? undefined : group.value === null ? null : String(group.value))
    return found
  }
  for (const { id, functions } of groups.groups) for (const f of functions) found.set(f, id)
  for (const f of groups.ungrouped) found.set(f, null)
  for (const { function: f } of groups.unknown) found.set(f, undefined)
  return found
}

/**
 * Functions whose company changed, of those that both know. Who is only in one of the two is not looked at: that a
 * card which is gone no longer shares a group is no news.
 */
export function differences(before: Membership, after: Membership): readonly Difference[] {
  const both = [...before.keys()].filter((f) => before.get(f) !== undefined && after.get(f) !== undefined)
  const [old, now] = [companies(before, both), companies(after, both)]
  return both.flatMap((f) => {
    const [was, is] = [old.get(f)!, now.get(f)!]
    if (sameList(was, is)) return []
    const without = (list: readonly string[] | null) => list?.filter((other) => other !== f) ?? null
    return [{ function: f, before: without(was), after: without(is) }]
  })
}

function companies(
  membership: Membership,
  of: readonly string[],
): ReadonlyMap<string, readonly string[] | null> {
  const groups = new Map<string, string[]>()
  for (const f of of) {
    const id = membership.get(f)
    if (id === null || id === undefined) continue
    const list = groups.get(id)
    if (list) list.push(f)
    else groups.set(id, [f])
  }
  return new Map(
    of.map((f) => {
      const id = membership.get(f)
      return [f, typeof id === 'string' ? groups.get(id)! : null]
    }),
  )
}

function sameList(a: readonly string[] | null, b: readonly string[] | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((one, i) => one === b[i])
}
