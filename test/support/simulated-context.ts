import type { Context } from '../../src/changes/change.js'
import { liveDisk } from '../../src/changes/disk.js'
import { directWriter } from '../../src/changes/writer.js'
import type { SimulatedHost } from './simulated-host.js'

/** What changes are made with on a simulated host: as root, and without waiting. */
export function simulatedContext(host: SimulatedHost, more: Partial<Context> = {}): Context {
  return {
    host,
    writer: directWriter(host),
    disk: liveDisk({ root: '/nowhere' }),
    keptIn: '/nowhere',
    limits: { closeMs: 0, writeMs: 10 },
    privileged: true,
    report: () => undefined,
    run: () => Promise.resolve(),
    ...more,
  }
}
