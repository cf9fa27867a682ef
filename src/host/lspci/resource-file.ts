import { headerTypeOf } from './config.js'
import { addressOf, isVirtual, parseRegion, type Region, sizeOf } from './regions.js'
import type { ReportedFunction } from './report.js'

/** Bits of a resource's flags (Linux include/linux/ioport.h), with the BAR's own lowest bits (drivers/pci/probe.c). */
const flags = {
  io: 0x40101n, // IORESOURCE_IO | IORESOURCE_SIZEALIGN | PCI_BASE_ADDRESS_SPACE_IO
  memory: 0x40200n, // IORESOURCE_MEM | IORESOURCE_SIZEALIGN
  prefetch: 0x2008n, // IORESOURCE_PREFETCH | PCI_BASE_ADDRESS_MEM_PREFETCH
  memory64: 0x100004n, // IORESOURCE_MEM_64 | PCI_BASE_ADDRESS_MEM_TYPE_64
  rom: 0x46200n, // IORESOURCE_MEM | IORESOURCE_PREFETCH | IORESOURCE_READONLY | IORESOURCE_SIZEALIGN
  romEnabled: 0x1n, // IORESOURCE_ROM_ENABLE
  romShadow: 0x212n, // IORESOURCE_MEM | IORESOURCE_ROM_SHADOW | IORESOURCE_PCI_FIXED
  ioWindow: 0x101n,
  memoryWindow: 0x200n,
  prefetchWindow: 0x2200n,
  wideWindow: 0x100000n,
} as const

interface Range {
  readonly start: bigint
  readonly sizeBytes: bigint
  readonly flags: bigint
}

/** Where the firmware leaves its copy of the boot video card's ROM (Linux arch/x86/pci/fixup.c, pci_fixup_video). */
const shadowAt = 0xc0000n

/**
 * The kernel's `resource` file: BARs, option ROM, and a bridge's windows; without the lines of SR-IOV, of which the text
 * tells no sizes. Undefined where any of it is not told.
 */
export function resourceFile(reported: ReportedFunction): string | undefined {
  const type = headerTypeOf(reported)
  if (type === undefined || type === 2 || !reported.complete) return undefined
  const bars = barsOf(reported, type === 0 ? 6 : 2)
  const rom = romOf(reported.rom)
  const windows = type === 1 ? windowsOf(reported) : []
  if (bars === undefined || rom === undefined || windows === undefined) return undefined
  return [...bars, rom, ...windows].map((range) => `${lineOf(range)}\n`).join('')
}

function barsOf({ bars }: ReportedFunction, count: number): readonly (Range | null)[] | undefined {
  const regions = bars.map(({ text, index }) => ({ index, region: parseRegion(text) }))
  const ranges = new Array<Range | null>(6).fill(null)
  const slotsOf = (region: Region | undefined) =>
    region?.kind === 'memory' && region.width === '64-bit' ? 2 : 1
  const slots = regions.reduce((sum, { region }) => sum + slotsOf(region), 0)
  let next = 0
  for (const { index, region } of regions) {
    // Without -vv the places are not told, but where all are taken there is only one way.
    const at = index ?? (slots === count ? next : undefined)
    if (at === undefined || region?.address === undefined || region.sizeBytes === undefined) return undefined
    ranges[at] = { start: region.address, sizeBytes: region.sizeBytes, flags: flagsOf(region) }
    next = at + slotsOf(region)
  }
  return ranges
}

function flagsOf(region: Region): bigint {
  if (region.kind === 'io') return flags.io
  return (
    flags.memory |
    (region.prefetchable ? flags.prefetch : 0n) |
    (region.width === '64-bit' ? flags.memory64 : 0n)
  )
}

function romOf(text: string | undefined): Range | null | undefined {
  if (text === undefined) return null
  const start = addressOf(text)
  const sizeBytes = sizeOf(text)
  if (start === undefined || sizeBytes === undefined) return undefined
  if (isVirtual(text) && start === shadowAt) return { start, sizeBytes, flags: flags.romShadow }
  return { start, sizeBytes, flags: flags.rom | (text.includes('[disabled]') ? 0n : flags.romEnabled) }
}

/** The I/O window, the memory window, the prefetchable one, and one that only CardBus has. A closed one is not printed, or says so. */
function windowsOf({ lines }: ReportedFunction): readonly (Range | null)[] | undefined {
  const windows = [
    windowOf(lines.get('I/O behind bridge'), flags.ioWindow),
    windowOf(lines.get('Memory behind bridge'), flags.memoryWindow),
    windowOf(lines.get('Prefetchable memory behind bridge'), flags.prefetchWindow),
  ]
  return windows.some((one) => one === undefined) ? undefined : ([...windows, null] as (Range | null)[])
}

function windowOf(text: string | undefined, kind: bigint): Range | null | undefined {
  if (text === undefined || text.includes('[disabled]') || text.startsWith('None')) return null
  const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+)/.exec(text) ?? []
  if (from === undefined || to === undefined) return undefined
  const [start, end] = [BigInt(`0x${from}`), BigInt(`0x${to}`)]
  if (end < start) return null
  return { start, sizeBytes: end - start + 1n, flags: from.length > 8 ? kind | flags.wideWindow : kind }
}

function lineOf(range: Range | null): string {
  const { start, sizeBytes, flags } = range ?? { start: 0n, sizeBytes: 1n, flags: 0n }
  return [start, start + sizeBytes - 1n, flags]
    .map((value) => `0x${value.toString(16).padStart(16, '0')}`)
    .join(' ')
}
