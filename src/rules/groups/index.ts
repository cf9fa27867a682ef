import type { Rule } from '../rule.js'
import { deviceKind } from './device-kind.js'
import { groupBridges } from './group-bridges.js'
import { groupCompany } from './group-company.js'
import { iommuGroup } from './iommu-group.js'
import { kernelGrouping } from './kernel-grouping.js'

/** What can only go together. */
export const groupRules: readonly Rule[] = [
  deviceKind,
  iommuGroup,
  groupCompany,
  groupBridges,
  kernelGrouping,
]
