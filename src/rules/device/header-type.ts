import { impossible, need, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

export const headerType: DeviceRule = {
  id: 'header-type',
  title: 'Is it no bridge?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/secondary_bus_number', 'the header type in configuration space'],
  why: 'Only functions of header type 0 go to vfio-pci. A bridge (1) or a CardBus bridge (2) stays with the host, whatever is behind it.',
  fix: 'Hand over what is behind it.',
  sources: ['Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_register_device: pdev->hdr_type'],
  atWorst: 'impossible',
  check({ device }) {
    if (need(device.isBridge))
      return impossible(
        'it is a bridge, and vfio-pci takes none',
        seen(attribute(device, 'config'), 'header type 1 or 2'),
      )
    return passes('it is no bridge', seen(attribute(device, 'config'), 'header type 0'))
  },
}
