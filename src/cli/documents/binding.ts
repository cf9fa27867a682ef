import { type BindingPlan, type Change, describe, type Refusal, targetOf } from '../../changes/index.js'
import type { BindingDocument } from '../schemas/binding.js'

/** `made`: the changes that were made; null while it is only a plan. */
export function bindingDocument(plan: BindingPlan, made: readonly Change[] | null): BindingDocument {
  return {
    schema: 'handover.binding/1',
    members: plan.members.map((member) => ({ ...member })),
    changes: plan.changes.map(changeDocument),
    refusals: plan.refusals.map(refusalDocument),
    accepted: plan.accepted.map(refusalDocument),
    notes: plan.notes.map((note) => ({ ...note })),
    made: made?.map(targetOf) ?? null,
  }
}

export function changeDocument(change: Change): BindingDocument['changes'][number] {
  const { kind, target, from, to, actions, undo } = describe(change)
  const copy = (list: typeof actions) =>
    list.map((action) => ('run' in action ? { run: [...action.run] } : { ...action }))
  return { kind, target, from, to, actions: copy(actions), undo: copy(undo) }
}

export function refusalDocument({
  functions,
  evidence,
  unknown,
  lift,
  ...rest
}: Refusal): BindingDocument['refusals'][number] {
  return {
    ...rest,
    functions: [...functions],
    evidence: [...evidence],
    unknown: [...unknown],
    lift: { ...lift },
  }
}
