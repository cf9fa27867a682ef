import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { madeHost } from '../../../test/support/made-host.js'
import { NotFreeError, requireFree, type Wanted } from './free.js'
import { OwnRun, type RunRecord } from './record.js'

const mebibyte = 1024 ** 2
const card = '0000:01:00.0'
const memory = { '/proc/meminfo': 'MemTotal: 4194304 kB\nMemAvailable: 1048576 kB\n', '/proc/locks': '' }
const wanted: Wanted = { name: 'm', memoryBytes: 512 * mebibyte, disks: [] }

describe('what a machine needs', () => {
  let folder: string
  let file: string
  let other: RunRecord
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'handover-test-'))
    file = join(folder, 'disk.img')
    writeFileSync(file, '')
    symlinkSync(file, join(folder, 'link.img'))
    const own = { name: 'other', file: '/o.yaml', memoryBytes: 1, cpus: 1, arguments: [], kept: 'here' }
    const run = OwnRun.claim(own, folder)
    run.note({ addresses: [card], disks: [{ file, readonly: false }] })
    other = run.record
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const problems = (
    more: Partial<Wanted>,
    addresses: readonly string[] = [],
    runs: readonly RunRecord[] = [],
    files: Record<string, string> = memory,
  ): readonly string[] => {
    try {
      requireFree({ ...wanted, ...more }, addresses, runs, madeHost(files))
      return []
    } catch (error) {
      if (error instanceof NotFreeError) return error.problems
      throw error
    }
  }
  const disk = (name: string, readonly = false) =>
    ({ file: join(folder, name), format: 'raw', bus: 'virtio', cdrom: false, readonly }) as const

  it('is free', () => {
    expect(problems({ disks: [disk('disk.img')] }, [card])).toEqual([])
    // It does not stand in its own way, nor one that has ended.
    expect(problems({ name: 'other', disks: [disk('disk.img')] }, [card], [other])).toEqual([])
    const ended = { ...other, ended: { at: '', status: 0, failure: null } }
    expect(problems({ disks: [disk('disk.img')] }, [card], [ended])).toEqual([])
  })

  it('is with another machine', () => {
    expect(problems({ disks: [disk('link.img')] }, [card, '0000:02:00.0'], [other])).toEqual([
      `${card} is with the machine other, which runs`,
      `${join(folder, 'link.img')} is a disk of the machine other, which runs`,
    ])
    expect(problems({ disks: [disk('disk.img', true)] }, [], [other])).toHaveLength(1)
    const reader = { ...other, disks: [{ file, readonly: true }] }
    expect(problems({ disks: [disk('disk.img', true)] }, [], [reader])).toEqual([])
    expect(problems({ disks: [disk('disk.img')] }, [], [reader])).toHaveLength(1)
  })

  it('stands twice, by two names', () => {
    expect(problems({}, [card, card])).toEqual([`${card} stands twice among the devices`])
  })

  it('is a disk that another program has locked', () => {
    const { dev, ino } = statSync(file, { bigint: true })
    const [major, minor] = [(dev >> 8n) & 0xfffn, (dev & 0xffn) | ((dev >> 12n) & 0xfff00n)]
    const place = [major, minor].map((number) => number.toString(16).padStart(2, '0')).join(':')
    const locks = (inode: bigint, kind = 'OFDLCK') => ({
      ...memory,
      '/proc/locks': `1: ${kind} ADVISORY  READ -1 ${place}:${inode} 203 203\n`,
    })
    expect(problems({ disks: [disk('disk.img')] }, [], [], locks(ino))).toEqual([
      `${file} is in use: another program has locked it, as QEMU does with a disk`,
    ])
    expect(problems({ disks: [disk('disk.img')] }, [], [], locks(ino + 1n))).toEqual([])
    expect(problems({ disks: [disk('disk.img', true)] }, [], [], locks(ino))).toEqual([])
  })

  it('is more memory than there is', () => {
    expect(problems({ memoryBytes: 1024 * mebibyte })).toEqual([])
    expect(problems({ memoryBytes: 1025 * mebibyte })).toEqual([
      'memory: 1.0 GiB does not fit into the 1.0 GiB that are available (/proc/meminfo, MemAvailable)',
    ])
    expect(problems({}, [], [], {})).toEqual([
      'how much memory is free is not known: /proc/meminfo cannot be read',
    ])
    expect(problems({ memoryNode: 3 })).toMatchObject([expect.stringContaining('there is no node 3')])
    const node = { ...memory, '/sys/devices/system/node/node0/meminfo': 'Node 0 MemTotal: 4194304 kB\n' }
    expect(problems({ memoryNode: 0 }, [], [], node)).toEqual([])
  })

  it('is more huge pages than are free, of the host or of its node', () => {
    const pages = (folder: string, free: number) => ({
      ...memory,
      [`${folder}/hugepages-2048kB/free_hugepages`]: `${free}\n`,
    })
    const all = '/sys/kernel/mm/hugepages'
    const node = '/sys/devices/system/node/node1/hugepages'
    const want = { hugePageBytes: 2 * mebibyte }
    expect(problems(want, [], [], pages(all, 256))).toEqual([])
    expect(problems(want, [], [], pages(all, 255))).toEqual([
      `memory: 256 huge pages of 2 MiB are needed, and 255 are free (${all}/hugepages-2048kB/free_hugepages); handover plan --huge-pages sets them aside`,
    ])
    expect(problems({ ...want, memoryNode: 1 }, [], [], pages(node, 256))).toEqual([])
    expect(problems({ ...want, memoryNode: 1 }, [], [], pages(all, 256))).toEqual([
      `how many huge pages are free is not known: ${node}/hugepages-2048kB/free_hugepages cannot be read`,
    ])
  })
})
