import type { HostThread } from '../../machine/index.js'

/** Threads of one core. */
export interface Core {
  readonly threads: readonly HostThread[]
  readonly first: HostThread
}

/** Where the processors of a machine go. */
export interface Placement {
  /** Threads for the machine's processors, in their order; two that follow each other are of one core where `threads` is 2. */
  readonly pin: readonly number[]
  /** Threads for QEMU's own work. */
  readonly others: readonly number[]
  /** Of each core as the machine sees it. */
  readonly threads: number
  /** The caches that they share, those asked first in front: their lowest thread, size and the cores taken of them. */
  readonly caches: readonly { readonly cores: readonly Core[]; readonly all: readonly Core[] }[]
}

/**
 * Whole cores, by these rules in turn:
 * 1. performance cores, then efficiency cores: a machine with both has threads of two speeds and does not know it
 * 2. cores of the NUMA node that the device stands at
 * 3. all in one third-level cache, where one can hold them: threads that talk through two caches wait for memory
 * 4. the larger of such caches: of an X3D those that its mode `cache` prefers (Linux drivers/platform/x86/amd/x3d_vcache.c)
 * 5. those without the first core, which stays with the host, and far from it
 *
 * Null: there are not so many threads beside the first core.
 */
export function placeProcessors(
  threads: readonly HostThread[],
  count: number,
  node: number | null,
): Placement | null {
  const [hostCore, ...free] = coresOf(threads)
  if (free.reduce((sum, core) => sum + core.threads.length, 0) < count) return null

  const taken: Core[] = []
  const wanted = () => count - taken.reduce((sum, core) => sum + core.threads.length, 0)
  let left = cachesOf(free)
  while (wanted() > 0) {
    const next = left.toSorted((a, b) => compare(rank(a), rank(b)))[0]!
    for (const core of next) if (wanted() > 0) taken.push(core)
    left = left.filter((one) => one !== next)
  }

  function rank(cores: readonly Core[]): readonly number[] {
    const { first } = cores[0]!
    const near = taken[0]?.first
    const holds = cores.reduce((sum, core) => sum + core.threads.length, 0)
    return [
      first.kind === 'efficiency' ? 1 : 0,
      node === null || first.node === node ? 0 : 1,
      near === undefined || (first.package === near.package && first.die === near.die) ? 0 : 1,
      holds >= wanted() ? 0 : 1,
      -Number(first.l3?.sizeBytes ?? 0n),
      sameCache(first, hostCore!.first) ? 1 : 0,
      -first.number,
    ]
  }

  const cores = taken.toSorted((a, b) => order(a) - order(b) || a.first.number - b.first.number)
  const perCore = Math.min(...cores.map((core) => core.threads.length))
  const isWhole = count % perCore === 0 && cores.every((core) => core.threads.length === perCore)
  const pin = cores.flatMap((core) => core.threads.map(({ number }) => number)).slice(0, count)
  const others = threads.filter(({ number }) => !cores.some((core) => holdsThread(core, number)))
  const near = others.filter((thread) => thread.node === cores[0]!.first.node)
  return {
    pin,
    others: (near.length > 0 ? near : others).map(({ number }) => number),
    threads: isWhole ? perCore : 1,
    caches: cachesOf(cores, false).map((own) => ({
      cores: own,
      all: coresOf(threads).filter(({ first }) => sameCache(first, own[0]!.first)),
    })),
  }
}

function order({ first }: Core): number {
  return first.kind === 'efficiency' ? 1 : 0
}

function holdsThread(core: Core, number: number): boolean {
  return core.threads.some((one) => one.number === number)
}

/** By their first threads. */
export function coresOf(threads: readonly HostThread[]): readonly Core[] {
  const cores = new Map<number, HostThread[]>()
  for (const thread of threads) cores.set(thread.core, [...(cores.get(thread.core) ?? []), thread])
  return [...cores.values()]
    .map((own) => ({ threads: own, first: own[0]! }))
    .sort((a, b) => a.first.number - b.first.number)
}

/** Cores by the cache that they share; those without one by their node. `kinds`: and by their kind. */
function cachesOf(cores: readonly Core[], kinds = true): readonly (readonly Core[])[] {
  const groups: Core[][] = []
  for (const core of cores) {
    const group = groups.find(
      ([one]) => sameCache(one!.first, core.first) && (!kinds || one!.first.kind === core.first.kind),
    )
    if (group) group.push(core)
    else groups.push([core])
  }
  return groups
}

function sameCache(a: HostThread, b: HostThread): boolean {
  return a.l3 === null || b.l3 === null
    ? a.l3 === b.l3 && a.node === b.node && a.package === b.package
    : a.l3.first === b.l3.first
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index])
  return at < 0 ? 0 : a[at]! - b[at]!
}
