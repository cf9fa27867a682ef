import type { Host } from '../host/index.js'
import { knownValue, type Machine, readMachine } from '../machine/index.js'
import { checkComputer, checkDevice } from '../rules/index.js'
import { devicesDocument } from './documents/devices.js'
import { groupsDocument } from './documents/groups.js'
import { showDocument } from './documents/show.js'
import { slotsDocument } from './documents/slots.js'
import { hostLogs } from './read-logs.js'

/** Whatever a reading command would read: by making what each of them prints. */
export function gather(host: Host): void {
  // As a recording, which this becomes: what is asked of a live computer only is not asked here.
  const machine = readMachine({ ...host, kind: host.kind === 'live' ? 'recording' : host.kind })
  devicesDocument(machine)
  groupsDocument(machine, { predict: true })
  slotsDocument(machine)
  checkComputer(machine)
  for (const f of machine.functions) {
    showDocument(machine, f)
    checkDevice(machine, f)
  }
  hostMachines(machine)
  hostLogs(host)
}

/** What `vm new` reads beside. */
function hostMachines({ system }: Machine): void {
  for (const { number } of knownValue(system.memoryNodes) ?? []) system.hugePagesOf(number)
  void [system.threads, system.inputDevices, system.soundServers, system.hasVirtioWin]
}
