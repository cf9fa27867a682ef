/**
 * A file of the kernel that holds a setting: written, and read back, since the kernel may give less than was asked for and
 * say nothing (huge pages: Linux Documentation/admin-guide/mm/hugetlbpage.rst; virtual functions: drivers/pci/iov.c
 * sriov_numvfs_store). Gone after a restart.
 */

import type { Host } from '../host/index.js'
import type { Attribute, ChangeKind, Context } from './change.js'
import { waitUntilClosed } from './driver-binding.js'
import { ChangedSinceError, NotAsWantedError, StaleError, UnreadableError } from './errors.js'

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

/** One line. Throws {@link UnreadableError}. */
export function readAttribute(host: Host, path: string): string {
  const read = host.readText(path)
  if (read.kind === 'value') return read.value.trim()
  throw new UnreadableError(path, read.kind === 'error' ? read.code : read.kind)
}

/** `after`, or a number on the way to it: what a write leaves that was cut off, or that the kernel gave less for. */
function isBetween(now: string, before: string, after: string): boolean {
  if (now === after) return true
  const [low, high] = [Number(before), Number(after)].toSorted((a, b) => a - b)
  return /^\d+$/.test(now) && Number(now) >= low! && Number(now) <= high!
}

async function write(path: string, text: string, later: string, context: Context): Promise<void> {
  const { writer, limits, report } = context
  const limitMs = limits.writeMs * patience
  const slow = () => report({ kind: 'slow', path, text, limitMs })
  const followUp = text === later ? [] : [{ path, text: later }]
  const written = await writer.write({ path, text }, limitMs, followUp, slow)
  if (written !== 'done')
    throw new NotAsWantedError(path, text, `still being written after ${limitMs / 1000} s`, 'see `dmesg`')
}

/** They go with the write: a machine that has one would keep the kernel waiting. Throws HeldError. */
async function waitForVirtualFunctions(parent: string, context: Context): Promise<void> {
  const { host } = context
  const folder = `/sys/bus/pci/devices/${parent}`
  const names = host.list(folder)
  if (names.kind !== 'value')
    throw new UnreadableError(folder, names.kind === 'error' ? names.code : names.kind)
  for (const name of names.value) {
    const link = /^virtfn\d+$/.test(name) ? host.readLink(`${folder}/${name}`) : undefined
    if (link?.kind !== 'value') continue
    const address = link.value.slice(link.value.lastIndexOf('/') + 1)
    const driver = host.readLink(`/sys/bus/pci/devices/${address}/driver`)
    if (driver.kind === 'value')
      await waitUntilClosed(address, driver.value.slice(driver.value.lastIndexOf('/') + 1), context)
  }
}
