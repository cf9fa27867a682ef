import type { Machine } from '../machine/index.js'
import type { AcsVerdict } from './acs-verdict.js'
import type { AliasQuirk } from './alias-quirks.js'
import { Grouping, Tree } from './grouping.js'
import { predictFrom } from './predict.js'
import { defaultRules, type Rules } from './rules.js'
import { type Subject, subjectsOf } from './subject.js'

/** What {@link Grouping} reports while it looks for a function's group; functions by index. */
export type TraceStep =
  | { readonly kind: 'not covered'; readonly at: number }
  | { readonly kind: 'controller'; readonly at: number; readonly by: number; readonly decided: boolean }
  | { readonly kind: 'bridge id'; readonly at: number; readonly by: number; readonly decided: boolean }
  | { readonly kind: 'path'; readonly at: number; readonly isolates: boolean; readonly decided: boolean }
  | { readonly kind: 'alias'; readonly at: number; readonly with: number; readonly decided: boolean }
  | {
      readonly kind: 'neighbours'
      readonly at: number
      readonly with: readonly number[]
      readonly decided: boolean
    }

export type Trace = (step: TraceStep) => void

/** What a function on the way says to the question of isolation. */
export interface Asked {
  readonly function: string
  readonly verdict: AcsVerdict
}

/** One question that the kernel asks on the way to a function's group, and the answer. `decided`: the group was found here. */
export type Step =
  /** No IOMMU is in charge of it: it gets no group. */
  | { readonly kind: 'not covered'; readonly function: string; readonly decided: true }
  /** Its requests carry the id of the controller that made its domain (VMD). */
  | {
      readonly kind: 'controller'
      readonly function: string
      readonly controller: string
      readonly decided: boolean
    }
  /** A bridge on the way puts its own id on requests. */
  | {
      readonly kind: 'bridge id'
      readonly function: string
      readonly bridge: string
      readonly decided: boolean
    }
  /** Whether everything from this bridge to the root isolates: each port on the way, from the bridge up. */
  | {
      readonly kind: 'path'
      readonly bridge: string
      readonly isolates: boolean
      readonly asked: readonly Asked[]
      readonly decided: boolean
    }
  /** It uses another function's requester id, or another uses its. */
  | {
      readonly kind: 'alias'
      readonly function: string
      readonly with: string
      readonly quirk: AliasQuirk | undefined
      /** The firmware's IVRS table says so. */
      readonly byFirmware: boolean
      readonly decided: boolean
    }
  /** Whether functions of one slot are kept apart: itself, and those neighbours that do not isolate. None: the group is its own. */
  | {
      readonly kind: 'neighbours'
      readonly function: string
      readonly asked: Asked
      readonly with: readonly Asked[]
      readonly decided: boolean
    }

export interface Why {
  readonly function: string
  /** The whole group, sorted; null: it gets none; undefined: it is not known (then the steps are those of the finest answer). */
  readonly group: readonly string[] | null | undefined
  readonly steps: readonly Step[]
  /** The other members, each with the step that brought it there. */
  readonly others: readonly { readonly function: string; readonly step: Step }[]
}

/** How a function comes to its group. `address`: one of the machine's functions. */
export function whyGroup(machine: Machine, address: string, rules: Rules = defaultRules(machine)): Why {
  return whyFrom(subjectsOf(machine), address, rules)
}

export function whyFrom(subjects: readonly Subject[], address: string, rules: Rules): Why {
  const tree = new Tree(subjects, rules)
  const prediction = predictFrom(subjects, rules)
  const group = prediction.ungrouped.includes(address)
    ? null
    : prediction.groups.find(({ functions }) => functions.includes(address))?.functions
  const index = new Map(subjects.map((f, i) => [f.address, i]))
  const steps = stepsOf(tree, index.get(address)!)
  const open = prediction.unknown.find((one) => one.function === address)
  const others = (group ?? open?.certain ?? []).filter((other) => other !== address)
  return {
    function: address,
    group,
    steps,
    others: others.map((other) => ({
      function: other,
      step: stepsOf(tree, index.get(other)!).findLast(({ decided }) => decided)!,
    })),
  }
}

function stepsOf(tree: Tree, i: number): readonly Step[] {
  const trace: TraceStep[] = []
  new Grouping(tree, 'finest', i, (step) => trace.push(step))
  return trace.map((step) => described(tree, step))
}

function described(tree: Tree, step: TraceStep): Step {
  const name = (i: number) => tree.subjects[i]!.address
  const asked = (i: number): Asked => ({ function: name(i), verdict: tree.verdict(i) })
  switch (step.kind) {
    case 'not covered':
      return { kind: step.kind, function: name(step.at), decided: true }
    case 'controller':
      return { kind: step.kind, function: name(step.at), controller: name(step.by), decided: step.decided }
    case 'bridge id':
      return { kind: step.kind, function: name(step.at), bridge: name(step.by), decided: step.decided }
    case 'path': {
      const path: Asked[] = []
      for (let at = step.at; at >= 0; at = tree.subjects[at]!.parent) path.push(asked(at))
      return {
        kind: step.kind,
        bridge: name(step.at),
        isolates: step.isolates,
        asked: path,
        decided: step.decided,
      }
    }
    case 'alias': {
      const aliases = [tree.aliases(step.at), tree.aliases(step.with)]
      return {
        kind: step.kind,
        function: name(step.at),
        with: name(step.with),
        quirk: aliases[0]?.quirk ?? aliases[1]?.quirk,
        byFirmware: aliases.some((one) => one?.byFirmware),
        decided: step.decided,
      }
    }
    case 'neighbours':
      return {
        kind: step.kind,
        function: name(step.at),
        asked: asked(step.at),
        with: step.with.map(asked),
        decided: step.decided,
      }
  }
}
