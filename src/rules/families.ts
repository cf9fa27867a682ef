import { firmwareRules } from './firmware/index.js'
import { groupRules } from './groups/index.js'
import type { Rule } from './rule.js'

export interface Family {
  /** Its folder here, and its page in docs/rules/. */
  readonly id: string
  readonly title: string
  readonly rules: readonly Rule[]
}

/** All rules, by subject, in the order in which they are listed. */
export const families: readonly Family[] = [
  { id: 'firmware', title: 'Firmware and processor', rules: firmwareRules },
  { id: 'groups', title: 'Groups', rules: groupRules },
]

export const rules: readonly Rule[] = families.flatMap((family) => family.rules)
