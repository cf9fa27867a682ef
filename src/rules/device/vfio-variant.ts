import { hasSince, parseKernelVersion } from '../../iommu/index.js'
import { kernelReleasePath } from '../../machine/index.js'
import { need, note, passes, seen, undecided } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { idsOf, isOneOf } from './device-ids.js'
import { vfioVariants } from './vfio-variants.js'

export const vfioVariant: DeviceRule = {
  id: 'vfio-variant',
  title: 'Is vfio-pci the best vfio driver for it?',
  about: 'device',
  looksAt: ['vendor and device, in a table of drivers', '/sys/bus/pci/devices/*/driver', kernelReleasePath],
  why: 'For a few devices Linux has a vfio driver that can do more than vfio-pci. vfio-pci takes them too.',
  fix: 'Load the module and bind the device to it; libvirt takes it by itself from 10.0 on.',
  sources: ['Linux drivers/vfio/pci: id tables with PCI_DRIVER_OVERRIDE_DEVICE_VFIO (6.1, 6.12, 7.3)'],
  atWorst: 'note',
  check({ machine, device }) {
    const row = vfioVariants.find((one) => isOneOf(device, one))
    if (row === undefined || (row.virtualOnly && need(device.physicalFunction) === null))
      return passes('Linux has no other vfio driver for it')
    const driver = need(device.driver)
    if (driver === row.driver) return passes(`it has ${driver}`, seen(attribute(device, 'driver'), driver))
    const kernel = need(machine.kernel)
    const version = parseKernelVersion(kernel) ?? undecided('not understood', kernelReleasePath)
    if (!hasSince(version, [row.since]))
      return passes('this kernel has no other vfio driver for it', seen(kernelReleasePath, kernel))
    return note(
      `Linux has a vfio driver of its own for it: ${row.driver}; with it ${row.gives}`,
      seen(attribute(device, 'device'), idsOf(device)),
    )
  },
}
