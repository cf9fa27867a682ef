import type { Proposal } from '../../vm/index.js'
import type { VmNewDocument } from '../schemas/vm-new.js'

export function vmNewDocument(name: string, { decisions, problems, notes }: Proposal): VmNewDocument {
  return {
    schema: 'handover.vmnew/1',
    name,
    problems: [...problems],
    decisions: decisions.map(({ field, value, because, rule, evidence }) => ({
      field,
      value: value as VmNewDocument['decisions'][number]['value'],
      because,
      rule,
      evidence: evidence.map((one) => ({ ...one })),
    })),
    notes: [...notes],
  }
}
