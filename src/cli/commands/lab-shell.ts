import { runShell } from '../../lab/index.js'
import type { Run } from '../command.js'
import { withLab } from '../with-lab.js'

/** `handover lab shell` */
export const run: Run = (_terminal, asked) => withLab(asked, runShell)
