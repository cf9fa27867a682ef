import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { parseLine, readFact, readOptional } from '../read.js'

export const hypervisorTypePath = '/sys/hypervisor/type'
export const xenFeaturesPath = '/sys/hypervisor/properties/features'

/** XENFEAT_dom0 (Linux include/xen/interface/features.h). */
const dom0 = 1n << 11n

/** What this kernel is to Xen: the domain that drives the hardware, or a guest; null: it does not run on Xen (Linux drivers/xen/sys-hypervisor.c). */
export function readXen(host: Host): Fact<'dom0' | 'guest' | null> {
  const type = readOptional(host, hypervisorTypePath, parseLine)
  if ('unknown' in type) return type
  if (type.value !== 'xen') return { value: null }
  return readFact(host, xenFeaturesPath, (text) => {
    const bits = /^[0-9a-f]+$/.exec(text.trim())?.[0]
    if (bits === undefined) return undefined
    return BigInt(`0x${bits}`) & dom0 ? 'dom0' : 'guest'
  })
}

/** `QEMU Standard PC (Q35 + ICH9, 2009)`: maker and name by the firmware (SMBIOS 3.6, 7.2); null: it gives none. */
export function readComputerName(host: Host): Fact<string | null> {
  const parts: string[] = []
  for (const name of ['sys_vendor', 'product_name']) {
    const part = readOptional(host, `/sys/class/dmi/id/${name}`, (text) => text.trim())
    if ('unknown' in part) return part
    if (part.value) parts.push(part.value)
  }
  return { value: parts.length === 0 ? null : parts.join(' ') }
}
