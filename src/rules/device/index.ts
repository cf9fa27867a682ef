import type { Rule } from '../rule.js'
import { amdResetBug } from './amd-reset-bug.js'
import { deviceAnswers } from './device-answers.js'
import { displayClass } from './display-class.js'
import { idleSleep } from './idle-sleep.js'
import { linkErrors } from './link-errors.js'
import { linkWidth } from './link-width.js'
import { messageInterrupts } from './message-interrupts.js'
import { resetCompany } from './reset-company.js'
import { resetMethod } from './reset-method.js'
import { resetQuirk } from './reset-quirk.js'
import { resetRegression } from './reset-regression.js'
import { sharedInterrupt } from './shared-interrupt.js'
import { sriovFunctions } from './sriov-functions.js'
import { twins } from './twins.js'
import { vfioDenylist } from './vfio-denylist.js'
import { vfioVariant } from './vfio-variant.js'
import { virtualFunctionParent } from './virtual-function-parent.js'

/** What the device itself brings: whether vfio-pci takes it, and how it resets, sleeps and interrupts. */
export const deviceRules: readonly Rule[] = [
  deviceAnswers,
  sriovFunctions,
  vfioDenylist,
  sharedInterrupt,
  resetMethod,
  resetQuirk,
  resetCompany,
  resetRegression,
  amdResetBug,
  messageInterrupts,
  virtualFunctionParent,
  linkErrors,
  linkWidth,
  idleSleep,
  displayClass,
  twins,
  vfioVariant,
]
