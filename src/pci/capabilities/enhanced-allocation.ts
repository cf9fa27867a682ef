import type { ConfigSpace } from '../config-space.js'
import {
  address,
  type Decoded,
  decode,
  flag,
  inPart,
  layout,
  names,
  number,
  register,
  value,
} from '../layout.js'

/** Enhanced Allocation: resources at fixed addresses instead of BARs. Entries follow. */
export const enhancedAllocationLayout = layout({
  entryCount: value(
    0x02,
    1,
    'Capabilities',
    number([0, 5], 'PCI_EA_NUM_ENT_MASK', { lspci: 'NumEntries={d}' }),
  ),
  secondaryBus: inPart(
    'bridge',
    value(0x04, 1, 'Capabilities', number([0, 7], 'PCI_EA_CAP_TYPE1_SECONDARY', { lspci: 'secondary={d}' })),
  ),
  subordinateBus: inPart(
    'bridge',
    value(
      0x05,
      1,
      'Capabilities',
      number([0, 7], 'PCI_EA_CAP_TYPE1_SUBORDINATE', { lspci: 'subordinate={d}' }),
    ),
  ),
})

const reserved = (count: number) => new Array<null>(count).fill(null)

/** PCI_EA_P_*, by raw value. */
const properties = [
  'memory',
  'prefetchable memory',
  'I/O',
  'prefetchable memory of virtual functions',
  'memory of virtual functions',
  'memory behind bridge',
  'prefetchable memory behind bridge',
  'I/O behind bridge',
  ...reserved(0xfd - 0x08),
  'memory, unavailable',
  'I/O, unavailable',
  'unavailable',
]

/** PCI_EA_BEI_*, by raw value. */
// biome-ignore format: a table by raw value
const barEquivalents = [
  'BAR 0', 'BAR 1', 'BAR 2', 'BAR 3', 'BAR 4', 'BAR 5',
  'behind bridge', 'not indicated', 'expansion ROM',
  'VF BAR 0', 'VF BAR 1', 'VF BAR 2', 'VF BAR 3', 'VF BAR 4', 'VF BAR 5',
] as const

export const enhancedAllocationEntryLayout = layout({
  header: register(0x00, 4, 'PCI Enhanced Allocation: Entry Format', 'Entry', {
    /** Dwords after this one. */
    sizeDwords: number([0, 2], 'PCI_EA_ES', { lspci: 'EntrySize={d}' }),
    equivalent: names([4, 7], 'PCI_EA_BEI', barEquivalents),
    primary: names([8, 15], 'PCI_EA_PP', properties),
    secondary: names([16, 23], 'PCI_EA_SP', properties),
    writable: flag(30, 'PCI_EA_WRITABLE', 'Writable'),
    enabled: flag(31, 'PCI_EA_ENABLE', 'Enable'),
  }),
  base: register(0x04, 4, 'PCI_EA_BASE', '', {
    is64Bit: flag(1, 'PCI_EA_IS_64'),
    address: address([2, 31], 'PCI_EA_FIELD_MASK'),
  }),
  maxOffset: register(0x08, 4, 'PCI_EA_MAX_OFFSET', '', {
    is64Bit: flag(1, 'PCI_EA_IS_64'),
    address: address([2, 31], 'PCI_EA_FIELD_MASK'),
  }),
})

export interface EnhancedAllocationEntry {
  readonly header: Decoded<typeof enhancedAllocationEntryLayout>['header']
  /** `undefined`: not known, or the entry is too short to hold it. */
  readonly base: bigint | undefined
  /** The last byte of the resource, counted from `base`. */
  readonly maxOffset: bigint | undefined
}

/** Bridges have their bus numbers between the header and the first entry. */
function firstEntryAt(at: number, isBridge: boolean | undefined): number | undefined {
  return isBridge === undefined ? undefined : at + (isBridge ? 8 : 4)
}

/** Each entry's offset and size, as far as the sizes are known. */
function* entryRanges(space: ConfigSpace, at: number, isBridge: boolean | undefined) {
  const count = space.readBits(at + 2, 1, 0, 5)
  let entry = firstEntryAt(at, isBridge)
  for (let i = 0; count !== undefined && entry !== undefined && i < count; i++) {
    const sizeDwords = space.readBits(entry, 4, 0, 2)
    if (sizeDwords === undefined) return
    yield [entry, 4 + 4 * sizeDwords] as const
    entry += 4 + 4 * sizeDwords
  }
}

export function enhancedAllocationEntries(
  space: ConfigSpace,
  at: number,
  isBridge: boolean | undefined,
): EnhancedAllocationEntry[] {
  return [...entryRanges(space, at, isBridge)].map(([entry, sizeBytes]) => {
    const { header, base, maxOffset } = decode(enhancedAllocationEntryLayout, space, entry)
    const has = (offset: number) => offset + 4 <= sizeBytes
    const upper = (offset: number) => (has(offset) ? space.read(entry + offset, 4) : undefined)
    const whole = (low: number | undefined, is64Bit: boolean | undefined, highOffset: number) => {
      const high = is64Bit === undefined ? undefined : is64Bit ? upper(highOffset) : 0
      return low === undefined || high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(low)
    }
    const start = has(4) ? whole(base.address, base.is64Bit, 12) : undefined
    const last =
      has(8) && base.is64Bit !== undefined
        ? whole(maxOffset.address, maxOffset.is64Bit, base.is64Bit ? 16 : 12)
        : undefined
    // The two lowest bits of the offset are not stored and count as ones.
    return { header, base: start, maxOffset: last === undefined ? undefined : last | 3n }
  })
}

/** The whole structure's size in bytes; `undefined` where an entry's size is not known. */
export function enhancedAllocationLength(
  space: ConfigSpace,
  at: number,
  isBridge: boolean | undefined,
): number | undefined {
  const ranges = [...entryRanges(space, at, isBridge)]
  const first = firstEntryAt(at, isBridge)
  if (first === undefined || ranges.length !== space.readBits(at + 2, 1, 0, 5)) return undefined
  return ranges.reduce((length, [, sizeBytes]) => length + sizeBytes, first - at)
}
