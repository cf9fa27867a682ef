import type { Reporter, TestModule } from 'vitest/node'

/** Ends the run with one plain line, `N passed, N failed, N skipped`. A file that does not load counts as a failure. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) count[test.result().state]++
      count.failed += module.errors().length
    }
    const skipped = count.skipped + count.pending
    // After the default reporter's own summary, which is written in the same turn.
    process.once('exit', (status) => {
      // A run that failed outside any test (its set-up, say) has failed once.
      const failed = count.failed || (status ? 1 : 0)
      console.log(`\n${count.passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`)
    })
  }
}
