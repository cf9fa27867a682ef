import { knownValue } from '../../machine/index.js'
import { impossible, need, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

/** Parts of the computer itself, by class (PCI Code and ID Assignment Specification, section 1). First match counts. */
export const ownParts: readonly {
  readonly mask: number
  readonly code: number
  readonly what: string
}[] = [
  { mask: 0xffff00, code: 0x060000, what: 'the host bridge, through which the processor reaches the bus' },
  {
    mask: 0xffff00,
    code: 0x060100,
    what: 'the ISA bridge, with timers and controllers that the host runs on',
  },
  { mask: 0xffff00, code: 0x080600, what: 'an IOMMU' },
  { mask: 0xffff00, code: 0x080700, what: 'an event collector of the root complex' },
]

export const deviceKind: DeviceRule = {
  id: 'device-kind',
  title: 'Is it a device, not a part of the computer itself?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/config: header type', '/sys/bus/pci/devices/*/class'],
  why: 'Only functions with the header of an endpoint can go to vfio-pci. Bridges and what belongs to the root complex stay with the host, which reaches all other devices through them.',
  fix: null,
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_register_device: PCI_HEADER_TYPE_NORMAL',
    'PCI Code and ID Assignment Specification, 1.7 and 1.9',
  ],
  atWorst: 'impossible',
  check({ device, machine }) {
    const folder = `/sys/bus/pci/devices/${device.address}`
    const code = need(device.class)
    const part = ownParts.find(({ mask, code: own }) => (code & mask) === own)
    const asFound = seen(`${folder}/class`, `0x${code.toString(16).padStart(6, '0')}`)
    if (part !== undefined) return impossible(`it is ${part.what}, and stays with the host`, asFound)
    if (!need(device.isBridge)) return passes('it is a device', asFound)
    const behind = machine.functions
      .filter((f) => knownValue(f.parent) === device.address)
      .map(({ address }) => address)
    return impossible('it is a bridge, and stays with the host', asFound, {
      ...(behind.length > 0 ? { fix: `hand over what is behind it: ${behind.join(' ')}` } : {}),
    })
  },
}
