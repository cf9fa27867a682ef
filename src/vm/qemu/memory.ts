import type { Description } from '../description/description.js'
import { list } from './option.js'

const id = 'ram'

/** The backend's name, where memory is not ordinary, and its arguments (QEMU qapi/qom.json, MemoryBackendProperties). */
export function memoryBackend(description: Description): {
  readonly id?: string
  readonly arguments: string[]
} {
  const { memoryBytes, hugePageBytes, memoryNode } = description
  if (hugePageBytes === undefined && memoryNode === undefined) return { arguments: [] }
  const kind = hugePageBytes === undefined ? 'memory-backend-ram' : 'memory-backend-memfd'
  const hugePages = hugePageBytes && {
    hugetlb: 'on',
    hugetlbsize: `${hugePageBytes / 1024 ** 2}M`,
    // Pages that are missing are then missing at the start, not as a SIGBUS later.
    prealloc: 'on',
  }
  const node = memoryNode === undefined ? {} : { 'host-nodes': memoryNode, policy: 'bind' }
  return {
    id,
    arguments: ['-object', list(kind, { id, size: `${memoryBytes / 1024 ** 2}M`, ...hugePages, ...node })],
  }
}
