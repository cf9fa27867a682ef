/**
 * A mediated device is made by writing a UUID to `create` of its type, and taken away by its `remove` (Linux
 * drivers/vfio/mdev/mdev_sysfs.c create_store, remove_store; the same in 6.1, 6.12 and 7.3). Gone after a
 * restart.
 */

import type { Host } from '../host/index.js'
import type { ChangeKind, Context, MediatedDevice } from './change.js'
import { NotAsWantedError, StaleError, UnreadableError } from './errors.js'

/** Types of mediated devices that a function's driver offers: folders, each with what is left of it. */
export const mediatedTypesFolder = (address: string) => `/sys/bus/pci/devices/${address}/mdev_supported_types`

const deviceFolder = (uuid: string) => `/sys/bus/mdev/devices/${uuid}`

export const mediatedDevice: ChangeKind<MediatedDevice> = {
  describe({ address, type, uuid }) {
    return {
      kind: 'mediated-device',
      target: `${uuid} (${type} of ${address})`,
      from: null,
      to: type,
      actions: [{ path: `${mediatedTypesFolder(address)}/${type}/create`, write: uuid }],
      undo: [{ path: `${deviceFolder(uuid)}/remove`, write: '1' }],
    }
  },

  diff: ({ type, uuid }, host) =>
    isThere(host, uuid) ? [] : [{ path: deviceFolder(uuid), from: null, to: type }],

  async check({ address, type }, { host }) {
    const path = `${mediatedTypesFolder(address)}/${type}/available_instances`
    const left = host.readText(path)
    if (left.kind !== 'value') throw new UnreadableError(path, left.kind === 'error' ? left.code : left.kind)
    if (Number(left.value) === 0) throw new StaleError(path, '1 or more', '0')
  },

  async apply({ address, type, uuid }, context) {
    await write(`${mediatedTypesFolder(address)}/${type}/create`, uuid, context)
    if (!isThere(context.host, uuid))
      throw new NotAsWantedError(deviceFolder(uuid), type, null, 'see `dmesg`')
  },

  async undo({ uuid }, context) {
    if (!isThere(context.host, uuid)) return
    await write(`${deviceFolder(uuid)}/remove`, '1', context)
    if (isThere(context.host, uuid))
      throw new NotAsWantedError(deviceFolder(uuid), null, 'still there', 'stop the machine that has it')
  },
}

function isThere(host: Host, uuid: string): boolean {
  const list = host.list(deviceFolder(uuid))
  if (list.kind === 'value') return true
  if (list.kind === 'absent') return false
  throw new UnreadableError(deviceFolder(uuid), list.kind === 'error' ? list.code : list.kind)
}

async function write(path: string, text: string, { writer, limits, report }: Context): Promise<void> {
  const limitMs = limits.writeMs
  const slow = () => report({ kind: 'slow', path, text, limitMs })
  const written = await writer.write({ path, text }, limitMs, [], slow)
  if (written !== 'done')
    throw new NotAsWantedError(path, text, `still being written after ${limitMs / 1000} s`, 'see `dmesg`')
}
