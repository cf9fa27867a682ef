import { liveHost } from '../host/index.js'
import { type ChangeEvent, type Context, defaultLimits, type Limits } from './change.js'
import { liveDisk, runCommand, stateFolder } from './disk.js'
import { processWriter } from './writer.js'

/** What changes are made with on this computer. Close its writer when done with it. */
export function liveContext(
  options: { readonly report?: (event: ChangeEvent) => void; readonly limits?: Partial<Limits> } = {},
): Context {
  return {
    host: liveHost(),
    writer: processWriter(),
    disk: liveDisk(),
    keptIn: `${stateFolder}/now`,
    limits: { ...defaultLimits, ...options.limits },
    privileged: process.geteuid?.() === 0,
    report: options.report ?? (() => undefined),
    run: runCommand,
  }
}
