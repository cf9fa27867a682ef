import type { Rule } from '../rule.js'
import { groupCompany } from './group-company.js'

/** What can only go together. */
export const groupRules: readonly Rule[] = [groupCompany]
