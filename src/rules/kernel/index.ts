import type { Rule } from '../rule.js'
import { messagesAllowed } from './messages-allowed.js'
import { staleAdviceRule } from './stale-advice.js'
import { vfioIds } from './vfio-ids.js'
import { vfioMemory } from './vfio-memory.js'
import { vfioParametersRule } from './vfio-parameters.js'
import { vfioPciBlocked } from './vfio-pci-blocked.js'
import { vfioPciThere } from './vfio-pci-there.js'
import { vfioPciVga } from './vfio-pci-vga.js'

/** What the kernel was built with, and what it is told. */
export const kernelRules: readonly Rule[] = [
  vfioPciThere,
  vfioPciBlocked,
  vfioMemory,
  vfioPciVga,
  messagesAllowed,
  vfioParametersRule,
  vfioIds,
  staleAdviceRule,
]
