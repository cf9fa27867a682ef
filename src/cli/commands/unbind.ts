import { unbind } from '../binding.js'
import type { Run } from '../command.js'

export const run: Run = unbind
