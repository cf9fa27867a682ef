import { moduleParameterPath } from '../../machine/index.js'
import { need, passes, seen, step } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'
import { type DeviceIds, idsOf, isOneOf } from './device-ids.js'

const parameterPath = moduleParameterPath('vfio_pci', 'disable_denylist')

/** Linux drivers/vfio/pci/vfio_pci.c vfio_pci_dev_in_denylist with the ids of include/linux/pci_ids.h; 6.1 and 7.3. */
export const denylist: readonly (DeviceIds & { readonly name: string })[] = [
  { vendor: 0x8086, devices: [0x19e2, 0x19e3], name: 'Intel QAT C3xxx' },
  { vendor: 0x8086, devices: [0x37c8, 0x37c9], name: 'Intel QAT C62x' },
  { vendor: 0x8086, devices: [0x0435, 0x0443], name: 'Intel QAT DH895xCC' },
  { vendor: 0x8086, devices: [0x0b25], name: 'Intel DSA of Sapphire Rapids' },
  { vendor: 0x8086, devices: [0x0cfe], name: 'Intel IAX of Sapphire Rapids' },
]

export const vfioDenylist: DeviceRule = {
  id: 'vfio-denylist',
  title: 'Does vfio-pci take the device without being told to?',
  about: 'device',
  looksAt: ['vendor and device', parameterPath],
  why: 'Some devices have errata by which a machine could harm the host. vfio-pci refuses them: "exists in vfio-pci device denylist, driver probing disallowed".',
  fix: 'Only where the machine is trusted: options vfio-pci disable_denylist=1 in /etc/modprobe.d, then load vfio-pci anew.',
  sources: ['Linux drivers/vfio/pci/vfio_pci.c vfio_pci_is_denylisted'],
  atWorst: 'step',
  check({ machine, device }) {
    const row = denylist.find((one) => isOneOf(device, one))
    if (row === undefined) return passes('it is not among those that vfio-pci refuses')
    const allowed = need(machine.system.moduleParameter('vfio_pci', 'disable_denylist'))
    const parameter = seen(parameterPath, allowed ?? 'no such file')
    if (allowed === 'Y') return passes(`vfio-pci was told to take it: ${row.name}`, parameter)
    return step(`vfio-pci refuses it: ${row.name}`, [
      seen(attribute(device, 'device'), idsOf(device)),
      parameter,
    ])
  },
}
