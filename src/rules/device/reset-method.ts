import { knownValue } from '../../machine/index.js'
import { need, notHere, passes, seen, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute, folderOf } from './attribute.js'
import { ownResets } from './own-resets.js'
import { portOf } from './places.js'
import { brokenResetsOf } from './reset-quirks.js'

export const resetMethod: DeviceRule = {
  id: 'reset-method',
  title: 'Can Linux reset the device?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/reset_method',
    'where that is not to be read: FLR, AF FLR and NoSoftRst in configuration space, and how it is connected',
  ],
  why: 'A device is reset before a machine gets it, and after. Without a reset the next machine, or the host, gets it as the last one left it, memory and all, and its driver may not be able to start it.',
  fix: 'There is none but to restart the computer between two uses; a slot below a port of its own makes a reset of the bus possible.',
  since: ['Linux 5.15: reset_method in sysfs'],
  sources: [
    'Linux drivers/pci/pci.c pci_reset_fn_methods, pci_parent_bus_reset, pci_pm_reset',
    'Linux drivers/pci/pci-sysfs.c reset_method_store',
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_enable, vfio_pci_core_disable',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
    const isBridge = knownValue(device.isBridge) === true || (knownValue(device.class) ?? 0) >> 16 === 0x06
    if (isBridge) return notHere('bridges are not handed over')
    const { methods, told, switchedOff, evidence } = ownResets(machine, device)
    if (methods.length > 0)
      return passes(
        told === 'by the kernel' ? `Linux resets it by ${methods[0]}` : `Linux can reset it by ${methods[0]}`,
        evidence,
      )
    if (switchedOff)
      return warning('its resets were switched off', evidence, {
        fix: `echo default > ${attribute(device, 'reset_method')}`,
      })
    const parent = need(device.parent)
    if (parent === null)
      return warning(
        told === 'by the kernel'
          ? 'nothing resets it: it has no reset of its own, and stands on a root bus'
          : 'none of its capabilities can reset it, and it stands on a root bus',
        [evidence, seen(folderOf(device), 'no bridge above it')],
      )
    const broken = brokenResetsOf(device, portOf(machine, device)).find((row) => row.broken.includes('bus'))
    if (broken)
      return warning(
        `nothing resets it: it has no reset of its own, and a reset of the bus ${broken.effect}`,
        evidence,
      )
    return passes(`it is reset with its bus, below ${parent}`, evidence)
  },
}
