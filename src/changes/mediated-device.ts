/**
 * A mediated device is made by writing a UUID to `create` of its type, and taken away by its `remove` (Linux
 * drivers/vfio/mdev/mdev_sysfs.c create_store, remove_store; the same in 6.1, 6.12 and 7.3). Gone after a
 * restart.
 */

import type { Host } from '../host/index.js'
import { readAttribute } from './attribute.js'
import type { ChangeKind, MediatedDevice } from './change.js'
import { NotAsWantedError, StaleError } from './errors.js'
import { isFolder } from './module-load.js'
import { writeSetting } from './write-setting.js'

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
    isMade(host, uuid) ? [] : [{ path: deviceFolder(uuid), from: null, to: type }],

  async check({ address, type }, { host }) {
    const path = `${mediatedTypesFolder(address)}/${type}/available_instances`
    if (readAttribute(host, path) === '0') throw new StaleError(path, '1 or more', '0')
  },

  async apply({ address, type, uuid }, context) {
    await writeSetting({ path: `${mediatedTypesFolder(address)}/${type}/create`, text: uuid }, context)
    if (!isMade(context.host, uuid)) throw new NotAsWantedError(deviceFolder(uuid), type, null, 'see `dmesg`')
  },

  async undo({ uuid }, context) {
    if (!isMade(context.host, uuid)) return
    // The kernel waits until nobody uses it (drivers/vfio/vfio_main.c vfio_unregister_group_dev).
    const next = 'stop the machine that has it'
    await writeSetting({ path: `${deviceFolder(uuid)}/remove`, text: '1' }, context, { next })
    if (isMade(context.host, uuid)) throw new NotAsWantedError(deviceFolder(uuid), null, 'still there', next)
  },
}

const isMade = (host: Host, uuid: string) => isFolder(host, deviceFolder(uuid))
