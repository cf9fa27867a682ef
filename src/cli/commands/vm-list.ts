import { roughSizeText } from '../../machine/index.js'
import { findRuns, machineNames } from '../../vm/index.js'
import { isSet, type Run } from '../command.js'
import { machinesDocument } from '../documents/machines.js'
import { status } from '../status.js'
import { table } from '../table.js'

export const run: Run = (terminal, asked) => {
  const document = machinesDocument(
    machineNames(),
    findRuns(({ message }) => terminal.say([message])),
  )
  const { machines } = document
  if (isSet(asked, 'json')) {
    terminal.printJson(document)
    return status.ok
  }
  if (machines.length === 0) {
    terminal.say(['No machine is described in /etc/handover/vms, and none runs.'])
    return status.ok
  }
  terminal.print(
    table(
      [
        { title: 'NAME', least: 12 },
        { title: 'STATE' },
        { title: 'MEMORY', align: 'right' },
        { title: 'CPUS', align: 'right' },
        { title: 'DEVICES', least: 12 },
      ],
      machines.map(({ name, state, memoryBytes, cpus, devices, problems }) => ({
        cells: [
          name,
          state,
          memoryBytes === null ? '?' : roughSizeText(BigInt(memoryBytes)),
          cpus === null ? '?' : String(cpus),
          problems.length > 0 && devices.length === 0 ? '?' : devices.join(' '),
        ],
        style: state === 'ended badly' || state === 'unwatched' ? ('yellow' as const) : undefined,
      })),
      terminal.columns,
    ),
  )
  if (machines.some(({ state }) => state === 'unknown'))
    terminal.say(['Of what root started only root sees the state: sudo handover vm list'])
  for (const { name, failure, problems } of machines) {
    if (failure !== null) terminal.say([`${name}: ${failure}`])
    terminal.say(problems)
  }
  return status.ok
}
