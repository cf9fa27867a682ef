import { isVfioDriver } from '../../machine/index.js'
import { need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { functionAt } from './places.js'

export const virtualFunctionParent: DeviceRule = {
  id: 'virtual-function-parent',
  title: 'Does the host drive the physical function that it belongs to?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/physfn, and the driver there'],
  why: "The physical function's driver serves the virtual ones. Without a driver most virtual functions do not work; with a vfio driver whoever opens one must show the token that the program with the physical function has set.",
  fix: 'Bind the physical function to its driver of the host, then make the virtual functions anew.',
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_validate_vf_token (6.1), vfio_pci_core_feature_token (7.3)',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
    const parent = need(device.physicalFunction)
    if (parent === null) return notHere('it is no virtual function')
    const physical =
      functionAt(machine, parent) ??
      undecided('the physical function is not there', attribute(device, 'physfn'))
    const driver = need(physical.driver)
    const found = seen(attribute(physical, 'driver'), driver ?? 'none')
    if (driver === null) return warning(`its physical function ${parent} has no driver`, found)
    if (isVfioDriver(driver))
      return warning(`its physical function ${parent} has ${driver}: a token is wanted`, found, {
        fix: 'set one with the program that has the physical function, and give the same to QEMU: vf-token=UUID',
      })
    return passes(`its physical function ${parent} has ${driver}`, found)
  },
}
