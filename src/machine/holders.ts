import type { Host } from '../host/index.js'
import { functionOfPath } from './address.js'
import type { Fact, PciFunction, Unknown } from './machine.js'
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

/** The device nodes of a function, from /sys/dev, which lists every device number there is. */
export function deviceNodes(host: Host, address: string, driver: string | null): Fact<readonly DeviceNode[]> {
  const nodes: DeviceNode[] = []
  for (const kind of ['char', 'block']) {
    const list = `/sys/dev/${kind}`
    const numbers = readList(host, list) // a kernel without block devices has no /sys/dev/block
    if ('unknown' in numbers) return numbers
    for (const number of numbers.value ?? []) {
      const folder = knownValue(readTarget(host, `${list}/${number}`))
      // What went away meanwhile; and what lies behind a bridge is not the bridge's.
      if (!folder || functionOfPath(folder) !== address) continue
      const name = knownValue(readFact(host, `${folder}/uevent`, (text) => /^DEVNAME=(.+)$/m.exec(text)?.[1]))
      if (name === undefined) continue // a number without a node
      const subsystem = knownValue(readLinkName(host, `${folder}/subsystem`)) ?? kind
      nodes.push({ path: `/dev/${name}`, subsystem, folder })
    }
  }
  nodes.push(...vfioGroupNode(host, address))
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

/**
 * Who uses the nodes: processes that have one open under its usual name, and what the kernel has stacked on a block device.
 * A process whose open files may not be read could be a holder too, so then it is not known.
 */
export function findHolders(host: Host, nodes: readonly DeviceNode[]): Fact<readonly Holder[]> {
  if (nodes.length === 0) return { value: [] }
  const holders: Holder[] = []
  const paths = new Set(nodes.map((node) => node.path))
  const names = host.list('/proc')
  if (names.kind !== 'value') return unknownFrom(names, '/proc')
  for (const name of names.value) {
    if (!/^\d+$/.test(name)) continue
    const folder = `/proc/${name}/fd`
    const files = host.list(folder)
    if (files.kind === 'absent') continue // it has ended
    if (files.kind !== 'value') return unknownFrom(files, folder)
    const seen = new Set<string>()
    for (const file of files.value) {
      const target = host.readLink(`${folder}/${file}`)
      if (target.kind !== 'value') continue
      const path = target.value.replace(/ \(deleted\)$/, '') // as the kernel marks a node that has gone
      if (paths.has(path)) seen.add(path)
    }
    for (const path of seen) {
      const command = knownValue(readFact(host, `/proc/${name}/comm`, parseLine)) ?? '?'
      holders.push({ kind: 'process', pid: Number(name), command, path })
    }
  }
  for (const { path, folder, subsystem } of nodes) {
    if (subsystem !== 'block') continue
    for (const name of knownValue(readList(host, `${folder}/holders`)) ?? [])
      holders.push({ kind: 'kernel', name, path })
  }
  return { value: holders }
}

/** Which nodes of a function have to be closed before its driver lets go, and who has one of them open. */
export function holdersOf(host: Host, f: PciFunction): Fact<readonly Holder[]> {
  if ('unknown' in f.driver) return f.driver
  if (f.driver.value === null) return { value: [] }
  if (host.kind !== 'live') return notRecorded
  const nodes = deviceNodes(host, f.address, f.driver.value)
  if ('unknown' in nodes) return nodes
  const asked = nodes.value.filter((node) => closedFirst.some((row) => row.subsystem === node.subsystem))
  return findHolders(host, asked)
}

const notRecorded: Unknown = {
  unknown: 'which processes have a device open is asked of the computer itself only: no recording holds it',
  path: '/proc/*/fd',
}
