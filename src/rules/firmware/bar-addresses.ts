import { knownValue, type PciFunction, type Resource, resourceFlags, sizeText } from '../../machine/index.js'
import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const barAddresses: DeviceRule = {
  id: 'bar-addresses',
  title: "Do the device's memory BARs have addresses?",
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/resource', '/sys/bus/pci/devices/*/config'],
  why: 'A BAR is a window to the device in the address space of the computer. Where firmware left no room for one, vfio-pci cannot give it away either, and the driver in the virtual machine finds a device with a part missing.',
  fix: 'Switch on Above 4G Decoding in the firmware setup. Where it is on, or there is no such setting, let the kernel make room: pci=realloc on its command line.',
  sources: [
    'Linux drivers/pci/pci-sysfs.c resource_show; include/linux/ioport.h IORESOURCE_UNSET',
    'Linux drivers/pci/setup-bus.c reset_resource: what found no room in the end reads as zeros (6.1, 6.12, 7.3)',
    'Linux drivers/vfio/pci/vfio_pci_core.c: a region of no size is not there',
    'Linux Documentation/admin-guide/kernel-parameters.txt: pci=realloc',
  ],
  atWorst: 'step',
  check({ device }) {
    if (knownValue(device.isBridge)) return notHere('it is a bridge')
    const path = `/sys/bus/pci/devices/${device.address}`
    const bars = need(device.resources).filter((one) => one.kind === 'bar' && isMemory(one))
    const unset = bars.filter(hasNoAddress).map((bar) => ({
      says: `BAR ${bar.index} (${sizeText(bar.sizeBytes)})`,
      seen: seen(`${path}/resource`, `BAR ${bar.index}: no address`),
    }))
    const lost = lostBars(device, bars).map((index) => ({
      says: `BAR ${index}`,
      seen: seen(`${path}/config`, `BAR ${index}: in the device, not in resource`),
    }))
    const missing = [...unset, ...lost]
    if (missing.length === 0)
      return bars.length === 0
        ? notHere('it has no memory BAR', seen(`${path}/resource`, 'no memory BAR'))
        : passes(
            'every memory BAR has an address',
            seen(`${path}/resource`, `${bars.length} of ${bars.length}`),
          )
    const names = missing.map(({ says }) => says).join(' and ')
    return step(
      `${names} ${missing.length === 1 ? 'has' : 'have'} no address`,
      missing.map((one) => one.seen),
    )
  },
}

function isMemory({ flags }: Resource): boolean {
  return (flags & resourceFlags.memory) !== 0n
}

function hasNoAddress({ start, flags }: Resource): boolean {
  return (flags & resourceFlags.unset) !== 0n || start === 0n
}

/** BARs that the device has and that the kernel gave up: their lines in `resource` are all zeros. */
function lostBars(device: PciFunction, bars: readonly Resource[]): readonly number[] {
  const known = new Set(bars.map(({ index }) => index))
  return (knownValue(device.config)?.bars ?? []).flatMap((bar) =>
    bar.kind === 'memory' && !known.has(bar.index) ? [bar.index] : [],
  )
}
