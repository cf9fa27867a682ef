/**
 * A file of the kernel that holds a setting: written, and read back, since the kernel may give less than was asked for and
 * say nothing (huge pages: Linux Documentation/admin-guide/mm/hugetlbpage.rst; virtual functions: drivers/pci/iov.c
 * sriov_numvfs_store). Gone after a restart.
 */

import { posix } from 'node:path'
import type { Host } from '../host/index.js'
import type { Attribute, ChangeKind, Context } from './change.js'
import { readDriver, waitUntilClosed } from './driver-binding.js'
import { ChangedSinceError, NotAsWantedError, StaleError, unreadable } from './errors.js'
import { writeSetting } from './write-setting.js'

/** Pages and functions are made one by one: the more there are, the longer the kernel takes. */
const patience = 10

export const attribute: ChangeKind<Attribute> = {
  describe({ title, path, before, after }) {
    return {
      kind: 'attribute',
      target: title,
      from: before,
      to: after,
      actions: [{ path, write: after }],
      undo: [{ path, write: before }],
    }
  },

  diff({ path, after }, host) {
    const now = isGone(host, path) ? null : readAttribute(host, path)
    return now === after ? [] : [{ path, from: now, to: after }]
  },

  async check({ path, before }, { host }) {
    const now = readAttribute(host, path)
    if (now !== before) throw new StaleError(path, before, now)
  },

  async apply({ path, before, after, ifLess }, context) {
    await write(path, after, before, context)
    const now = readAttribute(context.host, path)
    if (now === after) return
    // Put back here, where it is known that what is there is of this write.
    if (now !== before) await write(path, before, before, context)
    throw new NotAsWantedError(path, after, now, ifLess)
  },

  async undo({ path, before, after, parent }, context) {
    if (isGone(context.host, path)) return
    const now = readAttribute(context.host, path)
    if (now === before) return
    if (!isBetween(now, before, after)) throw new ChangedSinceError(path, after, now)
    if (parent !== undefined) await waitForVirtualFunctions(parent, context)
    await write(path, before, before, context)
    const left = readAttribute(context.host, path)
    if (left !== before) throw new NotAsWantedError(path, before, left, 'something still uses it')
  },
}

/** With the device, or the module, that it was of. */
function isGone(host: Host, path: string): boolean {
  return host.readText(path).kind === 'absent'
}

/** One line. Throws UnreadableError. */
export function readAttribute(host: Host, path: string): string {
  const read = host.readText(path)
  if (read.kind === 'value') return read.value.trim()
  throw unreadable(path, read)
}

/** `after`, or a number on the way to it: what a write leaves that was cut off, or that the kernel gave less for. */
function isBetween(now: string, before: string, after: string): boolean {
  if (now === after) return true
  const [low, high] = [Number(before), Number(after)].toSorted((a, b) => a - b)
  return /^\d+$/.test(now) && Number(now) >= low! && Number(now) <= high!
}

function write(path: string, text: string, before: string, context: Context): Promise<void> {
  return writeSetting({ path, text }, context, {
    limitMs: context.limits.writeMs * patience,
    later: text === before ? [] : [{ path, text: before }],
  })
}

/** They go with the write: a machine that has one would keep the kernel waiting. Throws HeldError. */
async function waitForVirtualFunctions(parent: string, context: Context): Promise<void> {
  const { host } = context
  const folder = `/sys/bus/pci/devices/${parent}`
  const names = host.list(folder)
  if (names.kind !== 'value') throw unreadable(folder, names)
  for (const name of names.value.filter((one) => /^virtfn\d+$/.test(one))) {
    const link = host.readLink(`${folder}/${name}`)
    if (link.kind !== 'value') throw unreadable(`${folder}/${name}`, link)
    const address = posix.basename(link.value)
    const driver = readDriver(host, address)
    if (driver !== null) await waitUntilClosed(address, driver, context)
  }
}
