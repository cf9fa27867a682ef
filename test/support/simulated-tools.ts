import { liveDisk } from '../../src/changes/index.js'
import { directWriter } from '../../src/changes/writer.js'
import type { Tools } from '../../src/plan/index.js'
import type { SimulatedHost } from './simulated-host.js'

/** What changes to a simulated host are made with; what is written down is kept below `root`. */
export function simulatedTools(host: SimulatedHost, root: string): Tools {
  return {
    host,
    writer: directWriter(host),
    disk: liveDisk({ root }),
    limits: { closeMs: 0, writeMs: 10 },
    privileged: true,
    report: () => undefined,
    run: () => Promise.resolve(),
  }
}
