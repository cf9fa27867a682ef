import type { Run } from '../command.js'
import { detach } from '../plugging.js'

export const run: Run = detach
