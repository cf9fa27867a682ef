import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { readFact } from '../read.js'

export const limitsPath = '/proc/self/limits'
export const statusPath = '/proc/self/status'

/** CAP_IPC_LOCK (Linux include/uapi/linux/capability.h). */
const ipcLock = 1n << 14n

/**
 * Bytes of memory that who asks may lock, and so the programs started by it; or that another process may, by its number: the soft
 * limit, which counts (Linux fs/proc/base.c proc_pid_limits). Null: as much as there is, by no limit or by CAP_IPC_LOCK
 * (fs/proc/array.c task_cap).
 */
export function readLockableBytes(host: Host, pid?: number): Fact<bigint | null> {
  const limit = readFact(
    host,
    pid === undefined ? limitsPath : `/proc/${pid}/limits`,
    (text) => /^Max locked memory\s+(\d+|unlimited)\s/m.exec(text)?.[1],
  )
  if ('unknown' in limit) return limit
  if (limit.value === 'unlimited') return { value: null }
  const status = pid === undefined ? statusPath : `/proc/${pid}/status`
  const capabilities = readFact(host, status, (text) => /^CapEff:\s*([0-9a-f]+)$/m.exec(text)?.[1])
  if ('unknown' in capabilities) return capabilities
  return { value: BigInt(`0x${capabilities.value}`) & ipcLock ? null : BigInt(limit.value) }
}
