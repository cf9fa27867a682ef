import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const virtualFunctionInstead: DeviceRule = {
  id: 'virtual-function-instead',
  title: 'Must the network card be given as a whole?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/class', '/sys/bus/pci/devices/*/sriov_totalvfs'],
  why: 'A network card with SR-IOV makes functions that share its port. A machine that gets one has its speed, and the host and other machines keep theirs.',
  fix: null,
  sources: [
    'Linux Documentation/PCI/pci-iov-howto.rst, Documentation/ABI/testing/sysfs-bus-pci: sriov_numvfs',
  ],
  atWorst: 'note',
  check({ device }) {
    if (need(device.class) >> 16 !== 0x02) return notHere('it is no network card')
    const folder = `/sys/bus/pci/devices/${device.address}`
    const sriov = need(device.sriov)
    if (sriov === null || sriov.total === 0)
      return passes('it has no SR-IOV', seen(folder, 'no sriov_totalvfs'))
    return note(
      `it has SR-IOV: up to ${sriov.total} virtual functions, each of which can go to a machine alone`,
      seen(`${folder}/sriov_totalvfs`, String(sriov.total)),
      {
        fix: `where its port is to serve the host too, write how many to ${folder}/sriov_numvfs, and give one of them`,
      },
    )
  },
}
