import type { Host } from '../host/index.js'
import { functionOfPath } from './address.js'
import type { Fact } from './machine.js'
import { knownValue, parseLine, readFact, readLinkName, readList, readTarget, unknownFrom } from './read.js'

/** Who keeps a device in use. */
export type Holder =
  | { readonly kind: 'process'; readonly pid: number; readonly command: string; readonly path: string }
  /** A kernel thing that stands on a block device: a volume, an array, an encrypted disk. */
  | { readonly kind: 'kernel'; readonly name: string; readonly path: string }

/** A device node that belongs to a function. */
export interface DeviceNode {
  /** `/dev/snd/controlC0` */
  readonly path: string
  /** The kernel's name for its kind: `sound`, `block`, `drm`, ... */
  readonly subsystem: string
  /** Its folder in sysfs. */
  readonly folder: string
}

/**
 * Nodes that have to be closed before a driver is told to let go, by their kind, and what else would happen. Of other kinds
 * the drivers wait for their users or send them away.
 */
export const closedFirst: readonly {
  readonly subsystem: string
  readonly otherwise: string
  readonly source: string
}[] = [
  {
    subsystem: 'block',
    otherwise: 'the disk goes away under its users, and what they had not written is lost',
    source: 'block/genhd.c del_gendisk',
  },
  {
    subsystem: 'vfio',
    otherwise: 'the kernel waits until the user closes it',
    source: 'drivers/vfio/vfio_main.c vfio_unregister_group_dev',
  },
  {
    subsystem: 'vfio-dev',
    otherwise: 'the kernel waits until the user closes it',
    source: 'drivers/vfio/vfio_main.c vfio_unregister_group_dev',
  },
  {
    subsystem: 'nvidia',
    otherwise: 'the driver waits in the kernel, with its locks held, until all users are gone',
    source: 'NVIDIA open-gpu-kernel-modules, kernel-open/nvidia/nv-pci.c nv_pci_remove_helper',
  },
  {
    subsystem: 'drm',
    otherwise: 'the card goes away under its users; some drivers wait in the kernel, some crash it',
    source: 'drivers/gpu/drm/drm_drv.c drm_dev_unplug',
  },
  {
    subsystem: 'i2c-dev',
    otherwise: 'the kernel waits until the user closes it',
    source: 'drivers/i2c/i2c-core-base.c i2c_del_adapter',
  },
]

/** Device nodes by the address of their function, from /sys/dev, which lists every device number there is. */
export type NodesByFunction = ReadonlyMap<string, readonly DeviceNode[]>

/** The nodes of all functions, or of one. */
export function readNodes(host: Host, only?: string): Fact<NodesByFunction> {
  const nodes = new Map<string, DeviceNode[]>()
  for (const kind of ['char', 'block']) {
    const list = `/sys/dev/${kind}`
    const numbers = readList(host, list) // a kernel without block devices has no /sys/dev/block
    if ('unknown' in numbers) return numbers
    for (const number of numbers.value ?? []) {
      const folder = knownValue(readTarget(host, `${list}/${number}`))
      // The last address in the path: what lies behind a bridge is not the bridge's. And a node may go away meanwhile.
      const address = folder && functionOfPath(folder)
      if (!address || (only !== undefined && address !== only)) continue
      const name = knownValue(readFact(host, `${folder}/uevent`, (text) => /^DEVNAME=(.+)$/m.exec(text)?.[1]))
      if (name === undefined) continue // a number without a node
      const subsystem = knownValue(readLinkName(host, `${folder}/subsystem`)) ?? kind
      const own = nodes.get(address) ?? []
      nodes.set(address, own)
      own.push({ path: `/dev/${name}`, subsystem, folder })
    }
  }
  return { value: nodes }
}

/** The device nodes of a function; `read`: what {@link readNodes} gives for it. */
export function deviceNodes(
  host: Host,
  address: string,
  driver: string | null,
  read = readNodes(host, address),
): Fact<readonly DeviceNode[]> {
  if ('unknown' in read) return read
  const nodes = [...(read.value.get(address) ?? []), ...vfioGroupNode(host, address)]
  if (driver !== 'nvidia') return { value: nodes }
  // NVIDIA's own driver makes nodes that sysfs does not show, some of them for all its cards together.
  const names = host.list('/dev')
  if (names.kind !== 'value') return unknownFrom(names, '/dev')
  for (const name of names.value)
    if (/^nvidia(\d+|-modeset|-uvm)$/.test(name))
      nodes.push({ path: `/dev/${name}`, subsystem: 'nvidia', folder: '/sys/bus/pci/drivers/nvidia' })
  return { value: nodes }
}

/** The group's node belongs to no function in sysfs. A container may have the group open without the function. */
function vfioGroupNode(host: Host, address: string): readonly DeviceNode[] {
  const group = knownValue(readLinkName(host, `/sys/bus/pci/devices/${address}/iommu_group`))
  if (!group) return []
  const folder = `/sys/class/vfio/${group}`
  if (host.readLink(folder).kind !== 'value') return []
  return [{ path: `/dev/vfio/${group}`, subsystem: 'vfio', folder }]
}

/** By the path of a file of /dev: processes that have it open. */
export type OpenFiles = ReadonlyMap<string, ReadonlySet<number>>

/** A process whose open files may not be read could have any of them open, so then it is not known. */
export function readOpenFiles(host: Host): Fact<OpenFiles> {
  const open = new Map<string, Set<number>>()
  const names = host.list('/proc')
  if (names.kind !== 'value') return unknownFrom(names, '/proc')
  for (const name of names.value) {
    if (!/^\d+$/.test(name)) continue
    const folder = `/proc/${name}/fd`
    const files = host.list(folder)
    if (files.kind === 'absent') continue // it has ended
    if (files.kind !== 'value') return unknownFrom(files, folder)
    for (const file of files.value) {
      const target = host.readLink(`${folder}/${file}`)
      if (target.kind !== 'value' || !target.value.startsWith('/dev/')) continue
      const path = target.value.replace(/ \(deleted\)$/, '') // as the kernel marks a node that has gone
      open.set(path, (open.get(path) ?? new Set()).add(Number(name)))
    }
  }
  return { value: open }
}

/** Who uses the nodes: processes that have one open under its usual name, and what the kernel has stacked on a block device. */
export function findHolders(
  host: Host,
  nodes: readonly DeviceNode[],
  readOpen = () => readOpenFiles(host),
): Fact<readonly Holder[]> {
  if (nodes.length === 0) return { value: [] }
  const open = readOpen()
  if ('unknown' in open) return open
  const holders: Holder[] = []
  for (const { path } of nodes)
    for (const pid of open.value.get(path) ?? []) {
      const command = knownValue(readFact(host, `/proc/${pid}/comm`, parseLine)) ?? '?'
      holders.push({ kind: 'process', pid, command, path })
    }
  for (const { path, folder, subsystem } of nodes) {
    if (subsystem !== 'block') continue
    for (const name of knownValue(readList(host, `${folder}/holders`)) ?? [])
      holders.push({ kind: 'kernel', name, path })
  }
  return { value: holders }
}
