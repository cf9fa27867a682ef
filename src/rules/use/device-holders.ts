import { closedFirst, type Holder, knownValue } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { leavingDrivers } from './leaving-drivers.js'

/** How many are named. */
const named = 5

export const deviceHolders: DeviceRule = {
  id: 'device-holders',
  title: 'Does nobody have the device open?',
  about: 'device',
  looksAt: [
    '/sys/dev/char',
    '/sys/dev/block',
    '/proc/*/fd: of the computer itself only, no recording holds it',
    '/sys/block/*/holders',
  ],
  why: `A driver does not let go of every device while somebody uses it: ${closedFirst
    .filter(({ subsystem }) => ['drm', 'nvidia', 'block'].includes(subsystem))
    .map(({ subsystem, otherwise }) => `of ${subsystem}, ${otherwise}`)
    .join('; ')}. So \`handover bind\` waits until it is closed, and gives up after a while.`,
  fix: 'End the programs that have it open: the desktop for a video card (systemctl isolate multi-user.target), the volume group or array for a disk.',
  sources: closedFirst.map(({ subsystem, source }) => `${subsystem}: ${source}`),
  atWorst: 'warning',
  check(handover) {
    const leaving = leavingDrivers(handover)
    if (leaving.length === 0) return notHere('it has left the host already')
    if (handover.machine.source.kind !== 'live')
      return notHere('who has it open is asked of the computer itself, not of a recording or a text')
    const asked = leaving.map((f) => handover.machine.system.holders(f))
    const holders = asked.flatMap((one) => knownValue(one) ?? [])
    if (holders.length === 0) {
      asked.forEach(need)
      return passes('no process has it open')
    }
    const who = [...new Set(holders.map(nameOf))]
    const more = who.length > named ? ` and ${who.length - named} more` : ''
    return warning(
      `${who.slice(0, named).join(', ')}${more} ${who.length === 1 ? 'has' : 'have'} it open`,
      holders.slice(0, named).map((one) => seen(one.path, nameOf(one))),
    )
  },
}

function nameOf(holder: Holder): string {
  return holder.kind === 'process' ? `${holder.command} (process ${holder.pid})` : holder.name
}
