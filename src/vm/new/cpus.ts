import { cpuListText, cpusFolder, type HostThread, roughSizeText } from '../../machine/index.js'
import { nodeOf } from './card.js'
import { type Core, coresOf, type Placement, placeProcessors } from './place.js'
import { type Decide, decision, type Part, upper } from './wish.js'

/** Processors of the machine, and the host's threads that they run on. */
export const cpus: Decide = ({ system }, { cpus: asked, devices }) => {
  const threads = system.threads
  if ('unknown' in threads)
    return {
      decisions: [
        decision(
          'cpus',
          asked ?? 2,
          `Not pinned: which threads share a core and a cache is not known (${threads.unknown}: ${threads.path})`,
        ),
      ],
    }
  const all = threads.value
  if (asked !== undefined && asked > all.length)
    return { problems: [`${asked} processors were asked for, and the host has ${all.length} threads`] }
  const count = asked ?? usual(all)
  if (devices.length === 0)
    return {
      decisions: [
        decision('cpus', count, asked === undefined ? 'Half of what the host has, whole cores' : null),
      ],
    }
  const node = nodeOf(devices)?.node ?? null
  const placement = placeProcessors(all, count, node)
  if (placement === null)
    return {
      decisions: [
        decision(
          'cpus',
          count,
          `Not pinned: beside the host's own core there are ${all.length - coresOf(all)[0]!.threads.length} threads, and the host and the machine share all`,
          {
            evidence: [{ path: `${cpusFolder}/online`, value: cpuListText(all.map(({ number }) => number)) }],
          },
        ),
      ],
    }
  return pinned(all, count, node, placement)
}

/** Half of the threads, in whole cores; at least one. */
function usual(threads: readonly HostThread[]): number {
  const half = Math.floor(threads.length / 2)
  return Math.max(1, half - (half % 2))
}

function pinned(all: readonly HostThread[], count: number, node: number | null, placement: Placement): Part {
  const { pin, others, threads, caches } = placement
  const own = all.filter(({ number }) => pin.includes(number))
  const nodes = new Set(all.flatMap((one) => one.node ?? []))
  const sentences = [
    `${describeCores(own, threads, count)}, ${describeCaches(caches)}`,
    ...(nodes.size > 1 ? [describeNodes(own, node)] : []),
    ...describeKinds(all, own),
    `The host keeps its first core (${threadsText(coresOf(all)[0]!.threads)})`,
    ...largerCache(all, own),
  ]
  const list = (numbers: readonly number[]) => (numbers.length === 1 ? numbers[0]! : cpuListText(numbers))
  const value = {
    count,
    ...(threads > 1 ? { threads } : {}),
    pin: list(pin),
    ...(others.length > 0 ? { others: list(others) } : {}),
  }
  const isNuma = nodes.size > 1 && node !== null
  const evidence = [
    { path: `${cpusFolder}/cpu${pin[0]}/topology/thread_siblings_list`, value: siblings(all, pin[0]!) },
    ...caches.map(({ all: cores }) => ({
      path: `${cpusFolder}/cpu${cores[0]!.first.number}/cache`,
      value: `level 3: ${roughSizeText(cores[0]!.first.l3?.sizeBytes ?? 0n)}`,
    })),
  ]
  return {
    decisions: [
      decision('cpus', value, sentences.join('. '), { evidence, ...(isNuma ? { rule: 'numa-node' } : {}) }),
    ],
  }
}

function describeCores(own: readonly HostThread[], threads: number, count: number): string {
  const cores = new Set(own.map(({ core }) => core)).size
  const plain = `${cores} ${cores === 1 ? 'core' : 'cores'}`
  if (threads > 1) return `${plain} with ${threads} threads each`
  if (cores === count) return plain
  return `${plain}; the machine takes each thread for a core, as ${count % 2 === 1 ? 'they do not come out even' : 'not all cores have two'}`
}

function describeCaches(caches: Placement['caches']): string {
  if (caches.length === 1) return `in ${cacheText(caches[0]!.all)}`
  const parts = caches.map(({ cores, all }) => `${cores.length} of ${all.length} cores of ${cacheText(all)}`)
  return `of ${caches.length} caches, as none holds so many: ${parts.join(', ')}`
}

function cacheText(cores: readonly Core[]): string {
  const { l3 } = cores[0]!.first
  const threads = threadsText(cores.flatMap((core) => core.threads))
  return l3 === null
    ? `${threads}, which have no third-level cache`
    : `the ${roughSizeText(l3.sizeBytes)} third-level cache of ${threads}`
}

function threadsText(threads: readonly HostThread[]): string {
  const numbers = threads.map(({ number }) => number).sort((a, b) => a - b)
  return `${numbers.length === 1 ? 'thread' : 'threads'} ${cpuListText(numbers)}`
}

function describeNodes(own: readonly HostThread[], node: number | null): string {
  if (node === null) return 'The firmware does not say which NUMA node the device stands at'
  const away = own.filter((one) => one.node !== node)
  if (away.length === 0) return `They are of NUMA node ${node}, where the device stands`
  return `The device stands at NUMA node ${node}, which has too few: threads ${cpuListText(away.map(({ number }) => number))} are of another`
}

function describeKinds(all: readonly HostThread[], own: readonly HostThread[]): readonly string[] {
  if (all.every(({ kind }) => kind === null)) return []
  const slow = own.filter(({ kind }) => kind === 'efficiency')
  return [
    slow.length === 0
      ? 'All are performance cores; the efficiency cores work for the host and for QEMU'
      : `There are too few performance cores: threads ${cpuListText(slow.map(({ number }) => number))} are of efficiency cores, and the machine does not know that they are slower`,
  ]
}

/** Where a larger cache was passed by for being too small for all. */
function largerCache(all: readonly HostThread[], own: readonly HostThread[]): readonly string[] {
  const [first] = own
  const size = first?.l3?.sizeBytes ?? 0n
  const largest = all
    .filter((one) => one.kind === first!.kind && one.node === first!.node && (one.l3?.sizeBytes ?? 0n) > size)
    .toSorted((a, b) => Number(b.l3!.sizeBytes - a.l3!.sizeBytes))[0]
  if (largest === undefined) return []
  const cores = coresOf(all)
  const [hostCore] = cores
  const sharing = cores.filter(({ first }) => first.l3?.first === largest.l3!.first)
  const holds = sharing
    .filter((core) => core !== hostCore)
    .reduce((sum, core) => sum + core.threads.length, 0)
  return [`${upper(cacheText(sharing))} holds ${holds} beside it: with --cpus ${holds} all are there`]
}

function siblings(all: readonly HostThread[], number: number): string {
  const { core } = all.find((one) => one.number === number)!
  return cpuListText(all.filter((one) => one.core === core).map((one) => one.number))
}
