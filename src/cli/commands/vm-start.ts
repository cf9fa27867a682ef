import {
  failureOf,
  findRun,
  isRunning,
  readMachineDescription,
  readRun,
  requireLibvirtCan,
  runsAlready,
} from '../../vm/index.js'
import { rolesOf } from '../accepted.js'
import { isSet, type Run } from '../command.js'
import { tidy } from '../give-back.js'
import { keepMachine } from '../keep-machine.js'
import { prepare } from '../prepare.js'
import { StopRequests } from '../stop-requests.js'
import type { Terminal } from '../terminal.js'
import { watchMachine } from '../watch-machine.js'
import { chooseWay } from '../ways.js'

/**
 * `handover vm start MACHINE`: everything is looked at first; then libvirt runs the machine, or it is watched, by this program or
 * by one that stays behind.
 */
export const run: Run = async (terminal, asked) => {
  const [word] = asked.arguments as [string]
  const accept = rolesOf(asked)
  const description = readMachineDescription(word)
  const { name } = description
  const before = findRun(name, ({ message }) => terminal.say([message]))
  if (before && isRunning(before)) throw runsAlready(before)
  const version = chooseWay(terminal, asked)
  await tidyBefore(terminal, name)
  if (version !== undefined) requireLibvirtCan(description, version)
  const prepared = await prepare(terminal, word, description, accept)
  if (version !== undefined) {
    const { startThroughLibvirt } = await import('../through-libvirt.js')
    return startThroughLibvirt(terminal, word, prepared, accept)
  }
  if (isSet(asked, 'foreground'))
    return watchMachine(terminal, prepared, { kept: 'in the foreground', foreground: true })
  const stop = new StopRequests()
  try {
    return await keepMachine(terminal, word, prepared, stop)
  } finally {
    stop.close()
  }
}

/** What an earlier run left whose end nobody saw is put in order. */
async function tidyBefore(terminal: Terminal, name: string): Promise<void> {
  const before = readRun(name)
  if (before) await tidy(terminal, before, failureOf(before))
}
