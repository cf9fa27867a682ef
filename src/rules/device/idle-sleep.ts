import { isVfioDriver } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { attribute } from './attribute.js'

export const idleSleep: DeviceRule = {
  id: 'idle-sleep',
  title: 'Does it keep its power while no machine uses it?',
  about: 'device',
  looksAt: [
    '/sys/bus/pci/devices/*/driver',
    '/sys/bus/pci/devices/*/power_state',
    '/sys/bus/pci/devices/*/d3cold_allowed',
  ],
  why: 'While no machine has it, vfio-pci lets a device sleep, and where the firmware can, without power (D3cold). Some do not wake: "Unable to change power state from D3cold to D0, device inaccessible".',
  fix: 'Only where a start fails with that message: write 0 into d3cold_allowed, or load vfio-pci with disable_idle_d3=1. The device then draws more power while idle.',
  since: ['Linux 6.12.96 and 7.3: disable_idle_d3 counts as it was when the device was bound'],
  sources: [
    'Linux drivers/vfio/pci/vfio_pci_core.c vfio_pci_core_register_device, disable_idle_d3',
    'Linux drivers/pci/pci-sysfs.c d3cold_allowed_store; drivers/pci/pci.c pci_power_up',
    'kata-containers issue 11708; gnif/vendor-reset issue 76',
  ],
  atWorst: 'note',
  check({ device }) {
    const driver = need(device.driver)
    if (!isVfioDriver(driver)) return notHere('no vfio driver has it now')
    const state = need(device.powerState)
    const power = seen(attribute(device, 'power_state'), state)
    if (state !== 'D3cold') return passes(`it is in ${state}`, power)
    const allowed = need(device.d3coldAllowed)
    return note('it sleeps without power (D3cold) until a machine starts', [
      power,
      seen(attribute(device, 'd3cold_allowed'), allowed === null ? 'no such file' : allowed ? '1' : '0'),
    ])
  },
}
