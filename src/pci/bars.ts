import type { ConfigSpace } from './config-space.js'
import { address, decode, flag, layout, names, number, register, value } from './layout.js'

/** One base address register with the one after it, which a 64-bit one takes as its upper half. */
export const barLayout = layout({
  low: register(0x00, 4, 'PCI_BASE_ADDRESS_0', '', {
    isIo: flag(0, 'PCI_BASE_ADDRESS_SPACE'),
    type: names([1, 2], 'PCI_BASE_ADDRESS_MEM_TYPE_MASK', ['32-bit', 'below 1M', '64-bit']),
    prefetchable: flag(3, 'PCI_BASE_ADDRESS_MEM_PREFETCH'),
    memoryAddress: address([4, 31], 'PCI_BASE_ADDRESS_MEM_MASK'),
    ioAddress: address([2, 31], 'PCI_BASE_ADDRESS_IO_MASK'),
  }),
  high: value(0x04, 4, '', number([0, 31], 'PCI_BASE_ADDRESS_1')),
})

/**
 * A base address. Its size is not in configuration space (it is found by writing all ones, which only the kernel
 * may do); Linux tells it in `resource`. `undefined`: not known, or an upper half that is not there.
 */
export type Bar =
  | { readonly index: number; readonly kind: 'io'; readonly address: bigint | undefined }
  | {
      readonly index: number
      readonly kind: 'memory'
      readonly address: bigint | undefined
      /** A number is a reserved type; it is decoded as 32-bit. */
      readonly type: '32-bit' | 'below 1M' | '64-bit' | number | undefined
      readonly prefetchable: boolean | undefined
    }
  | { readonly index: number; readonly kind: 'unknown' }

export interface Bars {
  readonly bars: readonly Bar[]
  /** Index of a last register that says 64-bit, so that its upper half is missing. */
  readonly brokenAt: number | undefined
}

/**
 * The BARs that hold something, of `count` registers from offset `at`. A register that reads 0 is left out: it is
 * either not implemented or has no address yet, and its bytes do not tell which. So is one that reads all ones.
 */
export function decodeBars(space: ConfigSpace, at: number, count: number): Bars {
  const bars: Bar[] = []
  for (let index = 0; index < count; index++) {
    const raw = space.read(at + 4 * index, 4)
    if (raw === 0 || raw === 0xffffffff) continue
    const { low, high } = decode(barLayout, space, at + 4 * index)
    if (low.isIo === undefined) bars.push({ index, kind: 'unknown' })
    else if (low.isIo) bars.push({ index, kind: 'io', address: wide(low.ioAddress, 0) })
    else {
      const { type, prefetchable } = low
      const hasHigh = index + 1 < count
      const upper = type === '64-bit' ? (hasHigh ? high : undefined) : type === undefined ? undefined : 0
      bars.push({ index, kind: 'memory', address: wide(low.memoryAddress, upper), type, prefetchable })
      if (type !== '64-bit') continue
      if (!hasHigh) return { bars, brokenAt: index }
      index++
    }
  }
  return { bars, brokenAt: undefined }
}

function wide(low: number | undefined, high: number | undefined): bigint | undefined {
  return low === undefined || high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(low)
}
