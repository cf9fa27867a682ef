import { capabilityOf, knownValue } from '../../machine/index.js'
import { need, note, passes, seen, undecided } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

export const messageInterrupts: DeviceRule = {
  id: 'message-interrupts',
  title: 'Can it signal by messages (MSI or MSI-X)?',
  about: 'device',
  looksAt: ['the MSI and MSI-X capabilities', '/sys/bus/pci/devices/*/msi_irqs'],
  why: 'With messages an interrupt goes straight to the machine and is never shared. An interrupt line (INTx) is slower, and must be unmasked through the host each time.',
  fix: null,
  sources: [
    'PCI Local Bus Specification 3.0, sections 6.8.1 and 6.8.2: MSI and MSI-X Capability',
    'Linux drivers/vfio/pci/vfio_pci_intrs.c vfio_msi_enable, vfio_intx_handler',
  ],
  atWorst: 'note',
  check({ device }) {
    const inUse = knownValue(device.messageIrqs)
    if (inUse)
      return passes(`its driver uses ${words[inUse.mode]}`, seen(attribute(device, 'msi_irqs'), inUse.mode))
    const config = attribute(device, 'config')
    const msi = need(capabilityOf(device, 'msi'))
    const msix = need(capabilityOf(device, 'msix'))
    const has = [msi && words.msi, msix && words.msix].filter(Boolean).join(' and ')
    if (has === '') {
      const pin =
        need(device.config).header.fields.interruptPin ??
        undecided('whether it has an interrupt line is not told', config)
      if (pin === 'none') return passes('it has no interrupt', seen(config, 'no pin, no MSI, no MSI-X'))
      return note(
        'it has an interrupt line (INTx) only, which makes many interrupts slow',
        seen(config, `pin ${pin}, no MSI, no MSI-X`),
      )
    }
    return passes(`it has ${has}`, seen(config, has))
  },
}

const words = { msi: 'MSI', msix: 'MSI-X' } as const
