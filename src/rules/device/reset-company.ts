import { knownValue } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { folderOf } from './attribute.js'
import { ownResets } from './own-resets.js'
import { busMates, portOf } from './places.js'
import { brokenResetsOf } from './reset-quirks.js'

export const resetCompany: DeviceRule = {
  id: 'reset-company',
  title: 'Can it be reset without what stays with the host?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/reset_method',
    'the functions below the same bridge, and the IOMMU group',
  ],
  why: 'A device without a reset of its own is reset with its bus, and everything on the bus with it. QEMU does that only where all of it is given to the same machine; else the device is not reset at all.',
  fix: 'Give all of them to the machine; without, the device is as the last machine left it until the computer is restarted.',
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_dev_set_resettable, vfio_pci_ioctl_pci_hot_reset',
    'QEMU hw/vfio/pci.c (7.2), hw/vfio/container.c (10.0): Cannot reset device, depends on group which is not owned',
  ],
  atWorst: 'warning',
  check({ machine, device, leaving }) {
    if (knownValue(device.isBridge) === true) return notHere('bridges are not handed over')
    const { methods, evidence } = ownResets(machine, device)
    if (methods.length > 0) return passes('it has a reset of its own', evidence)
    const parent = need(device.parent)
    if (parent === null) return notHere('it stands on a root bus, which is not reset')
    if (brokenResetsOf(device, portOf(machine, device)).some(({ broken }) => broken.includes('bus')))
      return notHere('a reset of its bus does not work: see reset-method', evidence)
    const mates = busMates(machine, device)
    const group = need(leaving)
    const outside = mates.filter((f) => !group.includes(f) && knownValue(f.isBridge) !== true)
    if (outside.length === 0)
      return passes(
        mates.length === 0 ? 'it is alone on its bus' : 'what its bus resets with it leaves the host with it',
        evidence,
      )
    const names = outside.map(({ address }) => address).join(' ')
    return warning(
      `a reset of it resets ${names} too`,
      [evidence, seen(folderOf(device), `below ${parent}, with ${names}`)],
      {
        fix: `give ${names} to the machine too; without, expect that it must be restarted with the computer`,
      },
    )
  },
}
