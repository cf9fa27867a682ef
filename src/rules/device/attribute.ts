import type { PciFunction } from '../../machine/index.js'

/** The path of a function's file in sysfs. */
export function attribute(f: PciFunction, file: string): string {
  return `${folderOf(f)}/${file}`
}

/** That of its folder, whose place says what is above it. */
export function folderOf({ address }: PciFunction): string {
  return `/sys/bus/pci/devices/${address}`
}
