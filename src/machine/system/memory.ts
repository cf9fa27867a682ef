import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { parseNumber, readFact, readList, readOptional } from '../read.js'

export const memoryPath = '/proc/meminfo'
export const hugePagesFolder = '/sys/kernel/mm/hugepages'
export const transparentHugePagesPath = '/sys/kernel/mm/transparent_hugepage/enabled'
export const nodesFolder = '/sys/devices/system/node'

/** What the kernel has, without what firmware and graphics keep for themselves (Linux fs/proc/meminfo.c, MemTotal). */
export function readMemoryBytes(host: Host): Fact<bigint> {
  return readFact(host, memoryPath, (text) => kilobytes(text, /^MemTotal: *(\d+) kB$/m))
}

/** Pages of one size that were set aside (Linux mm/hugetlb.c; Documentation/admin-guide/mm/hugetlbpage.rst). */
export interface HugePages {
  readonly sizeBytes: bigint
  readonly total: number
  /** Nothing uses them. */
  readonly free: number
}

/** By size. A kernel without them has none. `folder`: that of one node, for its own. */
export function readHugePages(host: Host, folder = hugePagesFolder): Fact<readonly HugePages[]> {
  const sizes = readList(host, folder)
  if ('unknown' in sizes) return sizes
  const pages: HugePages[] = []
  for (const name of sizes.value ?? []) {
    const size = /^hugepages-(\d+)kB$/.exec(name)?.[1]
    if (size === undefined) continue
    const total = readFact(host, `${folder}/${name}/nr_hugepages`, parseNumber)
    if ('unknown' in total) return total
    const free = readFact(host, `${folder}/${name}/free_hugepages`, parseNumber)
    if ('unknown' in free) return free
    pages.push({ sizeBytes: BigInt(size) * 1024n, total: total.value, free: free.value })
  }
  return { value: pages }
}

/** `always`, `madvise` or `never` (Linux mm/huge_memory.c enabled_show); null: a kernel without them. */
export function readTransparentHugePages(host: Host): Fact<string | null> {
  return readOptional(host, transparentHugePagesPath, (text) => /\[(\w+)\]/.exec(text)?.[1])
}

/** Those of one NUMA node (Linux mm/hugetlb_sysfs.c hugetlb_register_node). */
export function nodeHugePagesFolder(node: number): string {
  return `${nodesFolder}/node${node}/hugepages`
}

export interface MemoryNode {
  readonly number: number
  readonly totalBytes: bigint
  readonly freeBytes: bigint
}

/** NUMA nodes (Linux drivers/base/node.c node_read_meminfo). A kernel without NUMA shows none. */
export function readMemoryNodes(host: Host): Fact<readonly MemoryNode[]> {
  const names = readList(host, nodesFolder)
  if ('unknown' in names) return names
  const nodes: MemoryNode[] = []
  for (const name of names.value ?? []) {
    if (!/^node\d+$/.test(name)) continue
    const node = readFact(host, `${nodesFolder}/${name}/meminfo`, (text) => {
      const totalBytes = kilobytes(text, /MemTotal: *(\d+) kB$/m)
      const freeBytes = kilobytes(text, /MemFree: *(\d+) kB$/m)
      if (totalBytes === undefined || freeBytes === undefined) return undefined
      return { number: Number(name.slice(4)), totalBytes, freeBytes }
    })
    if ('unknown' in node) return node
    nodes.push(node.value)
  }
  return { value: nodes.sort((a, b) => a.number - b.number) }
}

function kilobytes(text: string, pattern: RegExp): bigint | undefined {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? undefined : BigInt(found) * 1024n
}
