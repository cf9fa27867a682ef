import type { Failure } from '../failure.js'
import { driverFailures } from './drivers.js'
import { groupFailures } from './groups.js'
import { harmlessLines } from './harmless.js'
import { isolationFailures } from './isolation.js'
import { linkFailures } from './link-errors.js'
import { memoryFailures } from './memory.js'
import { policyFailures } from './policy.js'
import { powerResetFailures } from './power-reset.js'
import { resourceFailures } from './resources.js'
import { startFailures } from './start.js'

export { ordinary } from './harmless.js'

/** By subject, as the manual lists them. */
export const families: readonly { readonly title: string; readonly failures: readonly Failure[] }[] = [
  { title: 'Groups and binding', failures: groupFailures },
  { title: 'The IOMMU', failures: isolationFailures },
  { title: 'Memory', failures: memoryFailures },
  { title: 'Reset and power', failures: powerResetFailures },
  { title: 'BARs and option ROMs', failures: resourceFailures },
  { title: 'Links and interrupts', failures: linkFailures },
  { title: 'Drivers', failures: driverFailures },
  { title: 'Starting a machine', failures: startFailures },
  { title: 'What the host forbids', failures: policyFailures },
  { title: 'Harmless', failures: harmlessLines },
]

/** Of rows that fit a line the first one speaks, so what is special stands before what is general. */
export const failures: readonly Failure[] = families.flatMap((family) => family.failures)
