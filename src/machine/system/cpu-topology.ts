import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { parseLine, parseNumber, readFact, readList, readOptional } from '../read.js'
import { nodesFolder } from './memory.js'

export const cpusFolder = '/sys/devices/system/cpu'
/** Counters of each kind of core on Intel's hybrid processors, with the threads that have them (Linux arch/x86/events/intel/core.c). */
const coreKindFiles = {
  performance: ['/sys/devices/cpu_core/cpus'],
  efficiency: ['/sys/devices/cpu_atom/cpus', '/sys/devices/cpu_lowpower/cpus'],
} as const

type CoreKind = keyof typeof coreKindFiles

/** A hardware thread that runs: what the kernel calls a CPU. */
export interface HostThread {
  readonly number: number
  /** The lowest thread of its core that runs. */
  readonly core: number
  readonly package: number
  /** Null: this kernel (before 5.2) does not tell. */
  readonly die: number | null
  /** Null: a kernel without NUMA. */
  readonly node: number | null
  /** The third-level cache that it shares: its lowest thread that runs, and the size; null: it has none. */
  readonly l3: { readonly first: number; readonly sizeBytes: bigint } | null
  /** Null: all cores are of one kind, or the kernel does not tell kinds apart (so it is with AMD's). */
  readonly kind: CoreKind | null
}

/**
 * Threads, cores, caches and nodes (Linux Documentation/ABI/stable/sysfs-devices-system-cpu, ABI/testing/sysfs-devices-system-cpu;
 * drivers/base/topology.c, cacheinfo.c, node.c), by number.
 */
export function readHostThreads(host: Host): Fact<readonly HostThread[]> {
  const online = readFact(host, `${cpusFolder}/online`, parseCpuList)
  if ('unknown' in online) return online
  const running = new Set(online.value)
  const nodes = readNodes(host)
  if ('unknown' in nodes) return nodes
  const kinds = readKinds(host)
  if ('unknown' in kinds) return kinds

  // What one thread shares with others is read once.
  const cores = new Map<number, number>()
  const caches = new Map<number, HostThread['l3']>()
  const share = <T>(map: Map<number, T>, threads: readonly number[], value: T) => {
    for (const thread of threads) map.set(thread, value)
  }
  const threads: HostThread[] = []
  for (const number of online.value) {
    const folder = `${cpusFolder}/cpu${number}`
    if (!cores.has(number)) {
      const siblings = readFact(host, `${folder}/topology/thread_siblings_list`, parseCpuList)
      if ('unknown' in siblings) return siblings
      const own = siblings.value.filter((one) => running.has(one))
      share(cores, own, Math.min(...own))
    }
    if (!caches.has(number)) {
      const l3 = readL3(host, `${folder}/cache`)
      if ('unknown' in l3) return l3
      if (l3.value === null) caches.set(number, null)
      else {
        const own = l3.value.threads.filter((one) => running.has(one))
        share(caches, own, { first: Math.min(...own), sizeBytes: l3.value.sizeBytes })
      }
    }
    const inPackage = readFact(host, `${folder}/topology/physical_package_id`, parseNumber)
    if ('unknown' in inPackage) return inPackage
    const die = readOptional(host, `${folder}/topology/die_id`, parseNumber)
    if ('unknown' in die) return die
    threads.push({
      number,
      core: cores.get(number) ?? number,
      package: inPackage.value,
      die: die.value,
      node: nodes.value.get(number) ?? null,
      l3: caches.get(number) ?? null,
      kind: kinds.value.get(number) ?? null,
    })
  }
  return { value: threads }
}

/** The cache of level 3; its folder is the last one most often. */
function readL3(
  host: Host,
  folder: string,
): Fact<{ readonly threads: readonly number[]; readonly sizeBytes: bigint } | null> {
  const names = readList(host, folder)
  if ('unknown' in names) return names
  for (const name of (names.value ?? []).filter((one) => /^index\d+$/.test(one)).reverse()) {
    const level = readFact(host, `${folder}/${name}/level`, parseNumber)
    if ('unknown' in level) return level
    if (level.value !== 3) continue
    const threads = readFact(host, `${folder}/${name}/shared_cpu_list`, parseCpuList)
    if ('unknown' in threads) return threads
    const size = readFact(host, `${folder}/${name}/size`, (text) => /^(\d+)K$/.exec(text.trim())?.[1])
    if ('unknown' in size) return size
    return { value: { threads: threads.value, sizeBytes: BigInt(size.value) * 1024n } }
  }
  return { value: null }
}

function readNodes(host: Host): Fact<ReadonlyMap<number, number>> {
  const names = readList(host, nodesFolder)
  if ('unknown' in names) return names
  const nodes = new Map<number, number>()
  for (const name of names.value ?? []) {
    const node = /^node(\d+)$/.exec(name)?.[1]
    if (node === undefined) continue
    const threads = readFact(host, `${nodesFolder}/${name}/cpulist`, parseCpuList)
    if ('unknown' in threads) return threads
    for (const thread of threads.value) nodes.set(thread, Number(node))
  }
  return { value: nodes }
}

/** Empty where there is one kind only. */
function readKinds(host: Host): Fact<ReadonlyMap<number, CoreKind>> {
  const kinds = new Map<number, CoreKind>()
  for (const [kind, paths] of Object.entries(coreKindFiles))
    for (const path of paths) {
      const threads = readOptional(host, path, parseCpuList)
      if ('unknown' in threads) return threads
      for (const thread of threads.value ?? []) kinds.set(thread, kind as CoreKind)
    }
  return { value: new Set(kinds.values()).size < 2 ? new Map() : kinds }
}

/** `0-3,8` (Linux lib/vsprintf.c bitmap_list_string); an empty line: none. */
export function parseCpuList(text: string): readonly number[] | undefined {
  const line = parseLine(text)
  if (line === undefined) return []
  const numbers: number[] = []
  for (const part of line.split(',')) {
    const [, first, last = first] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first)) return undefined
    for (let number = Number(first); number <= Number(last); number++) numbers.push(number)
  }
  return numbers
}

/** The same the other way: `0-3,8`, in the order of the numbers given. */
export function cpuListText(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.[1] === number - 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',')
}
