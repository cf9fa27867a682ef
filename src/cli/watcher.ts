/**
 * The program that `vm start` leaves behind: runs a machine without a terminal, and gives its devices back. Its argument is the
 * file of what was looked at, so that it starts what was, and loads little.
 */

import { readFileSync } from 'node:fs'
import type { Prepared } from './prepare.js'
import { terminal } from './terminal.js'
import { watchMachine } from './watch-machine.js'

/** The file's content. */
export interface ToWatch {
  readonly prepared: Prepared
  /** See RunRecord. */
  readonly kept: string
}

const { prepared, kept } = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as ToWatch
process.exitCode = await watchMachine(terminal(process.stdout, process.stderr, process.env), prepared, {
  kept,
  foreground: false,
})
