import { knownValue, type Machine, type PciFunction } from '../../machine/index.js'

/**
 * Where a function stands, without bus numbers, which firmware may give out anew: its root bus, then device and function at
 * every bridge. `pci0000:00/01.0/00.0`. Undefined where that is not known.
 */
export function topologyPath(machine: Machine, f: PciFunction): string | undefined {
  const hops: string[] = []
  let at: PciFunction | undefined = f
  while (at !== undefined && hops.length <= machine.functions.length) {
    const { address, parent }: PciFunction = at
    hops.unshift(address.slice(-'00.0'.length))
    const above: string | null | undefined = knownValue(parent)
    if (above === undefined) return undefined
    if (above === null) return `pci${address.slice(0, -':00.0'.length)}/${hops.join('/')}`
    at = machine.functions.find((one) => one.address === above)
  }
  return undefined
}
