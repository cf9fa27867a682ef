import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { madeHost } from '../../../test/support/made-host.js'
import { cores, topologies, topologyFiles } from '../../../test/support/made-topologies.js'
import { cpuListText, knownValue, System } from '../../machine/index.js'
import { placeProcessors } from './place.js'

const threadsOf = (parts: Parameters<typeof topologyFiles>[0]) =>
  knownValue(new System(madeHost(topologyFiles(parts))).threads)!
const place = (name: keyof typeof topologies, count: number, node: number | null = null) => {
  const found = placeProcessors(threadsOf(topologies[name]), count, node)
  return found && [found.threads, cpuListText(found.pin), cpuListText(found.others)]
}

describe('processors', () => {
  it.each([
    ['whole cores, not the first', 'quadCore', 4, null, [2, '1,5,2,6', '0,3-4,7']],
    ['an odd number: threads as cores', 'quadCore', 3, null, [1, '1,5,2', '0,3-4,7']],
    ['one', 'quadCore', 1, null, [1, '1', '0,2-4,6-7']],
    [
      'the die without the first core',
      'ryzen5950x',
      8,
      null,
      [2, '8,24,9,25,10,26,11,27', '0-7,12-23,28-31'],
    ],
    ['both dies, where one has too few', 'ryzen5950x', 20, null, [2, expect.any(String), expect.any(String)]],
    ['the larger cache', 'ryzen9950x3d', 8, null, [2, '1,17,2,18,3,19,4,20', '0,5-16,21-31']],
    [
      'a cache that holds all before the larger',
      'ryzen9950x3d',
      16,
      null,
      [2, expect.stringMatching(/^8,24/), '0-7,16-23'],
    ],
    ['performance cores', 'hybrid', 10, null, [2, '2-11', '0-1,12-19']],
    ['efficiency cores last', 'hybrid', 12, null, [1, '2-13', '0-1,14-19']],
    [
      'the node of the device, though the first core is there',
      'twoXeons',
      4,
      0,
      [2, '2,18,4,20', expect.any(String)],
    ],
    [
      'another node, where that has too few',
      'twoXeons',
      16,
      0,
      [2, expect.stringMatching(/^1,17,2,18|^2,18/), expect.any(String)],
    ],
    ['one cache of many', 'twoEpycs', 8, 0, [1, '56-63', '0-55']],
    ['two caches side by side', 'twoEpycs', 16, 0, [1, '48-63', '0-47']],
    [
      'the larger of two kinds that Linux does not tell apart',
      'ryzenAi370',
      6,
      null,
      [2, '1,13,2,14,3,15', '0,4-12,16-23'],
    ],
  ] as const)('%s', (_, name, count, node, expected) => {
    expect(place(name, count, node)).toEqual(expected)
  })

  it('cannot be more than there are beside the first core', () => {
    expect(place('quadCore', 6)).not.toBeNull()
    expect(place('quadCore', 7)).toBeNull()
  })

  it('prefer the package of those already taken, where one node has two', () => {
    const parts = [0, 1, 2, 3].map((at) => ({
      cores: cores(at * 4, 4, 0),
      l3: { name: `${at}`, kib: 1024 },
      package: at < 2 ? 0 : 1,
    }))
    expect(placeProcessors(threadsOf(parts), 8, null)?.pin).toEqual([8, 9, 10, 11, 12, 13, 14, 15])
  })

  it('are as many as asked, each once, never of the first core, apart from the others', () => {
    const names = fc.constantFrom(...(Object.keys(topologies) as (keyof typeof topologies)[]))
    fc.assert(
      fc.property(
        names,
        fc.integer({ min: 1, max: 130 }),
        fc.constantFrom(null, 0, 1),
        (name, count, node) => {
          const threads = threadsOf(topologies[name])
          const found = placeProcessors(threads, count, node)
          const free = threads.filter(({ core }) => core !== threads[0]!.core)
          if (count > free.length) {
            expect(found).toBeNull()
            return
          }
          const { pin, others, threads: perCore } = found!
          expect(new Set(pin).size).toBe(count)
          for (const one of pin) expect(free.map(({ number }) => number)).toContain(one)
          const coreOf = (number: number) => threads.find((one) => one.number === number)!.core
          const pinned = new Set(pin.map(coreOf))
          for (const one of others) expect(pinned.has(coreOf(one))).toBe(false)
          for (let at = 0; at < pin.length; at += perCore)
            expect(new Set(pin.slice(at, at + perCore).map(coreOf)).size).toBe(1)
        },
      ),
      { numRuns: 60 },
    )
  })
})
