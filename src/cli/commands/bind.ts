import { bind } from '../binding.js'
import type { Run } from '../command.js'

export const run: Run = bind
