/**
 * The program that `vm start` leaves behind: runs a machine without a terminal, and gives its devices back. Its argument is the
 * file of what was looked at, so that it starts what was, and loads little.
 */

import { readFileSync } from 'node:fs'
import { CliError } from './errors.js'
import type { Prepared } from './prepare.js'
import { report } from './report.js'
import { status } from './status.js'
import { terminal } from './terminal.js'
import { watchMachine } from './watch-machine.js'

/** The file's content. */
export interface ToWatch {
  readonly prepared: Prepared
  /** See RunRecord. */
  readonly kept: string
}

// A log that cannot be written is no reason to leave devices where they are.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)

const out = terminal(process.stdout, process.stderr, process.env)
try {
  const { prepared, kept } = read(process.argv[2]!)
  process.exitCode = await watchMachine(out, prepared, { kept, foreground: false })
} catch (error) {
  process.exitCode = report(error, out)
}

function read(file: string): ToWatch {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'another handover has started the machine meanwhile' : code
    throw new CliError(status.failed, `${file} cannot be read: ${why}`)
  }
  return JSON.parse(text) as ToWatch
}
