import { posix } from 'node:path'
import type { Host } from '../host/index.js'
import { UnreadableError } from './errors.js'

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

/**
 * The device nodes of a function, from /sys/dev, which lists every device number there is.
 * Throws {@link UnreadableError}.
 */
export function deviceNodes(host: Host, address: string, driver: string | null): readonly DeviceNode[] {
  const nodes: DeviceNode[] = []
  for (const kind of ['char', 'block']) {
    const list = `/sys/dev/${kind}`
    for (const number of mustList(host, list)) {
      const target = host.readLink(`${list}/${number}`)
      if (target.kind !== 'value') continue // it went away meanwhile
      const folder = posix.resolve(list, target.value)
      // The last PCI address in the path: what lies behind a bridge is not the bridge's.
      const last = folder
        .split('/')
        .findLast((part) => /^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]$/.test(part))
      if (last !== address) continue
      const uevent = host.readText(`${folder}/uevent`)
      const name = uevent.kind === 'value' ? /^DEVNAME=(.+)$/m.exec(uevent.value)?.[1] : undefined
      if (name === undefined) continue // a number without a node
      const link = host.readLink(`${folder}/subsystem`)
      const subsystem = link.kind === 'value' ? posix.basename(link.value) : kind
      nodes.push({ path: `/dev/${name}`, subsystem, folder })
    }
  }
  return [...nodes, ...vfioGroupNode(host, address), ...nvidiaNodes(host, driver)]
}

/** The group's node belongs to no function in sysfs. A container may have the group open without the function. */
function vfioGroupNode(host: Host, address: string): readonly DeviceNode[] {
  const group = host.readLink(`/sys/bus/pci/devices/${address}/iommu_group`)
  if (group.kind !== 'value') return []
  const folder = `/sys/class/vfio/${posix.basename(group.value)}`
  if (host.readLink(folder).kind !== 'value') return []
  return [{ path: `/dev/vfio/${posix.basename(group.value)}`, subsystem: 'vfio', folder }]
}

/** NVIDIA's own driver makes nodes that sysfs does not show, some of them for all its cards together. */
function nvidiaNodes(host: Host, driver: string | null): readonly DeviceNode[] {
  if (driver !== 'nvidia') return []
  return mustList(host, '/dev')
    .filter((name) => /^nvidia(\d+|-modeset|-uvm)$/.test(name))
    .map((name) => ({ path: `/dev/${name}`, subsystem: 'nvidia', folder: '/sys/bus/pci/drivers/nvidia' }))
}

/**
 * Who uses the nodes: processes that have one open under its usual name, and what the kernel has stacked on a block device.
 * A process whose open files may not be read could be a holder too, so that throws {@link UnreadableError}.
 */
export function findHolders(host: Host, nodes: readonly DeviceNode[]): readonly Holder[] {
  if (nodes.length === 0) return []
  const holders: Holder[] = []
  const paths = new Set(nodes.map((node) => node.path))
  for (const name of mustList(host, '/proc')) {
    if (!/^\d+$/.test(name)) continue
    const folder = `/proc/${name}/fd`
    const files = host.list(folder)
    if (files.kind === 'absent') continue // it has ended
    if (files.kind !== 'value')
      throw new UnreadableError(folder, files.kind === 'error' ? files.code : files.kind)
    const seen = new Set<string>()
    for (const file of files.value) {
      const target = host.readLink(`${folder}/${file}`)
      if (target.kind !== 'value') continue
      const path = target.value.replace(/ \(deleted\)$/, '') // as the kernel marks a node that has gone
      if (paths.has(path)) seen.add(path)
    }
    for (const path of seen) {
      const command = host.readText(`/proc/${name}/comm`)
      holders.push({
        kind: 'process',
        pid: Number(name),
        command: command.kind === 'value' ? command.value.trim() : '?',
        path,
      })
    }
  }
  for (const { path, folder, subsystem } of nodes) {
    if (subsystem !== 'block') continue
    const stacked = host.list(`${folder}/holders`)
    if (stacked.kind === 'value')
      for (const name of stacked.value) holders.push({ kind: 'kernel', name, path })
  }
  return holders
}

function mustList(host: Host, path: string): readonly string[] {
  const list = host.list(path)
  if (list.kind === 'value') return list.value
  // A kernel without block devices has no /sys/dev/block.
  if (list.kind === 'absent' && path.startsWith('/sys/dev/')) return []
  throw new UnreadableError(path, list.kind === 'error' ? list.code : list.kind)
}
