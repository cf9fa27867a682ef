import { describe, expect, it } from 'vitest'
import { edited, lab } from '../../../test/support/edited-host.js'
import { denied, type Made, madeHost } from '../../../test/support/made-host.js'
import { legacyRom, vmHosts, wishOf } from '../../../test/support/vm-hosts.js'
import type { Host } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { describeMachine } from './describe.js'
import { lookingGlassMebibytes } from './screen.js'
import type { Wish } from './wish.js'

/** What is proposed on one of the golden computers, with edits and other wishes. */
function propose(
  name: string,
  wish: Partial<Omit<Wish, 'devices'>> = {},
  edits: Readonly<Record<string, Made | null>> = {},
  devices?: readonly string[],
) {
  const one = vmHosts.find((host) => host.name === name)!
  const host: Host = edited(one.host, edits)
  const machine = readMachine(host)
  const asked = { ...one, ...(devices ? { devices } : {}), wish: { ...one.wish, ...wish } }
  const proposal = describeMachine(machine, wishOf(asked, machine))
  return {
    ...proposal,
    value: (field: string) => proposal.decisions.find((found) => found.field === field)?.value,
    because: (field: string) => proposal.decisions.find((found) => found.field === field)?.because,
  }
}
const gib = (count: number) => BigInt(count) * 1024n ** 3n

describe('what cannot be', () => {
  it.each([
    ['more processors than threads', propose('quad-core', { cpus: 9 }), /^9 processors .* has 8 threads$/],
    [
      'more memory than there is',
      propose('quad-core', { memoryBytes: gib(32) }),
      /^32 GiB of memory do not fit: the host has 32 GiB/,
    ],
    [
      'memory beside huge pages of others',
      propose(
        'quad-core',
        {},
        {
          '/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages': '24\n',
          '/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages': '8\n',
        },
      ),
      /the host has 8 GiB of ordinary memory .*; 24 GiB more are set aside/,
    ],
    [
      'the disk with the root file system',
      propose('two-dies', {}, {}, ['0000:02:00.0']),
      /^02:00.0 cannot be handed over: the root file system/,
    ],
    ['Windows 11 without UEFI', propose('quad-core', { firmware: 'bios' }), /starts from UEFI alone/],
    [
      'Secure Boot that is not there',
      propose('no-iommu', { firmware: 'secure-boot' }),
      /with Secure Boot for q35/,
    ],
    [
      'a ROM of another card',
      propose('two-dies', { rom: { file: 'a.rom', bytes: legacyRom } }),
      /not the option ROM of/,
    ],
    [
      'a ROM that is none',
      propose('two-dies', { rom: { file: 'a.rom', bytes: new Uint8Array(9) } }),
      /^a.rom is no option ROM/,
    ],
    ['a ROM for no card', propose('no-card', { rom: { file: 'a.rom', bytes: legacyRom } }), /0 are given/],
    [
      'Looking Glass without a card',
      propose('no-card', { lookingGlass: { width: 800, height: 600 } }),
      /video card/,
    ],
    [
      'Looking Glass on Linux',
      propose('twins', { lookingGlass: { width: 800, height: 600 } }),
      /from Windows/,
    ],
    [
      'USB keyboards where there are none',
      propose('sr-iov', { input: 'usb' }),
      /no keyboard and no mouse on USB/,
    ],
    ['memory that nobody knows', propose('no-card', {}, { '/proc/meminfo': denied }), /--memory/],
  ])('%s', (_, { problems }, expected) => {
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatch(expected)
  })

  it('is a part of a group, where the host needs the rest', () => {
    const disk = '/sys/devices/pci0000:00/0000:00:02.1/0000:02:00.0/iommu_group'
    const group = { link: '../../../../kernel/iommu_groups/12' }
    const edits = { [disk]: group, '/sys/bus/pci/devices/0000:02:00.0/iommu_group': group }
    expect(propose('two-dies', {}, edits).problems).toContainEqual(
      expect.stringMatching(
        /^02:00.0, which the host needs \(root-disk\), shares an IOMMU group with 03:00.0/,
      ),
    )
  })

  it('is told all at once', () => {
    expect(propose('quad-core', { cpus: 9, memoryBytes: gib(64) }).problems).toHaveLength(2)
  })
})

