import { driverExamples } from './drivers.js'
import type { Examples } from './example.js'
import { groupExamples } from './groups.js'
import { harmlessExamples } from './harmless.js'
import { isolationExamples } from './isolation.js'
import { linkExamples } from './link-errors.js'
import { memoryExamples } from './memory.js'
import { policyExamples } from './policy.js'
import { powerResetExamples } from './power-reset.js'
import { resourceExamples } from './resources.js'
import { startExamples } from './start.js'

/** Of every row in failures/, by its cause. */
export const examples: Examples = {
  ...groupExamples,
  ...isolationExamples,
  ...memoryExamples,
  ...powerResetExamples,
  ...resourceExamples,
  ...linkExamples,
  ...driverExamples,
  ...startExamples,
  ...policyExamples,
  ...harmlessExamples,
}
