import type { Host } from '../host/index.js'
import type { Fact, Resource } from './machine.js'
import { readFact } from './read.js'

/** Linux include/linux/ioport.h: bits of a resource's flags. */
export const resourceFlags = {
  io: 0x100n, // IORESOURCE_IO
  memory: 0x200n, // IORESOURCE_MEM
  prefetch: 0x2000n, // IORESOURCE_PREFETCH
  unset: 0x20000000n, // IORESOURCE_UNSET: no address was given to it
  memory64: 0x100000n, // IORESOURCE_MEM_64
  romShadow: 0x2n, // IORESOURCE_ROM_SHADOW, meant so for the option ROM only
} as const

/**
 * Lines of `resource` (Linux drivers/pci/pci-sysfs.c `resource_show`, include/linux/pci.h `PCI_STD_RESOURCES` and on):
 * six BARs, the option ROM, six SR-IOV BARs where the kernel was built with CONFIG_PCI_IOV, and for a bridge four windows.
 */
const withSriov: readonly Resource['kind'][] = [
  ...Array<'bar'>(6).fill('bar'),
  'rom',
  ...Array<'sriov-bar'>(6).fill('sriov-bar'),
  ...Array<'window'>(4).fill('window'),
]
const withoutSriov = withSriov.filter((kind) => kind !== 'sriov-bar')

/**
 * Whether an option ROM is the copy that the firmware left in memory at 0xc0000 when it started the card, and not on the card:
 * Linux marks it and places it there (arch/x86/pci/fixup.c `pci_fixup_video`). Pasted text has the place only.
 */
export function isShadow({ kind, start, flags }: Resource): boolean {
  return kind === 'rom' && ((flags & resourceFlags.romShadow) !== 0n || start === 0xc0000n)
}

/** A function's ranges as the kernel placed them; unused ones are left out. */
export function readResources(host: Host, path: string): Fact<readonly Resource[]> {
  return readFact(host, path, parseResources)
}

export function parseResources(text: string): readonly Resource[] | undefined {
  const lines = text.split('\n').filter((line) => line !== '')
  // 7 or 11 lines: built without SR-IOV; 13 or 17: with it.
  const kinds = lines.length === 7 || lines.length === 11 ? withoutSriov : withSriov
  const found: Resource[] = []
  for (const [line, text] of lines.entries()) {
    if (text === unused) continue
    const words = /^(0x[0-9a-f]{1,16}) (0x[0-9a-f]{1,16}) (0x[0-9a-f]{1,16})$/.exec(text)
    const kind = kinds[line]
    if (!words || !kind) return undefined
    const [start, end, flags] = [BigInt(words[1]!), BigInt(words[2]!), BigInt(words[3]!)]
    if (start === 0n && end === 0n) continue // a bridge window that is closed keeps its flags
    const sizeBytes = end >= start ? end - start + 1n : 0n
    found.push({ index: line - kinds.indexOf(kind), kind, start, end, sizeBytes, flags })
  }
  return found
}

const unused = '0x0000000000000000 0x0000000000000000 0x0000000000000000'
