import type { Rule } from '../rule.js'
import { iommuInUse } from './iommu-in-use.js'

/** What the processor and the firmware must give. */
export const firmwareRules: readonly Rule[] = [iommuInUse]
