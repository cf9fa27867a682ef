import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { denied, type Made, madeHost } from '../../../test/support/made-host.js'
import { topologies, topologyFiles } from '../../../test/support/made-topologies.js'
import { knownValue } from '../read.js'
import { cpuListText, parseCpuList } from './cpu-topology.js'
import { System } from './system.js'

const cpus = '/sys/devices/system/cpu'
const threadsOf = (files: Readonly<Record<string, Made>>) => new System(madeHost(files)).threads
const known = (files: Readonly<Record<string, Made>>) => knownValue(threadsOf(files))!

describe('threads of the host', () => {
  it('have their core, cache, node, and what kind they are', () => {
    const threads = known(topologyFiles(topologies.hybrid))
    expect(threads).toHaveLength(20)
    const l3 = { first: 0, sizeBytes: 24n * 1024n ** 2n }
    expect(threads[3]).toEqual({ number: 3, core: 2, package: 0, die: 0, node: 0, l3, kind: 'performance' })
    expect(threads[19]).toMatchObject({ number: 19, core: 19, l3, kind: 'efficiency' })
  })

  it('of two sockets are of two nodes, each with its own cache', () => {
    const threads = known(topologyFiles(topologies.twoXeons))
    expect(threads[17]).toMatchObject({ core: 1, package: 1, node: 1, l3: { first: 1 }, kind: null })
  })

  it('have caches of different sizes on an X3D', () => {
    const sizes = known(topologyFiles(topologies.ryzen9950x3d)).map(({ l3 }) => l3!.sizeBytes >> 20n)
    expect([sizes[0], sizes[16], sizes[8]]).toEqual([96n, 96n, 32n])
  })

  it('that do not run are none, also as the first of a core', () => {
    const files = { ...topologyFiles(topologies.quadCore), [`${cpus}/online`]: '0,2-7\n' }
    const threads = known(files)
    expect(threads.map(({ number }) => number)).toEqual([0, 2, 3, 4, 5, 6, 7])
    expect(threads.find(({ number }) => number === 5)).toMatchObject({ core: 5, l3: { first: 0 } })
  })

  it('may have no third-level cache, die or node', () => {
    const files = {
      [`${cpus}/online`]: '0\n',
      [`${cpus}/cpu0/topology/thread_siblings_list`]: '0\n',
      [`${cpus}/cpu0/topology/physical_package_id`]: '0\n',
    }
    expect(known(files)).toEqual([
      { number: 0, core: 0, package: 0, die: null, node: null, l3: null, kind: null },
    ])
  })

  it.each([
    `${cpus}/online`,
    `${cpus}/cpu5/topology/physical_package_id`,
    `${cpus}/cpu0/topology/thread_siblings_list`,
    `${cpus}/cpu0/topology/die_id`,
    `${cpus}/cpu0/cache/index3/level`,
    `${cpus}/cpu0/cache/index3/size`,
    '/sys/devices/cpu_atom/cpus',
    '/sys/devices/system/node/node0/cpulist',
  ])('are not known where %s cannot be read, or not understood', (path) => {
    const files = topologyFiles(topologies.hybrid)
    expect(threadsOf({ ...files, [path]: denied })).toEqual({ unknown: 'denied', path })
    expect(threadsOf({ ...files, [path]: 'many\n' })).toMatchObject({ path })
  })
})

describe('a list of threads', () => {
  it.each([
    ['0-3,8\n', [0, 1, 2, 3, 8]],
    ['7\n', [7]],
    ['\n', []],
    ['3-1\n', undefined],
    ['0-\n', undefined],
  ])('%j', (text, numbers) => {
    expect(parseCpuList(text)).toEqual(numbers)
  })

  it.each([
    [[2, 3, 4, 5, 8], '2-5,8'],
    [[1, 5, 2, 6], '1,5,2,6'],
    [[0, 1], '0-1'],
    [[], ''],
  ])('%j is written %s', (numbers, text) => {
    expect(cpuListText(numbers)).toBe(text)
  })

  it('is read back whatever numbers it holds', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), (numbers) => {
        expect(parseCpuList(cpuListText(numbers))).toEqual(numbers)
      }),
    )
  })
})
