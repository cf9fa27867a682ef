import { nodesFolder, roughSizeText } from '../../machine/index.js'
import { need, note, notHere, passes, seen } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const numaNode: DeviceRule = {
  id: 'numa-node',
  title: 'Is all memory equally near to the device?',
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/numa_node', `${nodesFolder}/node*/meminfo`],
  why: 'On a computer with several NUMA nodes a device stands at one of them. Memory and processors of another node are reached through the link between them, which costs time and throughput.',
  fix: 'Bind the machine to that node: numactl --cpunodebind=N --membind=N qemu-system-x86_64 ...; with libvirt <numatune><memory mode="strict" nodeset="N"/></numatune> and <vcpupin>.',
  sources: [
    'Linux Documentation/ABI/testing/sysfs-bus-pci numa_node; drivers/base/node.c node_read_meminfo',
    'libvirt docs/formatdomain.rst, NUMA Node Tuning',
  ],
  atWorst: 'note',
  check({ machine: { system }, device }) {
    // Nodes without memory of their own, such as that of a CXL window or a card, are no matter of choice.
    const nodes = need(system.memoryNodes).filter(({ totalBytes }) => totalBytes > 0n)
    if (nodes.length < 2) return notHere('the memory of this computer is all in one place')
    const path = `/sys/bus/pci/devices/${device.address}/numa_node`
    const number = need(device.numaNode)
    const node = nodes.find((one) => one.number === number)
    if (node === undefined)
      return passes('the firmware does not say near to which memory it stands', seen(path, String(number)))
    const { totalBytes, freeBytes } = node
    return note(`it stands at node ${number}: a machine is fastest with memory and processors of that node`, [
      seen(path, String(number)),
      seen(
        `${nodesFolder}/node${number}/meminfo`,
        `${roughSizeText(freeBytes)} free of ${roughSizeText(totalBytes)}`,
      ),
    ])
  },
}
