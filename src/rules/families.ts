import { adviceRules } from './advice/index.js'
import { deviceRules } from './device/index.js'
import { engineRules } from './engine/index.js'
import { firmwareRules } from './firmware/index.js'
import { groupRules } from './groups/index.js'
import { kernelRules } from './kernel/index.js'
import type { Rule } from './rule.js'
import { useRules } from './use/index.js'
import { videoRules } from './video/index.js'

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
  { id: 'device', title: 'The device', rules: deviceRules },
  { id: 'video', title: 'Video', rules: videoRules },
  { id: 'use', title: 'What the host uses it for', rules: useRules },
  { id: 'kernel', title: 'Kernel', rules: kernelRules },
  { id: 'engine', title: 'Programs, limits and rights', rules: engineRules },
  { id: 'advice', title: 'Advice', rules: adviceRules },
]

export const rules: readonly Rule[] = families.flatMap((family) => family.rules)
