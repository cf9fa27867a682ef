import type { Run } from '../command.js'
import { attach } from '../plugging.js'

export const run: Run = attach
