import { socketsOf } from '../qemu/run.js'
import { Qmp } from '../qmp.js'
import { runFolder, runsFolder } from './places.js'
import { type RunRecord, stateOf } from './record.js'

/** A joined QMP session waits this long: who watches a machine answers at once. */
const joinMs = 5_000

/**
 * Joins the QMP of a machine that runs, beside others that do: through who watches it; where that was killed, QEMU's own socket
 * is free, for one at a time. Close it when done with it. Throws QmpClosedError.
 */
export function joinQmp(record: RunRecord, folder = runsFolder()): Promise<Qmp> {
  const { watch, qmp } = socketsOf(runFolder(record.name, folder))
  return Qmp.connect(stateOf(record) === 'unwatched' ? qmp : watch, joinMs)
}
