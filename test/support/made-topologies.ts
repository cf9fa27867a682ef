import type { Made } from './made-host.js'

/** Cores of a processor: of each its threads, and where it stands. */
export interface MadeCores {
  readonly cores: readonly (readonly number[])[]
  /** Cores with the same name share a cache; absent: they have none. */
  readonly l3?: { readonly name: string; readonly kib: number }
  readonly node?: number
  readonly package?: number
  readonly die?: number
  readonly kind?: 'core' | 'atom'
}

/** Files of /sys that tell the threads of a computer (Linux drivers/base/topology.c, cacheinfo.c, node.c). */
export function topologyFiles(
  parts: readonly MadeCores[],
  nodeBytes = 64n * 1024n ** 3n,
): Record<string, Made> {
  const cpus = '/sys/devices/system/cpu'
  const all = parts.flatMap((part) => part.cores.map((threads) => ({ ...part, threads })))
  const list = (cores: typeof all) =>
    `${cores
      .flatMap(({ threads }) => threads)
      .sort((a, b) => a - b)
      .join(',')}\n`
  const files: Record<string, Made> = { [`${cpus}/online`]: list(all) }
  for (const core of all)
    for (const thread of core.threads) {
      const folder = `${cpus}/cpu${thread}`
      files[`${folder}/topology/thread_siblings_list`] = `${core.threads.join(',')}\n`
      files[`${folder}/topology/physical_package_id`] = `${core.package ?? 0}\n`
      files[`${folder}/topology/die_id`] = `${core.die ?? 0}\n`
      files[`${folder}/cache/index0/level`] = '1\n'
      if (core.l3 === undefined) continue
      files[`${folder}/cache/index3/level`] = '3\n'
      files[`${folder}/cache/index3/size`] = `${core.l3.kib}K\n`
      files[`${folder}/cache/index3/shared_cpu_list`] = list(
        all.filter(({ l3 }) => l3?.name === core.l3?.name),
      )
    }
  for (const kind of ['core', 'atom'] as const) {
    const own = all.filter((one) => one.kind === kind)
    if (own.length > 0) files[`/sys/devices/cpu_${kind}/cpus`] = list(own)
  }
  for (const node of new Set(all.map((one) => one.node ?? 0))) {
    const kib = nodeBytes / 1024n
    const folder = `/sys/devices/system/node/node${node}`
    files[`${folder}/cpulist`] = list(all.filter((one) => (one.node ?? 0) === node))
    files[`${folder}/meminfo`] = `Node ${node} MemTotal: ${kib} kB\nNode ${node} MemFree: ${kib / 2n} kB\n`
  }
  return files
}

/** So many cores from `first` on, the second thread of each so many further: none where 0. */
export function cores(first: number, count: number, apart: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, at) =>
    apart === 0 ? [first + at] : [first + at, first + at + apart],
  )
}

/** So many cores whose two threads follow each other. */
export function pairs(first: number, count: number): readonly (readonly number[])[] {
  return Array.from({ length: count }, (_, at) => [first + 2 * at, first + 2 * at + 1])
}

const l3 = (name: string, mib: number) => ({ name, kib: mib * 1024 })

/** Processors, each with where its threads, caches and nodes were published. */
export const topologies = {
  /** Four cores, two threads each. https://github.com/64kramsystem/vga-passthrough/issues/25: 0,4 is one core. Cache: Intel, i7-6700. */
  quadCore: [{ cores: cores(0, 4, 4), l3: l3('a', 8) }],
  /** Ryzen 9 5950X: `lscpu -e` in https://github.com/FeralInteractive/gamemode/issues/460. Cache: AMD, 64 MB on two dies. */
  ryzen5950x: [
    { cores: cores(0, 8, 16), l3: l3('a', 32) },
    { cores: cores(8, 8, 16), l3: l3('b', 32) },
  ],
  /** Ryzen 9 3900X, four caches of three cores: https://github.com/bryansteiner/gpu-passthrough-tutorial/issues/13 (threads); AMD, 64 MB. */
  ryzen3900x: ['a', 'b', 'c', 'd'].map((name, at) => ({ cores: cores(at * 3, 3, 12), l3: l3(name, 16) })),
  /** Ryzen 9 9950X3D, the larger cache on the first die: https://rmnr.net/blog/9950x3d-vcache-pinning-cachyos/. */
  ryzen9950x3d: [
    { cores: cores(0, 8, 16), l3: l3('a', 96), die: 0 },
    { cores: cores(8, 8, 16), l3: l3('b', 32), die: 1 },
  ],
  /** Ryzen AI 9 HX 370, four large and eight compact cores: hwloc tests/hwloc/x86/AMD-1Ah-Zen5StrixPoint-RyzenAI9HX370.xml. */
  ryzenAi370: [
    { cores: cores(0, 4, 12), l3: l3('a', 16) },
    { cores: cores(4, 8, 12), l3: l3('b', 8) },
  ],
  /** 13th generation Core, six performance and eight efficiency cores: hwloc tests/hwloc/linux/20em64t-hybrid-1p6c2t+2ca4co1t. */
  hybrid: [
    { cores: pairs(0, 6), l3: l3('a', 24), kind: 'core' as const },
    { cores: cores(12, 8, 0), l3: l3('a', 24), kind: 'atom' as const },
  ],
  /** Two Xeon E5-2650, even and odd threads: hwloc tests/hwloc/x86/Intel-SandyBridge-2xXeon-E5-2650.xml. */
  twoXeons: [0, 1].map((node) => ({
    cores: Array.from({ length: 8 }, (_, at) => [node + 2 * at, node + 2 * at + 16]),
    l3: l3(`${node}`, 20),
    node,
    package: node,
  })),
  /** Two EPYC 7763 without SMT, a cache for each eight cores: hwloc tests/hwloc/x86/AMD-19h-Zen3-2xEpyc-7763.xml. One node for each socket. */
  twoEpycs: Array.from({ length: 16 }, (_, at) => ({
    cores: cores(at * 8, 8, 0),
    l3: l3(`${at}`, 32),
    node: at < 8 ? 0 : 1,
    package: at < 8 ? 0 : 1,
  })),
  /** Threadripper 7970X, a node for each of four dies: https://github.com/WildPixelGames/gdt-cpus/issues/7. */
  threadripper7970x: Array.from({ length: 4 }, (_, at) => ({
    cores: cores(at * 8, 8, 32),
    l3: l3(`${at}`, 32),
    node: at,
    die: at,
  })),
} satisfies Record<string, readonly MadeCores[]>
