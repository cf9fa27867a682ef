/**
 * A resizable BAR gets another size by `resourceN_resize` (Linux 6.1 to 7.3, drivers/pci/pci-sysfs.c
 * resource_resize_store): n stands for 2^n MiB, it is refused while a driver is bound (EBUSY), for a size that the device does
 * not offer (EINVAL), and where the bridges above have no room (ENOSPC). The file itself shows the sizes that it offers, not
 * the one it has. The function leaves its driver for a moment and goes back to it. Gone after a restart.
 */

import type { Host } from '../host/index.js'
import { sizeText } from '../machine/index.js'
import type { BarSize, ChangeKind, Context, Difference } from './change.js'
import { isGone, move, readBinding } from './driver-binding.js'
import { ChangedSinceError, NotAsWantedError, StaleError, UnreadableError, unreadable } from './errors.js'
import { writeSetting } from './write-setting.js'

const folder = (address: string) => `/sys/bus/pci/devices/${address}`

export const barSize: ChangeKind<BarSize> = {
  describe({ address, bar, before, after }) {
    const path = `${folder(address)}/resource${bar}_resize`
    return {
      kind: 'bar-size',
      target: `BAR ${bar} of ${address}`,
      from: sizeWords(before),
      to: sizeWords(after),
      actions: [{ path, write: String(after) }],
      undo: [{ path, write: String(before) }],
    }
  },

  diff({ address, bar, after }, host): readonly Difference[] {
    const now = readBarSize(host, address, bar)
    return now === after
      ? []
      : [{ path: `${folder(address)}/resource`, from: sizeWords(now), to: sizeWords(after) }]
  },

  async check({ address, bar, before }, { host }) {
    const now = readBarSize(host, address, bar)
    if (now !== before) throw new StaleError(`BAR ${bar} of ${address}`, sizeWords(before), sizeWords(now))
  },

  apply: ({ address, bar, after }, context) => resize(address, bar, after, context),

  async undo({ address, bar, before, after }, context) {
    if (isGone(context.host, address)) return
    const now = readBarSize(context.host, address, bar)
    if (now !== before && now !== after)
      throw new ChangedSinceError(`BAR ${bar} of ${address}`, sizeWords(after), sizeWords(now))
    await resize(address, bar, before, context)
  },
}

/** n of 2^n MiB. Throws {@link UnreadableError}, also for a BAR that has no size. */
export function readBarSize(host: Host, address: string, bar: number): number {
  const path = `${folder(address)}/resource`
  const read = host.readText(path)
  if (read.kind !== 'value') throw unreadable(path, read)
  const [start = 0n, end = 0n] = (read.value.split('\n')[bar] ?? '').split(' ').filter(Boolean).map(BigInt)
  const bytes = end - start + 1n
  const exponent = bytes.toString(2).length - 21
  if (end === 0n || exponent < 0 || bytes !== 1n << BigInt(exponent + 20))
    throw new UnreadableError(path, `BAR ${bar} has no size there`)
  return exponent
}

const sizeWords = (exponent: number) => sizeText(1n << BigInt(exponent + 20))

/** The function is back with its driver also where the size was refused. */
async function resize(address: string, bar: number, exponent: number, context: Context): Promise<void> {
  const { host } = context
  const { driver, override } = readBinding(host, address)
  // One that was cut off left the function without its driver.
  const binding = { driver: driver ?? override, override }
  if (readBarSize(host, address, bar) === exponent) return move(address, binding, context)
  await move(address, { driver: null, override }, context)
  try {
    const path = `${folder(address)}/resource${bar}_resize`
    await writeSetting({ path, text: String(exponent) }, context)
    const now = readBarSize(host, address, bar)
    if (now !== exponent)
      throw new NotAsWantedError(
        `BAR ${bar} of ${address}`,
        sizeWords(exponent),
        sizeWords(now),
        'see `dmesg`',
      )
  } finally {
    await move(address, binding, context)
  }
}
