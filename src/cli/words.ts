import type { Fact, RoleName } from '../machine/index.js'
import type { FunctionSummary } from './schemas/common.js'

/** Short words for what a function is, by class code: PCI Code and ID Assignment Specification, section 1. First match counts. */
const kinds: readonly (readonly [mask: number, code: number, word: string])[] = [
  [0xffff00, 0x010100, 'IDE'],
  [0xffff00, 0x010400, 'RAID'],
  [0xffff00, 0x010600, 'SATA'],
  [0xffff00, 0x010700, 'SAS'],
  [0xffff00, 0x010800, 'NVMe'],
  [0xff0000, 0x010000, 'storage'],
  [0xff0000, 0x020000, 'network'],
  [0xffff00, 0x030000, 'VGA'],
  [0xffff00, 0x030200, '3D'],
  [0xff0000, 0x030000, 'display'],
  [0xffff00, 0x040000, 'video'],
  [0xffff00, 0x040100, 'audio'],
  [0xffff00, 0x040300, 'audio'],
  [0xff0000, 0x040000, 'media'],
  [0xff0000, 0x050000, 'memory'],
  [0xffff00, 0x060000, 'host'],
  [0xffff00, 0x060100, 'ISA'],
  [0xff0000, 0x060000, 'bridge'],
  [0xffff00, 0x070000, 'serial'],
  [0xff0000, 0x070000, 'comms'],
  [0xffff00, 0x080500, 'SD'],
  [0xffff00, 0x080600, 'IOMMU'],
  [0xff0000, 0x080000, 'system'],
  [0xff0000, 0x090000, 'input'],
  [0xff0000, 0x0b0000, 'CPU'],
  [0xffff00, 0x0c0000, 'FireWire'],
  [0xffff00, 0x0c0300, 'USB'],
  [0xffff00, 0x0c0500, 'SMBus'],
  [0xff0000, 0x0c0000, 'bus'],
  [0xff0000, 0x0d0000, 'wireless'],
  [0xff0000, 0x100000, 'crypto'],
  [0xff0000, 0x110000, 'signal'],
  [0xff0000, 0x120000, 'compute'],
]

/** `VGA`, `USB`, ...; `?` where the class is not known, empty where the device calls itself of no class. */
export function kindOf(code: Fact<string>): string {
  if ('unknown' in code) return '?'
  const value = Number(code.value)
  return kinds.find(([mask, kind]) => (value & mask) === kind)?.[2] ?? ''
}

/** How roles read in a sentence or a table; the names themselves are what `--accept` takes. */
export const roleWords: Readonly<Record<RoleName, string>> = {
  'root-disk': 'root disk',
  swap: 'swap',
  mounted: 'mounted',
  network: 'network',
  keyboard: 'keyboard',
  display: 'display',
  'boot-vga': 'boot VGA',
  terminal: 'terminal',
}

/** Legal forms and the like at the end of company names, which tell nobody apart. */
const companySuffix =
  /,?\s+(corporation|corp\.?|inc\.?|incorporated|company|co\.?,? ?ltd\.?|ltd\.?|limited|gmbh|ag|llc|s\.?a\.?|semiconductor|technology|technologies|electronics|systems)$/i

/** `Advanced Micro Devices, Inc. [AMD/ATI]` is known as `AMD/ATI`, `Intel Corporation` as `Intel`. */
export function shortVendor(name: string): string {
  const nick = /\[([^\]]+)\]$/.exec(name)?.[1]
  if (nick) return nick
  let short = name
  while (companySuffix.test(short)) short = short.replace(companySuffix, '')
  return short
}

/** `10de:2206` */
export function idsOf({ vendor, device }: Pick<FunctionSummary, 'vendor' | 'device'>): string {
  return [vendor, device].map((id) => ('value' in id ? id.value.slice('0x'.length) : '????')).join(':')
}

/**
 * Vendor and device by name, as short as tells it; what has no name by its ids. Of a video card the product's name, which
 * pci.ids has in brackets after the chip's: `NVIDIA GeForce RTX 3080`.
 */
export function shortName(f: Pick<FunctionSummary, 'names' | 'vendor' | 'device' | 'class'>): string {
  const { vendor, device, printed } = f.names
  const maker = vendor === undefined ? undefined : shortVendor(vendor)
  if (device === undefined && printed !== undefined && !nameless.test(printed))
    return vendor !== undefined && printed.startsWith(vendor) ? maker + printed.slice(vendor.length) : printed
  const product = device === undefined ? idsOf(f) : (isDisplay(f) && bracketed.exec(device)?.[1]) || device
  return maker === undefined || product.toLowerCase().startsWith(maker.toLowerCase())
    ? product
    : `${maker} ${product}`
}

/** How lspci prints a device that it has no name for: `Intel Corporation Device`, `... Device 9b53`. */
const nameless = /(^| )Device( [0-9a-f]{4})?$/

const bracketed = / \[([^\]]+)\]$/

function isDisplay({ class: code }: Pick<FunctionSummary, 'class'>): boolean {
  return 'value' in code && Number(code.value) >> 16 === 0x03
}
