import { type Connector, knownValue, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, warning } from '../outcomes.js'
import { type DeviceRule, Undecided } from '../rule.js'
import { listed, remaining } from './display.js'

export const hostDisplay: DeviceRule = {
  id: 'host-display',
  title: 'Is a display left for the host when the device goes?',
  about: 'device',
  looksAt: [
    '/sys/class/drm/card*-*/enabled, status',
    '/sys/class/vtconsole, /sys/class/graphics, /proc/iomem: what the console is drawn on',
    '/sys/bus/pci/devices/*/class',
  ],
  why: "When the only card that is lit goes to a machine, the host's desktop ends and its console is drawn nowhere. When the machine stops, the host may not get a picture again before a restart.",
  fix: 'Set up a way into the host that needs no display: SSH from another computer, or a serial console. A second video card, however small, is the better way.',
  sources: [
    'Linux drivers/gpu/drm/drm_sysfs.c, drivers/tty/vt/vt.c',
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_vga_init: console drivers are removed',
  ],
  atWorst: 'warning',
  check({ device, leaving, machine }) {
    const gone = knownValue(leaving) ?? [device]
    const { functions, elsewhere, unknown } = machine.roles.display
    const isGone = (address: string) => gone.some((f) => f.address === address)
    const isDark = !functions.some(isGone)
    if (isDark && need(device.class) >> 16 !== 0x03) return notHere('it shows nothing of the host')
    const staying = functions.filter((address) => !isGone(address))
    if (staying.length > 0 || elsewhere.length > 0)
      return passes(
        `the host has a display on ${[...staying, ...elsewhere.map(({ path }) => path)].join(', ')}`,
      )
    if (unknown.length > 0) throw new Undecided(unknown)
    if (isDark) return notHere('this host has no display that is on')
    const others = remaining(machine, gone)
    const lit = gone.flatMap((f) =>
      f.roles.filter(({ name }) => name === 'display').flatMap((role) => role.evidence),
    )
    return others.length === 0
      ? warning('only it shows anything of the host, and no other card could', lit.slice(0, 2))
      : warning(`only it shows anything of the host; ${listed(others)} could`, lit.slice(0, 2), {
          fix: sparePlan(others, need(machine.system.connectors)),
        })
  },
}

/** Where a display is to be plugged in. A card without a driver shows no sockets. */
function sparePlan(others: readonly PciFunction[], connectors: readonly Connector[]): string {
  const sockets = connectors.filter(({ address }) => others.some((f) => f.address === address))
  const where =
    sockets.length > 0
      ? `an output of it (${sockets.map(({ name }) => name.replace(/^card\d+-/, '')).join(', ')})`
      : 'it, and have its driver start'
  return `connect a display to ${where}, and choose that card as the first display in the firmware setup`
}
