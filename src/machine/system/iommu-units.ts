import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readFact, readLinkName } from '../read.js'

/** A unit of Intel's VT-d, as it says what it can. */
export interface VtdUnit {
  readonly path: string
  /** Bits of the widest address that a device may be given (VT-d capability register: MGAW, and what SAGAW has tables for). */
  readonly addressBits: number
}

/** Which unit a function's DMA goes through (Linux drivers/iommu/iommu-sysfs.c iommu_device_link); null: none. */
export function readUnitOf(host: Host, address: string): Fact<string | null> {
  return readLinkName(host, `/sys/bus/pci/devices/${address}/iommu`)
}

/** `name`: `dmar0`. Linux drivers/iommu/intel/iommu.c cap_show, iommu.h cap_mgaw and cap_sagaw. */
export function readVtdUnit(host: Host, name: string): Fact<VtdUnit> {
  const path = `/sys/class/iommu/${name}/intel-iommu/cap`
  return readFact(host, path, (text) => {
    if (!/^[0-9a-f]{1,16}$/.test(text.trim())) return undefined
    const capability = BigInt(`0x${text.trim()}`)
    const widest = Number((capability >> 16n) & 0x3fn) + 1
    // Bit 1: tables of 39 bits, 2: of 48, 3: of 57. The kernel takes the smaller of the two widths (prepare_domain_attach_device).
    const tables = Number((capability >> 8n) & 0x1fn)
    const reach = tables & 8 ? 57 : tables & 4 ? 48 : tables & 2 ? 39 : undefined
    return reach === undefined ? undefined : { path, addressBits: Math.min(widest, reach) }
  })
}

/** Addresses that the devices of a group cannot be given, as the kernel lists them. */
export interface GroupReservation {
  readonly start: bigint
  /** Inside the region. */
  readonly end: bigint
  /** `direct`, `direct-relaxable`, `reserved`, `msi` (Linux drivers/iommu/iommu.c iommu_group_resv_type_string). */
  readonly type: string
}

export function groupReservationsPath(group: number): string {
  return `/sys/kernel/iommu_groups/${group}/reserved_regions`
}

export function readGroupReservations(host: Host, group: number): Fact<readonly GroupReservation[]> {
  return readFact(host, groupReservationsPath(group), (text) => {
    const found: GroupReservation[] = []
    for (const line of text.split('\n').filter(Boolean)) {
      const words = /^(0x[0-9a-f]{16}) (0x[0-9a-f]{16}) (\S+)$/.exec(line)
      if (!words) return undefined
      found.push({ start: BigInt(words[1]!), end: BigInt(words[2]!), type: words[3]! })
    }
    return found
  })
}
