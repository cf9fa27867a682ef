import type { Header } from './header.js'

/** A range of addresses that a bridge forwards; closed when its limit lies below its base. */
export interface BridgeWindow {
  readonly base: bigint
  /** The last address of the window. */
  readonly limit: bigint
  readonly width: '16-bit' | '32-bit' | '64-bit'
  readonly open: boolean
}

/**
 * `undefined`: its bits are not known. `null`: base and limit name different or reserved types, so it says nothing.
 * A bridge without a window reads zeros here, like one whose window lies at 0; Linux tells which in `resource`.
 */
export interface BridgeWindows {
  readonly io: BridgeWindow | null | undefined
  readonly memory: BridgeWindow | undefined
  readonly prefetchable: BridgeWindow | null | undefined
}

/**
 * The windows of a type 1 header. An I/O window counts in 4 KiB, a memory window in 1 MiB
 * (PCI-to-PCI Bridge Architecture Specification, I/O Base, Memory Base and Prefetchable Memory Base registers).
 */
export function bridgeWindows({ fields: f }: Extract<Header, { kind: 'type1' }>): BridgeWindows {
  return {
    io: twoPart(f.ioBase, f.ioLimit, f.ioBaseUpper, f.ioLimitUpper, {
      wide: '32-bit',
      bits: 12n,
      upperBits: 16n,
    }),
    memory: openWindow(shift(f.memoryBase, 16n), shift(f.memoryLimit, 16n), 20n, '32-bit'),
    prefetchable: twoPart(
      f.prefetchableBase,
      f.prefetchableLimit,
      f.prefetchableBaseUpper,
      f.prefetchableLimitUpper,
      { wide: '64-bit', bits: 20n, upperBits: 32n },
    ),
  }
}

interface Half {
  readonly type: '16-bit' | '32-bit' | '64-bit' | number | undefined
  readonly bits: number | undefined
}

/** A window whose upper half counts only when its type is the wide one. */
function twoPart(
  base: Half,
  limit: Half,
  baseUpper: number | undefined,
  limitUpper: number | undefined,
  form: { readonly wide: '32-bit' | '64-bit'; readonly bits: bigint; readonly upperBits: bigint },
): BridgeWindow | null | undefined {
  if (base.type === undefined || limit.type === undefined) return undefined
  if (base.type !== limit.type || typeof base.type === 'number') return null
  const address = (half: Half, upper: number | undefined) => {
    const low = shift(half.bits, form.bits)
    const high = base.type === form.wide ? shift(upper, form.upperBits) : 0n
    return low === undefined || high === undefined ? undefined : high | low
  }
  return openWindow(address(base, baseUpper), address(limit, limitUpper), form.bits, base.type)
}

function openWindow(
  base: bigint | undefined,
  limit: bigint | undefined,
  granularityBits: bigint,
  width: BridgeWindow['width'],
): BridgeWindow | undefined {
  if (base === undefined || limit === undefined) return undefined
  const last = limit + (1n << granularityBits) - 1n
  return { base, limit: last, width, open: base <= last }
}

function shift(bits: number | undefined, by: bigint): bigint | undefined {
  return bits === undefined ? undefined : BigInt(bits) << by
}
