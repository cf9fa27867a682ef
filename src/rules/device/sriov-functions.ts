import { capabilityOf, knownValue, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, seen, step, undecided } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

export const sriovFunctions: DeviceRule = {
  id: 'sriov-functions',
  title: 'Are its virtual functions switched off?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/sriov_numvfs', 'the SR-IOV capability'],
  why: 'A physical function cannot go to vfio-pci while it has virtual ones: "Cannot bind to PF with SR-IOV enabled".',
  fix: 'Switch them off before: echo 0 > sriov_numvfs. Or hand over a virtual function in place of it.',
  sources: ['Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_register_device: pci_num_vf'],
  atWorst: 'step',
  check({ device }) {
    const enabled = functionsInUse(device)
    if (enabled === null) return notHere('it makes no virtual functions')
    const found = seen(attribute(device, 'sriov_numvfs'), String(enabled))
    if (enabled === 0) return passes('its virtual functions are switched off', found)
    return step(`it has ${enabled} virtual functions in use`, found, {
      fix: `echo 0 > ${attribute(device, 'sriov_numvfs')}, when nothing uses them`,
    })
  },
}

/** From sysfs, else from the capability; null: it has none. */
function functionsInUse(device: PciFunction): number | null {
  const told = knownValue(device.sriov)
  if (told !== undefined) return told?.enabled ?? null
  const capability = need(capabilityOf(device, 'sriov'))
  if (capability === null) return null
  const { control, functionsInUse } = capability.fields
  if (control.enabled === false) return 0
  return (control.enabled && functionsInUse) || undecided('not told', attribute(device, 'sriov_numvfs'))
}
