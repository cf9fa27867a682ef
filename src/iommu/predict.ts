import { compareAddresses, type Machine, type Unknown } from '../machine/index.js'
import { Grouping, Tree } from './grouping.js'
import { type Premise, premisesOf } from './premises.js'
import { defaultRules, type Rules } from './rules.js'
import { type Missing, type Subject, subjectsOf } from './subject.js'

export interface PredictedGroup {
  /** The lowest function of the group. */
  readonly id: string
  /** Sorted. */
  readonly functions: readonly string[]
}

/** A function whose group depends on something that is not known. */
export interface UnknownGroup {
  readonly function: string
  /** Functions that share its group in any case, and those that may. Sorted, without itself. */
  readonly certain: readonly string[]
  readonly possible: readonly string[]
  readonly missing: readonly Missing[]
}

export interface Prediction {
  readonly rules: Rules
  readonly groups: readonly PredictedGroup[]
  /** Functions that no IOMMU is in charge of: they get no group. */
  readonly ungrouped: readonly string[]
  readonly unknown: readonly UnknownGroup[]
  /** What was taken for granted. */
  readonly premises: readonly Premise[]
}

/** The IOMMU groups that the kernel would make of this machine, whether it has made any or not. */
export function predictGroups(machine: Machine, rules: Rules = defaultRules(machine)): Prediction {
  return predictFrom(subjectsOf(machine), rules)
}

/** The same of functions that were changed on paper. */
export function predictFrom(subjects: readonly Subject[], rules: Rules): Prediction {
  const tree = new Tree(subjects, rules)
  const finest = new Grouping(tree, 'finest').groups
  const coarsest = isCertain(tree) ? finest : new Grouping(tree, 'coarsest').groups
  const fine = membersOf(finest)
  const coarse = coarsest === finest ? fine : membersOf(coarsest)
  const groups: PredictedGroup[] = []
  const ungrouped: string[] = []
  const unknown: UnknownGroup[] = []
  const names = (members: readonly number[]) =>
    members.map((i) => subjects[i]!.address).sort(compareAddresses)

  // The coarsest group either is one of the finest, then it is known, or falls apart into several, then none of its parts is.
  for (const members of coarse.values()) {
    const known = fine.get(finest[members[0]!]!)!.length === members.length
    if (known) {
      const functions = names(members)
      groups.push({ id: functions[0]!, functions })
      continue
    }
    const missing = missingIn(tree, members)
    for (const i of members) {
      const certain = names(fine.get(finest[i]!)!.filter((other) => other !== i))
      const possible = names(members.filter((other) => other !== i && finest[other] !== finest[i]))
      unknown.push({ function: subjects[i]!.address, certain, possible, missing: missing.for(i) })
    }
  }
  for (const i of tree.coverage.uncovered) ungrouped.push(subjects[i]!.address)
  groups.sort((a, b) => compareAddresses(a.id, b.id))
  ungrouped.sort(compareAddresses)
  unknown.sort((a, b) => compareAddresses(a.function, b.function))
  return { rules, groups, ungrouped, unknown, premises: premisesOf(tree) }
}

function isCertain(tree: Tree): boolean {
  return tree.subjects.every(
    (f, i) =>
      'value' in f.express &&
      'value' in f.requester &&
      !f.above?.among.length &&
      'value' in f.vendor &&
      'value' in f.device &&
      tree.verdict(i).isolates !== undefined &&
      (tree.aliases(i)?.missing.length ?? 0) === 0,
  )
}

function membersOf(groups: Int32Array): ReadonlyMap<number, number[]> {
  const members = new Map<number, number[]>()
  for (const [i, group] of groups.entries()) {
    if (group < 0) continue
    const list = members.get(group)
    if (list) list.push(i)
    else members.set(group, [i])
  }
  return members
}

/** What was missing among some functions and on their paths to the root. */
function missingIn(tree: Tree, members: readonly number[]): { for(i: number): readonly Missing[] } {
  const { subjects } = tree
  const own = new Map<number, readonly Missing[]>()
  const missingAt = (i: number): readonly Missing[] => {
    let found = own.get(i)
    if (found === undefined) {
      found = missingOf(tree, i)
      own.set(i, found)
    }
    return found
  }
  const everywhere = distinct(members.flatMap(missingAt))
  return {
    for(i) {
      const path: Missing[] = []
      for (let at = i; at >= 0; at = subjects[at]!.parent) path.push(...missingAt(at))
      for (const other of tree.slotOf(i)) path.push(...missingAt(other))
      return path.length > 0 ? distinct(path) : everywhere
    },
  }
}

/** What was missing about one function. */
export function missingOf(tree: Tree, i: number): readonly Missing[] {
  const { address, above, requester } = tree.subjects[i]!
  const of = (fact: Missing['fact'], { unknown, path }: Unknown): Missing => ({
    function: address,
    fact,
    unknown,
    path,
  })
  return [
    ...tree.verdict(i).missing,
    ...(tree.aliases(i)?.missing ?? []),
    ...(above && above.among.length > 0 ? [of('place', above)] : []),
    ...('unknown' in requester ? [of('VMD controller', requester)] : []),
  ]
}

export function distinct(missing: readonly Missing[]): readonly Missing[] {
  return [...new Map(missing.map((one) => [`${one.function} ${one.fact} ${one.unknown}`, one])).values()]
}
