import { capabilityOf, knownValue } from '../../machine/index.js'
import { need, note, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

const commandLine = '/proc/cmdline'

export const messageInterrupts: DeviceRule = {
  id: 'message-interrupts',
  title: 'Can it signal by messages (MSI or MSI-X)?',
  about: 'device',
  looksAt: ['the MSI and MSI-X capabilities', '/sys/bus/pci/devices/*/msi_irqs', `${commandLine}: pci=nomsi`],
  why: 'With messages an interrupt goes straight to the machine and is never shared. An interrupt line (INTx) is slower, and must be unmasked through the host each time.',
  fix: 'Take pci=nomsi out of the kernel command line.',
  sources: [
    'Linux drivers/pci/msi/msi.c pci_msi_supported, pci_no_msi; drivers/pci/pci.c pci_setup: nomsi',
    'Linux drivers/vfio/pci/vfio_pci_intrs.c vfio_msi_enable, vfio_intx_handler',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
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
      return note('it has an interrupt line (INTx) only', seen(config, `pin ${pin}, no MSI, no MSI-X`), {
        fix: 'nothing can be done; many interrupts make it slow',
      })
    }
    const found = seen(config, has)
    if (msi?.fields.control.enabled || msix?.fields.control.enabled) return passes(`it has ${has}`, found)
    const switchedOff = need(machine.commandLine)
      .split(/\s+/)
      .find((word) => /^pci=(.*,)?nomsi(,|$)/.test(word))
    if (switchedOff)
      return warning(`it has ${has}, and the kernel uses none`, [found, seen(commandLine, switchedOff)])
    return passes(`it has ${has}`, found)
  },
}

const words = { msi: 'MSI', msix: 'MSI-X' } as const
