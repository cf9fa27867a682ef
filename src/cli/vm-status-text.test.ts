import { describe, expect, it } from 'vitest'
import { link, type Made, madeHost } from '../../test/support/made-host.js'
import { interrupts61, type MadeInterrupt } from '../../test/support/made-interrupts.js'
import type { Fact } from '../machine/index.js'
import { type QemuAnswer, watch } from '../vm/index.js'
import { activityDocument } from './documents/activity.js'
import { activitySchema } from './schemas/activity.js'
import { render, renderJson } from './text.js'
import { activityText } from './vm-status-text.js'

const pid = 4711
const addresses = ['0000:01:00.0', '0000:01:00.1', '0000:05:00.0']
const device = (address: string, files: Readonly<Record<string, Made>>) =>
  Object.fromEntries(
    Object.entries(files).map(([name, made]) => [`/sys/bus/pci/devices/${address}/${name}`, made]),
  )
const speeds = (speed: string, width: number, maxSpeed: string, maxWidth: number) => ({
  ...{ current_link_speed: `${speed} GT/s PCIe\n`, current_link_width: `${width}\n` },
  ...{ max_link_speed: `${maxSpeed} GT/s PCIe\n`, max_link_width: `${maxWidth}\n` },
})
const driver = link('../../../bus/pci/drivers/vfio-pci')
const noErrors = {
  aer_dev_correctable: 'RxErr 0\n',
  aer_dev_nonfatal: 'Undefined 0\n',
  aer_dev_fatal: 'Undefined 0\n',
}

const line = (irq: number, count: number, ...names: string[]): MadeInterrupt => ({
  ...{ irq, counts: [count, 0], chip: 'IR-PCI-MSI', hwirq: irq, flow: 'edge', names },
})
const fault =
  'DMAR: [DMA Read NO_PASID] Request device [05:00.0] fault addr 0xdeadb000 [fault reason 0x06] PTE Read access is not set'

const host = (count: number, more: Readonly<Record<string, Made>> = {}) =>
  madeHost({
    ...device('0000:01:00.0', {
      driver,
      power_state: 'D0\n',
      ...speeds('16.0', 16, '16.0', 16),
      ...noErrors,
    }),
    ...device('0000:01:00.1', {
      driver,
      power_state: 'D3hot\n',
      ...speeds('16.0', 16, '16.0', 16),
      ...noErrors,
    }),
    ...device('0000:05:00.0', {
      ...{ driver, power_state: 'D0\n', ...speeds('2.5', 1, '8.0', 4), ...noErrors },
      aer_dev_correctable: 'RxErr 2\nBadTLP 3\nTOTAL_ERR_COR 5\n',
    }),
    '/proc/interrupts': interrupts61([
      line(30, count, 'vfio-msix[0](0000:01:00.0)'),
      line(31, 3 * count, 'vfio-msix[1](0000:01:00.0)'),
      line(16, 7 + count / 100, 'vfio-intx(0000:05:00.0)', 'i801_smbus'),
    ]),
    [`/proc/${pid}/status`]: 'VmLck:\t 8388608 kB\nVmPin:\t       0 kB\n',
    [`/proc/${pid}/stat`]: `${pid} (qemu) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 5 0 10000 0 0\n`,
    '/proc/uptime': '1000.00 1.00\n',
    '/dev/kmsg': '5,0,100000,-;Linux version 6.1\n',
    '/sys/module/kvm_amd/parameters/avic': 'N\n',
    ...more,
  })

const answer: QemuAnswer = { state: 'running', kvm: true, agent: true, memoryBytes: 8 * 1024 ** 3, addresses }
const running = { name: 'windows', pid }

function documentOf(qemu: Fact<QemuAnswer>, more: Readonly<Record<string, Made>> = {}, of = addresses) {
  const before = watch(host(1000), { pid, addresses: of }, undefined, 1_000_000)
  return activityDocument(
    running,
    qemu,
    before,
    watch(host(1500, more), { pid, addresses: of }, undefined, 1_001_000),
  )
}
const textOf = (...args: Parameters<typeof documentOf>) =>
  render(activityText(documentOf(...args), 80), false)

