import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'

const top = resolve(import.meta.dirname, '..')

/** Writes docs/lab-results.md: every test that needs the laboratory, with what came of it. */
export default class LabResultsReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const lab = this.#vitest?.getProjectByName('lab')?.getProvidedContext().lab
    const first = (...argv: [string, ...string[]]) =>
      execFileSync(argv[0], argv.slice(1), { encoding: 'utf8' }).split('\n')[0]!
    const os = /^PRETTY_NAME="?(.*?)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]
    const rows: string[] = []
    const count = { passed: 0, failed: unhandled.length, skipped: 0, pending: 0 }
    for (const module of modules) {
      // A file that does not load has no tests to tell of.
      for (const { message } of module.errors()) {
        count.failed++
        rows.push(`| ${module.relativeModuleId} | ${cell(message.split('\n')[0]!)} | failed | |`)
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        count[state]++
        const seconds = ((test.diagnostic()?.duration ?? 0) / 1000).toFixed(1)
        rows.push(`| ${module.relativeModuleId} | ${cell(test.fullName)} | ${state} | ${seconds} |`)
      }
    }
    writeFileSync(
      join(top, 'docs/lab-results.md'),
      `# Last run of every lab test

\`npm run lab:all\`, ${new Date().toISOString().slice(0, 10)}: **${count.passed} passed, ${count.failed} failed, ${count.skipped + count.pending} skipped**.

| what | version |
|---|---|
| host | ${os} |
| Node.js | ${process.version} |
| QEMU | ${first('qemu-system-x86_64', '--version')} |
| kernel in the lab | ${lab?.kernel} |
| accelerator | ${lab?.accelerator} |

| file | test | result | s |
|---|---|---|---|
${rows.join('\n')}
`,
    )
  }
}

/** Text for a cell of a table in Markdown. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
