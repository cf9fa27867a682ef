import type { Machine } from '../../machine/index.js'
import type { FunctionSummary } from '../schemas/common.js'
import type { GroupsDocument } from '../schemas/groups.js'
import { functionSummary, iommuSummary } from './common.js'

export function groupsDocument(machine: Machine): GroupsDocument {
  const groups = new Map<number, FunctionSummary[]>()
  const ungrouped: FunctionSummary[] = []
  const unknown: FunctionSummary[] = []
  for (const f of machine.functions) {
    const summary = functionSummary(f)
    if ('unknown' in f.group) unknown.push(summary)
    else if (f.group.value === null) ungrouped.push(summary)
    else {
      const list = groups.get(f.group.value)
      if (list) list.push(summary)
      else groups.set(f.group.value, [summary])
    }
  }
  return {
    schema: 'handover.groups/1',
    bus: machine.bus,
    iommu: iommuSummary(machine),
    groups: [...groups].sort(([a], [b]) => a - b).map(([group, functions]) => ({ group, functions })),
    ungrouped,
    unknown,
  }
}