describe('what a machine does', () => {
  it('stands in 80 columns', () => {
    const text = textOf({ value: answer })
    expect(text).toBe(`windows  running (QEMU, process 4711)
Guest agent: listens
Memory pinned for devices: 8 GiB of the machine's 8 GiB
Stopped by the IOMMU: nothing since its start

DEVICE        INTERRUPTS     PER SECOND  LINK                    POWER  ERRORS
0000:01:00.0  MSI-X x2             2000  16 GT/s x16             D0          0
0000:01:00.1  -                       -  16 GT/s x16             D3hot       0
0000:05:00.0  INTx (shared)         5.0  2.5 of 8 GT/s x1 of x4  D0          5
0000:05:00.0 shares its interrupt with i801_smbus: all are counted.
Errors of 0000:05:00.0 since the host found it: RxErr 2, BadTLP 3.
`)
    for (const one of text.split('\n')) expect(one.length).toBeLessThanOrEqual(80)
  })

  it('tells what the IOMMU stopped, in the words of the log', () => {
    const text = textOf({ value: answer }, { '/dev/kmsg': `5,0,100000,-;Linux\n4,1,200000000,-;${fault}\n` })
    expect(text).toContain(
      'Stopped by the IOMMU, since its start:\n  DMA of 0000:05:00.0: 1 line in the log\n',
    )
    expect(text).toContain('    DMAR: [DMA Read NO_PASID] Request device [05:00.0]')
  })

  it('marks what is not of the machine, and a log that does not reach back', () => {
    const text = textOf({ value: answer }, { '/dev/kmsg': `4,9,200000000,-;${fault}\n` }, ['0000:01:00.0'])
    expect(text).toContain('as far back as the log goes, which is not to its start:')
    expect(text).toContain('DMA of 0000:05:00.0 (not in the machine): 1 line in the log')
  })

  it.each([
    ['AVIC', { '/sys/module/kvm_amd/parameters/avic': 'Y\n' }, 'does not count them'],
    [
      'a parameter that cannot be read',
      { '/sys/module/kvm_amd/parameters/avic': { fails: 'denied' } },
      'only root may read',
    ],
  ] as const)('says that messages may go uncounted with %s', (_, more, words) => {
    const flat = (text: string) => text.replaceAll('\n', ' ')
    expect(flat(textOf({ value: answer }, more))).toContain(words)
    expect(flat(textOf({ value: { ...answer, kvm: false } }, more))).not.toContain(words)
  })

  it('says what it does not know', () => {
    const text = textOf(
      { unknown: 'QEMU ended', path: '/run/handover/vms/windows/qmp.sock' },
      ...[
        {
          '/proc/interrupts': { fails: 'denied' },
          '/dev/kmsg': { fails: 'denied' },
          [`/proc/${pid}/status`]: { fails: 'denied' },
        } as const,
      ],
    )
    expect(text).toContain('state not known: QEMU ended')
    expect(text).toContain(`Memory pinned for devices: not known: only root may read /proc/${pid}/status`)
    expect(text).toContain('Stopped by the IOMMU: not known: only root may read /dev/kmsg')
    expect(text).toContain('Interrupts are not known: only root may read /proc/interrupts.')
    expect(text).toMatch(/0000:01:00.0 {2}\? {2,}\?/)
  })

  it('says so where it has no device', () => {
    expect(textOf({ value: { ...answer, agent: null } }, {}, [])).toContain('It has no device of the host.')
  })

  it.each([
    ['known', documentOf({ value: answer }, { '/dev/kmsg': `4,9,200000000,-;${fault}\n` })],
    ['not known', documentOf({ unknown: 'x', path: 'y' }, { '/proc/interrupts': '' })],
  ])('fits its schema where all is %s', (_, document) => {
    expect(activitySchema.safeParse(JSON.parse(renderJson(document))).error?.issues ?? []).toEqual([])
  })
})
