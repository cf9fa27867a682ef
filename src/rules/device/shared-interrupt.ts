import { intxMasking, knownValue, moduleParameterPath, type PciFunction } from '../../machine/index.js'
import { need, notHere, passes, seen, step, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

const ignoring = moduleParameterPath('vfio_pci', 'nointxmask')

export const sharedInterrupt: DeviceRule = {
  id: 'shared-interrupt',
  title: 'Does it have its interrupt line to itself, or can it share it?',
  about: 'device',
  looksAt: [
    'the interrupt pin and DisINTx in configuration space, and a table of devices whose DisINTx does not work',
    '/sys/bus/pci/devices/*/irq and msi_irqs, of all functions that have a driver',
    ignoring,
  ],
  why: 'An interrupt by INTx is masked at the device (DisINTx) until the machine has seen to it, so that others on the line go on. Where that bit does not work, or nointxmask says not to use it, vfio-pci takes the line only for itself, and the start of a machine fails: "Device or resource busy".',
  fix: 'Take the others from their drivers, or put the device into another slot, so that it has a line alone.',
  since: [
    'Linux tries the bit itself at boot and keeps the outcome to itself; this goes by its table of exceptions',
  ],
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_enable, vfio_pci_nointx; vfio_pci_intrs.c vfio_intx_enable',
    'Linux drivers/pci/quirks.c quirk_broken_intx_masking, mellanox_check_broken_intx_masking',
    'Linux drivers/pci/probe.c pci_intx_mask_broken; drivers/pci/pci-sysfs.c irq_show',
  ],
  atWorst: 'step',
  check({ machine, device, leaving }) {
    const pin = need(device.config).header.fields.interruptPin
    if (pin === 'none')
      return notHere('it has no interrupt line', seen(attribute(device, 'config'), 'interrupt pin 0'))
    const line = lineOf(device)
    if (line === null) return notHere('it has no interrupt line', seen(attribute(device, 'irq'), '0'))
    const irq = seen(attribute(device, 'irq'), typeof line === 'number' ? String(line) : line)
    const others = machine.functions.filter(
      (f) => f !== device && knownValue(f.driver) !== null && !knownValue(leaving)?.includes(f),
    )
    const sharers = others.filter((f) => lineOf(f) === line && knownValue(f.messageIrqs) === null)
    const allTold = typeof line === 'number' && others.every((f) => lineOf(f) !== 'not told')
    if (allTold && sharers.length === 0) return passes('no other driver uses its interrupt line', irq)
    const ignored = knownValue(machine.system.moduleParameter('vfio_pci', 'nointxmask')) === 'Y'
    const { verdict } = need(intxMasking(device))
    if (verdict === 'hidden') return passes('vfio-pci hides its interrupt line from the machine', irq)
    if (!ignored && (verdict === 'works' || verdict === 'expected'))
      return passes('its interrupt line can be shared', irq)
    if (line === 'hidden by MSI')
      return warning(
        'it may need its interrupt line for itself, and which it has is not told while it uses MSI',
        irq,
      )
    if (line === 'not told' || sharers.length === 0)
      return undecided('who shares its interrupt line is not told', attribute(device, 'irq'))
    const evidence = [
      irq,
      ...sharers.map((f) => seen(attribute(f, 'irq'), `${line} (${knownValue(f.driver)})`)),
      ...(ignored ? [seen(ignoring, 'Y')] : []),
    ]
    const names = sharers.map(({ address }) => address).join(' ')
    if (!ignored && verdict !== 'broken')
      return warning(`it shares its interrupt line with ${names}, which may not work`, evidence)
    return step(
      `it needs its interrupt line for itself, and ${names} ${sharers.length === 1 ? 'uses' : 'use'} it too`,
      evidence,
    )
  },
}

/** The number of its INTx line; null: it has none. MSI hides the number, and a driver that uses MSI does not use the line. */
function lineOf(f: PciFunction): number | null | 'hidden by MSI' | 'not told' {
  const messages = knownValue(f.messageIrqs)
  if (messages?.mode === 'msi') return 'hidden by MSI'
  const line = knownValue(f.irq)
  return messages === undefined || line === undefined ? 'not told' : line
}