describe('memory', () => {
  it('is half of what there is, in whole gibibytes', () => {
    const half = (kib: number) =>
      propose('no-card', {}, { '/proc/meminfo': `MemTotal: ${kib} kB\n` }).value('memory')
    expect([half(7_800_000), half(3_000_000), half(200_000_000)]).toEqual(['3G', '1G', '16G'])
  })

  it('is of the node of the device only where it fits there', () => {
    const free = {
      '/sys/devices/system/node/node2/meminfo': 'Node 2 MemTotal: 33554432 kB\nNode 2 MemFree: 9 kB\n',
    }
    expect(propose('twins').value('memory-node')).toBe(2)
    expect(propose('twins', {}, free).value('memory-node')).toBeUndefined()
  })

  it('takes no huge pages of another node', () => {
    const pages = '/sys/devices/system/node/node1/hugepages/hugepages-2048kB'
    const { value, because } = propose('dual-socket', {}, { [`${pages}/free_hugepages`]: '10\n' })
    expect(value('huge-pages')).toBeNull()
    expect(because('huge-pages')).toMatch(/on another node than 1/)
  })

  it('is noted where Windows 11 asks for more', () => {
    expect(propose('two-dies', { memoryBytes: gib(2) }).notes).toEqual([
      expect.stringMatching(/asks for 4 GiB/),
    ])
  })
})

describe('the rest', () => {
  it('says that processors are not pinned where threads are not known, or all are wanted', () => {
    expect(propose('quad-core', {}, { '/sys/devices/system/cpu/online': denied }).because('cpus')).toMatch(
      /not known \(denied: \/sys\/devices\/system\/cpu\/online\)/,
    )
    expect(propose('quad-core', { cpus: 8 }).because('cpus')).toMatch(/^Not pinned: beside .* 6 threads/)
  })

  it('starts a card by BIOS where there is no UEFI, and then with its VGA ranges', () => {
    const edits = { '/usr/share/qemu/firmware': null }
    const { value, problems } = propose('four-caches', {}, edits)
    expect(problems).toEqual([])
    expect(value('firmware')).toBe('bios')
    expect(value('devices.0')).toEqual({ host: '03:00.0', vga: true })
    expect(propose('two-dies', {}, edits).problems).toEqual([expect.stringMatching(/no UEFI firmware/)])
  })

  it('says that a card without an EFI driver stays dark, where UEFI is asked for', () => {
    const { value, notes } = propose('legacy-rom', { os: 'windows11' })
    expect(value('firmware')).toBe('secure-boot')
    expect(notes).toContainEqual(expect.stringMatching(/^card.rom holds no EFI driver/))
  })

  it('takes Secure Boot where there is no other UEFI', () => {
    const edits = { '/usr/share/qemu/firmware/60-edk2-x86_64.json': null }
    expect(propose('four-caches', {}, edits).value('firmware')).toBe('secure-boot')
  })

  it('leaves the keyboard out where a USB controller goes along', () => {
    const usb = { '/sys/bus/pci/devices/0000:02:00.0/class': '0x0c0330\n' }
    const { because } = propose('two-dies', {}, usb, ['0000:03:00.0', '0000:02:00.0'])
    expect(because('input')).toMatch(/plugged into 02:00.0/)
  })

  it('asks for keyboard and mouse to be named where a recording does not hold their names', () => {
    const { value, notes } = propose('laboratory', { input: 'evdev' })
    expect(value('input')).toBeNull()
    expect(notes).toEqual([expect.stringMatching(/by-id/)])
  })

  it('names a disk that is missing', () => {
    expect(propose('no-card', { disks: [] }).notes).toEqual([expect.stringMatching(/no disk/)])
  })

  it('decides on computers of which next to nothing is known', () => {
    const machine = readMachine(madeHost({}))
    const bare = wishOf({ name: 'm', what: '', origin: 'constructed', host: lab(), devices: [] }, machine)
    const { decisions, problems } = describeMachine(machine, { ...bare, memoryBytes: gib(1) })
    expect(problems).toEqual([])
    expect(decisions.map(({ field }) => field)).toContain('cpus')
  })
})

/** Looking Glass doc/install_libvirt.rst, Common Values. */
it.each([
  [1920, 1080, 32],
  [1920, 1200, 32],
  [2560, 1440, 64],
  [3840, 2160, 128],
])('Looking Glass wants for %ix%i %i MiB', (width, height, mebibytes) => {
  expect(lookingGlassMebibytes({ width, height })).toBe(mebibytes)
})
