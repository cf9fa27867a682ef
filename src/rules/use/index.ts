import type { Rule } from '../rule.js'
import { deviceHolders } from './device-holders.js'
import { hostSleep } from './host-sleep.js'
import { roleRules } from './role-rules.js'

/** What the host would lose. */
export const useRules: readonly Rule[] = [...roleRules, deviceHolders, hostSleep]
