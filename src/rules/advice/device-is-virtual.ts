import { need, note, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { virtualDevices } from './virtual-devices.js'

export const deviceIsVirtual: DeviceRule = {
  id: 'device-is-virtual',
  title: 'Is it hardware?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/vendor', '/sys/class/iommu'],
  why: 'A hypervisor made this device. A machine inside this one can have a virtual device of its own, made by QEMU here, and needs no IOMMU for it. Handing this one over is of use to try how that is done, or to spare a layer.',
  fix: 'Give the machine a virtual device of its own, unless handing over is what is to be tried.',
  sources: [...new Set(virtualDevices.map(({ source }) => source))],
  atWorst: 'note',
  check({ device, machine }) {
    const vendor = need(device.vendor)
    const found = seen(
      `/sys/bus/pci/devices/${device.address}/vendor`,
      `0x${vendor.toString(16).padStart(4, '0')}`,
    )
    const row = virtualDevices.find((one) => one.vendor === vendor)
    if (row === undefined) return passes('its maker is no hypervisor', found)
    // Who gave a virtual machine an IOMMU wants to hand over what it has.
    if (need(machine.iommus).length > 0)
      return passes(`it is ${row.what}, and an IOMMU is there to hand it over with`, found)
    return note(`it is ${row.what}, no hardware`, found)
  },
}
