import { setTimeout as sleep } from 'node:timers/promises'
import { liveHost, pseudonymousHost } from '../host/index.js'
import { type Sample, watch } from '../vm/index.js'
import { activityDocument } from './documents/activity.js'
import { CliError } from './errors.js'
import type { RunningMachine } from './running-machine.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import { activityText } from './vm-status-text.js'

const everyMs = 1000

/** ECMA-48: to the top left corner, and what is below goes. */
const home = '\x1b[H\x1b[J'

export interface ActivityOptions {
  readonly json: boolean
  /** Shows it anew every second until `signal`; else once, after a second. */
  readonly again: boolean
  readonly signal: AbortSignal
}

/** Shows what a machine does. Returns when it was shown, or the machine has ended. Throws the signal's reason. */
export async function showActivity(
  terminal: Terminal,
  running: RunningMachine,
  { json, again, signal }: ActivityOptions,
): Promise<number> {
  const host = json ? pseudonymousHost(liveHost()) : liveHost()
  const look = async (previous?: Sample) => {
    const qemu = await running.ask()
    const addresses = 'value' in qemu ? qemu.value.addresses : running.addresses
    return { qemu, sample: watch(host, { pid: running.pid, addresses }, previous) }
  }
  let before = (await look()).sample
  for (;;) {
    await sleep(everyMs, undefined, { signal })
    const { qemu, sample } = await look(before)
    if ('unknown' in sample.memory && sample.memory.unknown === 'absent')
      throw new CliError(status.failed, `${running.name} has ended`)
    const document = activityDocument(running, qemu, before, sample)
    if (json) terminal.printJson(document)
    else {
      if (again) terminal.printRaw(home)
      terminal.print(activityText(document, terminal.columns))
    }
    if (!again) return status.ok
    before = sample
  }
}
