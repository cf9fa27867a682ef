import type { Qmp } from './qmp.js'

/** A driver of QEMU, and its property that names the device of the host. Tests name another. */
export interface HostDriver {
  readonly driver: string
  readonly names: string
}

/** QEMU hw/vfio/pci.c; vfio-pci-nohotplug is of the same kind. */
export const vfioDriver: HostDriver = { driver: 'vfio-pci', names: 'host' }

/** A device of the host in a machine. */
export interface Plugged {
  /** `0000:01:00.0` */
  readonly address: string
  /** `/machine/peripheral-anon/device[0]`: by this `device_del` and events name it. */
  readonly path: string
  /** The QOM path of the bus that it is on. */
  readonly bus: string
}

interface QomProperty {
  readonly name: string
  readonly type: string
}

/** Where QEMU keeps devices that were asked for: with an id, and without (QEMU softmmu/qdev-monitor.c qdev_set_id). */
const named = '/machine/peripheral'
const folders = [named, '/machine/peripheral-anon']

/** The devices of the host that the machine has now. Throws QmpError, QmpClosedError. */
export async function pluggedDevices(qmp: Qmp, { driver, names } = vfioDriver): Promise<readonly Plugged[]> {
  const found: Plugged[] = []
  for (const folder of folders)
    for (const { name, type } of await list(qmp, folder)) {
      if (type !== `child<${driver}>` && type !== `child<${driver}-nohotplug>`) continue
      const path = `${folder}/${name}`
      const get = async (property: string) => String(await qmp.run('qom-get', { path, property }))
      found.push({ path, address: await get(names), bus: await get('parent_bus') })
    }
  return found
}

/** Root ports behind which nothing is, by id: what can take a device. */
export async function freePorts(qmp: Qmp): Promise<readonly string[]> {
  const free: string[] = []
  for (const { name, type } of await list(qmp, named)) {
    if (type !== 'child<pcie-root-port>') continue
    // The bus behind a port with an id has the same name (hw/pci/pci_bridge.c pci_bridge_initfn).
    const behind = await list(qmp, `${named}/${name}/${name}`)
    if (!behind.some((property) => property.name.startsWith('child['))) free.push(name)
  }
  return free.toSorted()
}

/** Bytes of memory that the machine has, all of which its first device of the host has pinned. */
export async function memoryOf(qmp: Qmp): Promise<number> {
  const memory = (await qmp.run('query-memory-size-summary')) as Record<string, number>
  return memory['base-memory']! + (memory['plugged-memory'] ?? 0)
}

async function list(qmp: Qmp, path: string): Promise<readonly QomProperty[]> {
  return (await qmp.run('qom-list', { path })) as QomProperty[]
}
