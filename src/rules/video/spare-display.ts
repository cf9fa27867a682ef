import { type Connector, connectorsFolder, knownValue, type PciFunction } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import { type DeviceRule, Undecided } from '../rule.js'
import { noCard, remaining } from './display.js'

export const spareDisplay: DeviceRule = {
  id: 'spare-display',
  title: 'Is another card at work that shows the host?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/class',
    `${connectorsFolder}/card*-*/status, enabled`,
    '/sys/class/vtconsole, /sys/class/graphics, /proc/iomem: what the console is drawn on',
  ],
  why: 'Another card in the computer keeps the host in sight, when a display is connected to it and its driver is at work before this one goes. The firmware starts the computer on one card only: that is to be the other one, so that no console is on this.',
  fix: null,
  sources: [
    'Linux drivers/gpu/drm/drm_sysfs.c status_show, enabled_show',
    'Linux drivers/pci/vgaarb.c vga_is_boot_device: what the firmware starts on is the boot display',
  ],
  atWorst: 'note',
  check({ device, leaving, machine }) {
    const other = noCard(device)
    if (other) return other
    const gone = knownValue(leaving) ?? [device]
    const others = remaining(machine, gone)
    if (others.length === 0) return notHere('no other card with outputs is there')
    const { functions, unknown } = machine.roles.display
    const lit = others.find(({ address }) => functions.includes(address))
    if (lit) return passes(`${lit.address} shows the host`, ...litBy(lit))
    if (unknown.length > 0) throw new Undecided(unknown)
    if (!gone.some(({ address }) => functions.includes(address)))
      return notHere('this host has no display that is on')
    const sockets = need(machine.system.connectors)
    return others.map((other) => {
      const own = sockets.filter(({ address }) => address === other.address)
      return note(
        `${other.address} could show the host in its place`,
        seen(connectorsFolder, own.map(({ name }) => name).join(' ') || `no connector of ${other.address}`),
        { fix: plan(other, own) },
      )
    })
  },
}

function litBy({ roles }: PciFunction) {
  return roles.filter(({ name }) => name === 'display').flatMap(({ evidence }) => evidence)
}

/** A card without a driver shows no sockets. */
function plan({ address, driver }: PciFunction, sockets: readonly Connector[]): string {
  const first = `and choose ${address} as the first display in the firmware setup`
  const names = (list: readonly Connector[]) =>
    list.map(({ name }) => name.replace(/^card\d+-/, '')).join(' or ')
  const connected = sockets.filter(({ isConnected }) => knownValue(isConnected) === true)
  if (connected.length > 0) return `switch on the display that is connected to ${names(connected)}, ${first}`
  if (sockets.length > 0) return `connect a display to ${names(sockets)}, ${first}`
  return `let its own driver (now ${knownValue(driver) ?? 'none'}) start, connect a display, ${first}`
}
