import type { Host } from '../../host/index.js'
import { type Fact, readFact } from '../../machine/index.js'

/** Memory of a process that stays where it is, in bytes. */
export interface PinnedMemory {
  /** Counted against the limit of locked memory: what vfio pinned by a container, and what the process locked itself. */
  readonly lockedBytes: number
  /** What IOMMUFD pinned, also for a container that it stands in for. */
  readonly pinnedBytes: number
}

/**
 * VmLck and VmPin of /proc/PID/status (Linux fs/proc/task_mmu.c task_mem): mm->locked_vm, which vfio_iommu_type1 counts up
 * (drivers/vfio/vfio_iommu_type1.c vfio_lock_acct; 6.1 to 7.3: it does not touch pinned_vm), and mm->pinned_vm, which IOMMUFD
 * does whatever it counts against (drivers/iommu/iommufd/pages.c iopt_pages_update_pinned; 6.12, 7.3).
 */
export function readPinnedMemory(host: Host, pid: number): Fact<PinnedMemory> {
  return readFact(host, `/proc/${pid}/status`, (text) => {
    const bytes = (name: string) => {
      const kibibytes = new RegExp(`^${name}:\\s*(\\d+) kB$`, 'm').exec(text)?.[1]
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
    }
    const lockedBytes = bytes('VmLck')
    const pinnedBytes = bytes('VmPin')
    return lockedBytes === undefined || pinnedBytes === undefined ? undefined : { lockedBytes, pinnedBytes }
  })
}

/** How much devices can reach: of the two counts the one that their kernel interface keeps. */
export function dmaBytes({ lockedBytes, pinnedBytes }: PinnedMemory): number {
  return pinnedBytes > 0 ? pinnedBytes : lockedBytes
}
