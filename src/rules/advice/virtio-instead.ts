import type { RoleName } from '../../machine/index.js'
import { need, note, notHere, passes } from '../outcomes.js'
import { type DeviceRule, Undecided } from '../rule.js'

/** What a device is for the host, and what gives a machine the same without taking it away. */
const instead: readonly {
  readonly baseClass: number
  readonly roles: readonly RoleName[]
  readonly says: string
  readonly fix: string
}[] = [
  {
    baseClass: 0x02,
    roles: ['network'],
    says: "the host's own network goes through it: a virtual card serves both",
    fix: "give the machine a virtio-net card on a bridge or a macvtap of it; only what needs the card itself (its driver, RDMA, its time stamps, a router's own port) is worth another card",
  },
  {
    baseClass: 0x01,
    roles: ['root-disk', 'mounted', 'swap'],
    says: "the host's own files are on it: a virtual disk serves both",
    fix: 'give the machine a virtio-blk or virtio-scsi disk: a file or a volume of it; only what needs the disk itself (its driver, its firmware tools, an installed Windows) is worth another disk',
  },
]

export const virtioInstead: DeviceRule = {
  id: 'virtio-instead',
  title: "Is the host's own network or disk left alone?",
  about: 'device',
  looksAt: ['/sys/bus/pci/devices/*/class', 'default routes, mounted file systems, swap'],
  why: 'A machine needs a network and a disk, seldom this very card or disk. A virtio device leaves the hardware to the host, and can be saved and moved with the machine.',
  fix: 'Use a virtio device for it, and hand over what the host does not use.',
  sources: [
    'Virtual I/O Device (VIRTIO) Version 1.3, sections 5.1, 5.2',
    'QEMU docs/system/devices/net.rst, qemu-options.hx: -netdev, -blockdev',
  ],
  atWorst: 'note',
  check({ device, machine }) {
    const code = need(device.class)
    const row = instead.find(({ baseClass }) => baseClass === code >> 16)
    if (row === undefined) return notHere('it is no network or disk controller')
    const own = device.roles.filter(({ name }) => row.roles.includes(name))
    if (own.length > 0)
      return note(
        row.says,
        own.map(({ evidence }) => evidence[0]!),
        { fix: row.fix },
      )
    const open = row.roles.flatMap((role) => machine.roles[role].unknown)
    if (open.length > 0) throw new Undecided(open)
    return passes('the host does not use it for itself')
  },
}
