import { findRun, isRunning, readMachineDescription, requireLibvirtCan, runsAlready } from '../../vm/index.js'
import { rolesOf } from '../binding.js'
import { isSet, type Run } from '../command.js'
import { keepMachine } from '../keep-machine.js'
import { StopRequests } from '../stop-requests.js'
import { prepare, tidyBefore, watchMachine } from '../watch-machine.js'
import { chooseWay } from '../ways.js'

/**
 * `handover vm start MACHINE`: everything is looked at first; then libvirt runs the machine, or it is watched, by this program or
 * by one that stays behind.
 */
export const run: Run = async (terminal, asked) => {
  const [word] = asked.arguments as [string]
  const accept = rolesOf(asked)
  const described = readMachineDescription(word)
  const { name } = described
  const before = findRun(name, ({ message }) => terminal.say([message]))
  if (before && isRunning(before)) throw runsAlready(before)
  const version = chooseWay(terminal, asked)
  await tidyBefore(terminal, name)
  if (version !== undefined) requireLibvirtCan(described, version)
  const prepared = prepare(terminal, word, accept)
  if (version !== undefined) {
    const { startThroughLibvirt } = await import('../through-libvirt.js')
    return startThroughLibvirt(terminal, word, prepared, accept)
  }
  if (isSet(asked, 'foreground'))
    return watchMachine(terminal, word, { accept, kept: 'in the foreground', foreground: prepared })
  const stop = new StopRequests()
  try {
    return await keepMachine(terminal, word, prepared.description, accept, stop)
  } finally {
    stop.close()
  }
}
