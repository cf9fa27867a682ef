import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { knownValue, readFact, readList } from '../read.js'

export const driverctlFolder = '/etc/driverctl.d'
export const udevRulesFolder = '/etc/udev/rules.d'

/**
 * Drivers that driverctl gives to PCI functions at each start, by address: files `pci-0000:01:00.0` that hold a driver's
 * name (driverctl(8), save_override of its script).
 */
export function readDriverctl(host: Host): Fact<ReadonlyMap<string, string>> {
  const names = readList(host, driverctlFolder)
  if ('unknown' in names) return names
  const drivers = new Map<string, string>()
  for (const name of names.value ?? []) {
    const address = /^pci-(.+)$/.exec(name)?.[1]
    if (address === undefined) continue
    const driver = readFact(host, `${driverctlFolder}/${name}`, (text) => text.trim())
    if ('unknown' in driver) return driver
    drivers.set(address, driver.value)
  }
  return { value: drivers }
}

/** A line of a file. */
export interface RuleLine {
  readonly path: string
  readonly line: string
}

/**
 * The administrator's udev rules about the nodes in /dev/vfio. Only files that are named for it are looked into: what
 * others hold is nobody's business, and may tell serial numbers.
 */
export function readVfioUdevRules(host: Host): Fact<readonly RuleLine[]> {
  const names = readList(host, udevRulesFolder)
  if ('unknown' in names) return names
  const files = (names.value ?? []).filter((name) => /(vfio|qemu|kvm|passthrough).*\.rules$/i.test(name))
  const lines: RuleLine[] = []
  for (const name of files) {
    const path = `${udevRulesFolder}/${name}`
    const text = readFact(host, path, (text) => text)
    if ('unknown' in text) return text
    for (const line of knownValue(text)!.split('\n'))
      if (/^\s*(?!#).*SUBSYSTEMS?\s*==\s*"vfio"/.test(line)) lines.push({ path, line: line.trim() })
  }
  return { value: lines }
}
