import { describe, expect, it } from 'vitest'
import { link, type Made, madeHost } from '../../../test/support/made-host.js'
import { interrupts61 } from '../../../test/support/made-interrupts.js'
import { dmaBytes, readPinnedMemory } from './memory.js'
import { readPosting } from './posting.js'
import { rates, watch } from './sample.js'

const pid = 4711
const watched = { pid, addresses: ['0000:01:00.0', '0000:01:00.1'] }
const folder = '/sys/bus/pci/devices/0000:01:00.0'

const status = (locked: number, pinned: number) =>
  `Name:\tqemu-system-x86\nVmPeak:\t 5000000 kB\nVmLck:\t ${String(locked).padStart(7)} kB\nVmPin:\t ${String(pinned).padStart(7)} kB\nVmRSS:\t 4200000 kB\n`

const interrupts = (count: number) =>
  interrupts61([
    {
      ...{ irq: 30, counts: [count, 5], chip: 'IR-PCI-MSI', hwirq: 524288, flow: 'edge' },
      names: ['vfio-msi[0](0000:01:00.0)'],
    },
  ])

const files: Readonly<Record<string, Made>> = {
  [`/proc/${pid}/status`]: status(4_194_304, 0),
  [`/proc/${pid}/stat`]: `${pid} (qemu) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 5 0 10000 0 0\n`,
  '/proc/uptime': '1000.00 1.00\n',
  '/proc/interrupts': interrupts(100),
  '/dev/kmsg': '5,0,100000,-;Linux version 6.1\n',
  [`${folder}/driver`]: link('../../../bus/pci/drivers/vfio-pci'),
  [`${folder}/power_state`]: 'D0\n',
  [`${folder}/current_link_speed`]: '8.0 GT/s PCIe\n',
  [`${folder}/current_link_width`]: '8\n',
  [`${folder}/max_link_speed`]: '16.0 GT/s PCIe\n',
  [`${folder}/max_link_width`]: '16\n',
  [`${folder}/aer_dev_correctable`]: 'RxErr 0\nBadTLP 3\nTOTAL_ERR_COR 3\n',
  [`${folder}/aer_dev_nonfatal`]: 'Undefined 0\nTOTAL_ERR_NONFATAL 0\n',
  [`${folder}/aer_dev_fatal`]: 'Undefined 0\nTOTAL_ERR_FATAL 0\n',
}

describe('a look at a machine', () => {
  const first = watch(madeHost(files), watched, undefined, 1_000_000)

  it('tells what there is of each device', () => {
    expect(first.devices[0]).toEqual({
      address: '0000:01:00.0',
      driver: { value: 'vfio-pci' },
      interrupts: {
        value: { kind: 'MSI', counts: new Map([['30 vfio-msi[0](0000:01:00.0)', 105]]), sharedWith: [] },
      },
      link: { value: { speedGTs: 8, width: 8, maxSpeedGTs: 16, maxWidth: 16 } },
      powerState: { value: 'D0' },
      busErrors: { value: [{ severity: 'correctable', name: 'BadTLP', count: 3 }] },
    })
  })

  it('tells why something is not known, and that no interrupt is set up', () => {
    expect(first.devices[1]).toMatchObject({
      interrupts: { value: null },
      powerState: { unknown: 'absent', path: '/sys/bus/pci/devices/0000:01:00.1/power_state' },
    })
    const blind = watch(madeHost({}), watched)
    expect(blind.devices[0]!.interrupts).toEqual({ unknown: 'absent', path: '/proc/interrupts' })
    expect(blind.memory).toEqual({ unknown: 'absent', path: `/proc/${pid}/status` })
  })

  it('and one before give rates; a device that was not there has none', () => {
    const later = watch(
      madeHost({ ...files, '/proc/interrupts': interrupts(350) }),
      watched,
      first,
      1_002_000,
    )
    expect(rates(first, later).map((one) => one.interrupts)).toEqual([
      { value: { kind: 'MSI', vectors: 1, perSecond: 125, sharedWith: [] } },
      { value: null },
    ])
    const without = { ...first, devices: [] }
    expect(rates(without, later)[0]!.interrupts).toMatchObject({ value: { perSecond: null } })
  })
})

describe('memory of a process', () => {
  it.each([
    ['a container', status(4_194_304, 0), 4_294_967_296],
    ['IOMMUFD', status(0, 2_097_152), 2_147_483_648],
    ['IOMMUFD as a container', status(2_097_152, 2_097_152), 2_147_483_648],
    ['nothing', status(0, 0), 0],
  ])('pinned by %s', (_, text, wanted) => {
    const read = readPinnedMemory(madeHost({ [`/proc/${pid}/status`]: text }), pid)
    expect('value' in read && dmaBytes(read.value)).toBe(wanted)
  })

  it('is not known of a process that has ended and is not collected', () => {
    const read = readPinnedMemory(
      madeHost({ [`/proc/${pid}/status`]: 'Name:\tqemu\nState:\tZ (zombie)\n' }),
      pid,
    )
    expect(read).toMatchObject({ unknown: expect.stringContaining('not understood') })
  })
})

describe('messages that reach the machine uncounted', () => {
  const intel = '/sys/module/kvm_intel/parameters/enable_apicv'
  const amd = '/sys/module/kvm_amd/parameters/avic'
  const cap = (unit: number) => `/sys/class/iommu/dmar${unit}/intel-iommu/cap`
  // Bit 59 of a VT-d capability register: posted interrupts.
  const posts = '8d2078c106f0466\n'
  const doesNot = '1c0000c40660462\n'

  it.each<[string, Readonly<Record<string, Made>>, unknown]>([
    ['none without KVM', {}, null],
    ['AMD with AVIC', { [amd]: 'Y\n' }, { path: amd, value: 'Y' }],
    ['AMD without', { [amd]: 'N\n' }, null],
    [
      'Intel whose IOMMUs all can',
      { [intel]: 'Y\n', [cap(0)]: posts, [cap(1)]: posts },
      { path: intel, value: 'Y' },
    ],
    ['Intel of which one cannot', { [intel]: 'Y\n', [cap(0)]: posts, [cap(1)]: doesNot }, null],
    ['Intel without APICv', { [intel]: 'N\n', [cap(0)]: posts }, null],
    ['Intel without an IOMMU', { [intel]: 'Y\n' }, null],
  ])('are known: %s', (_, made, value) => {
    expect(readPosting(madeHost(made))).toEqual({ value })
  })

  it('are not known where the IOMMU does not tell', () => {
    const denied = madeHost({ [intel]: 'Y\n', [cap(0)]: { fails: 'denied' } })
    expect(readPosting(denied)).toEqual({ unknown: 'denied', path: cap(0) })
  })
})
