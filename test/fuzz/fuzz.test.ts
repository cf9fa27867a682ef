import fc from 'fast-check'
import { describe, it } from 'vitest'
import { longestMilliseconds, targets } from './targets.js'

/** `npm run fuzz SECONDS`: so long for all targets together, with another seed each time. Otherwise a fixed number of runs. */
const seconds = Number(process.env.HANDOVER_FUZZ_SECONDS ?? 0)
const each = (seconds / targets.length) * 1000

describe('no input, however broken, makes it throw, hang or say what is not there', () => {
  it.each(targets)('$name', { timeout: 60_000 + each * 2 }, ({ name, input, runs, check }) => {
    const property = fc.property(input, (one) => {
      const started = performance.now()
      check(one)
      const took = performance.now() - started
      if (took > longestMilliseconds) throw new Error(`it took ${took.toFixed(0)} ms`)
    })
    const result = fc.check(
      property,
      seconds > 0
        ? {
            numRuns: Number.MAX_SAFE_INTEGER,
            interruptAfterTimeLimit: each,
            ...(process.env.HANDOVER_FUZZ_SEED && { seed: Number(process.env.HANDOVER_FUZZ_SEED) }),
          }
        : { numRuns: runs, seed: 1 },
    )
    if (seconds > 0) console.log(`${name}: ${result.numRuns} inputs, seed ${result.seed}`)
    // Names the seed, the input made as small as can be, and the error.
    if (result.failed && result.counterexample !== null)
      throw new Error(`${result.errorInstance}\n${fc.defaultReportMessage(result)}`)
  })
})
