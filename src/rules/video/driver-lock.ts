import { need, note, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { noCard } from './display.js'
import { driverLocks } from './driver-locks.js'

export const driverLock: DeviceRule = {
  id: 'driver-lock',
  title: "Does the card's Windows driver work in a virtual machine?",
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/vendor, device', 'pci.ids: which chip it is'],
  why: "NVIDIA's Windows drivers for GeForce stopped with error 43 where they saw a hypervisor, until driver 465 of 2021. Later ones do not: for the cards that they drive nothing need be hidden.",
  fix: "Where the device manager of Windows shows error 43, hide the hypervisor: -cpu host,kvm=off,hv_vendor_id=none in QEMU; <kvm><hidden state='on'/></kvm> and a <vendor_id> under <hyperv> in libvirt.",
  since: ['NVIDIA 465 (2021): GeForce, Kepler and later, works in one machine at a time'],
  sources: [
    ...new Set(driverLocks.map(({ source }) => source)),
    'QEMU docs/system/i386/hyperv.rst: hv-vendor-id; target/i386/cpu.c: kvm',
  ],
  atWorst: 'warning',
  check({ device }) {
    const other = noCard(device)
    if (other) return other
    const vendor = need(device.vendor)
    const rows = driverLocks.filter((row) => row.vendor === vendor)
    if (rows.length === 0) return notHere('no driver of this maker is known to do that')
    const id = need(device.device)
    const name = device.names.device ?? device.names.printed
    if (name === undefined && rows.some((row) => row.name !== null))
      undecided('which chip it is: pci.ids does not say', '/usr/share/misc/pci.ids')
    const found = seen(
      `/sys/bus/pci/devices/${device.address}/device`,
      [`0x${id.toString(16).padStart(4, '0')}`, ...(name === undefined ? [] : [name])].join(', '),
    )
    const row = rows.find((one) => one.devices.includes(id) || one.name?.test(name ?? ''))
    if (row === undefined) return passes('no driver for it is known to refuse a machine', found)
    return row.weight === 'warning' ? warning(row.says, found) : note(row.says, found)
  },
}
