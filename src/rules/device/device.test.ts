import { describe, expect, it } from 'vitest'
import { edited, lab } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { below, type Dwords, express, listAt40, madeCard } from '../../../test/support/made-device.js'
import { denied, link, type Made } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { readMachine } from '../../machine/index.js'
import { handoverOf } from '../handover.js'
import { deviceRules } from './index.js'
import { denylist, vfioDenylist } from './vfio-denylist.js'
import { vfioVariant } from './vfio-variant.js'
import { vfioVariants } from './vfio-variants.js'

const card = '/sys/bus/pci/devices/0000:01:00.0'
const parameter = (name: string, value: string) => ({ [`/sys/module/vfio_pci/parameters/${name}`]: value })
/** An interrupt pin, and whether DisINTx is set. */
const pin = (disabled = false): Dwords => ({ 4: disabled ? 0x0010_0400 : 0x0010_0000, 60: 0x0000_0100 })
const commandLine = (text: string) => ({ '/proc/cmdline': `${text}\n` })
/** Another function with a driver, on interrupt line 16 as is 0000:01:00.0. */
const neighbour = (files: Readonly<Record<string, Made>> = {}) => ({
  ...below(1, { group: 2, driver: 'i801_smbus', files: { irq: '16\n', ...files } }),
})
const line16 = { irq: '16\n' }
const msi: Dwords = { ...listAt40, 64: 0x0000_0005 }

const examples: Readonly<Record<string, readonly Example[]>> = {
  'device-answers': [
    { name: 'a disk', host: lab(), gives: 'passes' },
    {
      name: 'ones',
      host: edited(madeCard({ files: { power_state: 'D3cold\n' } }), {
        [`${card}/config`]: new Uint8Array(256).fill(0xff),
      }),
      gives: 'step',
      says: /all ones.*power_state = D3cold/s,
    },
    { name: 'denied', host: lab({ [`${card}/config`]: denied }), gives: 'unknown' },
  ],
  'sriov-functions': [
    { name: 'a disk that can make none', host: lab(), gives: 'not here' },
    {
      name: 'two in use',
      host: lab({ [`${card}/sriov_totalvfs`]: '4\n', [`${card}/sriov_numvfs`]: '2\n' }),
      gives: 'step',
      says: /2 virtual functions.*echo 0 > \/sys\/bus\/pci\/devices\/0000:01:00.0\/sriov_numvfs/s,
    },
    {
      name: 'none in use',
      host: lab({ [`${card}/sriov_totalvfs`]: '4\n', [`${card}/sriov_numvfs`]: '0\n' }),
      gives: 'passes',
    },
    {
      name: 'in use by its capability alone',
      host: edited(madeCard({ config: sriov(1, 3) }), { [`${card}/sriov_totalvfs`]: denied }),
      gives: 'step',
      says: /3 virtual functions/,
    },
    {
      name: 'off by its capability alone',
      host: edited(madeCard({ config: sriov(0, 0) }), { [`${card}/sriov_totalvfs`]: denied }),
      gives: 'passes',
    },
    {
      name: 'denied',
      host: edited(madeCard({ config: 'denied' }), { [`${card}/sriov_totalvfs`]: denied }),
      gives: 'unknown',
    },
  ],
  'vfio-denylist': [
    { name: 'a disk', host: lab(), gives: 'passes' },
    {
      name: 'QAT',
      host: madeCard({ device: 0x37c8 }, parameter('disable_denylist', 'N\n')),
      gives: 'step',
      says: /refuses it: Intel QAT C62x/,
    },
    {
      name: 'QAT, and told to take it',
      host: madeCard({ device: 0x37c8 }, parameter('disable_denylist', 'Y\n')),
      gives: 'passes',
    },
    {
      name: 'QAT, module not loaded',
      host: madeCard({ device: 0x37c8 }),
      gives: 'step',
      says: /no such file/,
    },
    {
      name: 'QAT, parameter denied',
      host: edited(madeCard({ device: 0x37c8 }), {
        '/sys/module/vfio_pci/parameters/disable_denylist': denied,
      }),
      gives: 'unknown',
    },
  ],
  'shared-interrupt': [
    { name: 'no pin', host: madeCard(), gives: 'not here' },
    {
      name: 'a line alone',
      host: madeCard({ files: line16, config: pin() }),
      gives: 'passes',
      says: /no other/,
    },
    {
      name: 'shared, and DisINTx works',
      host: madeCard({ files: line16, config: pin(true) }, neighbour()),
      gives: 'passes',
      says: /can be shared/,
    },
    {
      name: 'shared, and DisINTx does not work',
      host: madeCard({ vendor: 0x10ec, device: 0x8169, files: line16, config: pin() }, neighbour()),
      gives: 'step',
      says: /0000:01:00.1 uses it too.*irq = 16 \(i801_smbus\)/s,
    },
    {
      name: 'shared with one that uses messages',
      host: madeCard(
        { vendor: 0x10ec, device: 0x8169, files: line16, config: pin() },
        neighbour({ 'msi_irqs/40': 'msix\n' }),
      ),
      gives: 'passes',
    },
    {
      name: 'shared with one that leaves too',
      host: madeCard(
        { vendor: 0x10ec, device: 0x8169, files: line16, config: pin() },
        below(1, { driver: 'r8169', files: line16 }),
      ),
      gives: 'passes',
    },
    {
      name: 'shared, and nobody knows',
      host: madeCard({ files: line16, config: { ...pin(), 4: 0 } }, neighbour()),
      gives: 'warning',
      says: /may not work/,
    },
    {
      name: 'nointxmask',
      host: madeCard(
        { files: line16, config: pin(true) },
        { ...neighbour(), ...parameter('nointxmask', 'Y\n') },
      ),
      gives: 'step',
      says: /nointxmask = Y/,
    },
    {
      name: 'vfio hides it',
      host: madeCard({ device: 0x1572, files: line16, config: pin() }, neighbour()),
      gives: 'passes',
      says: /hides/,
    },
    {
      name: 'MSI hides which',
      host: madeCard({
        vendor: 0x10ec,
        device: 0x8169,
        files: { irq: '33\n', 'msi_irqs/33': 'msi\n' },
        config: pin(),
      }),
      gives: 'warning',
      says: /while it uses MSI/,
    },
    {
      name: 'the neighbour is denied',
      host: edited(madeCard({ vendor: 0x10ec, device: 0x8169, files: line16, config: pin() }, neighbour()), {
        '/sys/bus/pci/devices/0000:01:00.1/irq': denied,
      }),
      gives: 'unknown',
    },
  ],
  'message-interrupts': [
    { name: 'a disk', host: lab(), gives: 'passes', says: /uses MSI-X/ },
    { name: 'MSI', host: madeCard({ config: msi }), gives: 'passes', says: /has MSI/ },
    { name: 'a line only', host: madeCard({ config: { 60: 0x100 } }), gives: 'note' },
    { name: 'nothing', host: madeCard(), gives: 'passes', says: /no interrupt/ },
    { name: 'capabilities denied', host: madeCard({ config: 'denied' }), gives: 'unknown' },
  ],
  'virtual-function-parent': [
    { name: 'a disk', host: lab(), gives: 'not here' },
    { name: 'of a function with its driver', host: virtual('mlx5_core'), gives: 'passes' },
    { name: 'of a function without one', host: virtual(null), gives: 'warning', says: /has no driver/ },
    { name: 'of a function with vfio-pci', host: virtual('vfio-pci'), gives: 'warning', says: /vf-token/ },
    { name: 'denied', host: edited(madeCard(), { [`${card}/physfn`]: denied }), gives: 'unknown' },
  ],
  'link-errors': [
    {
      name: 'none counted',
      host: lab({ ...counts('0000:01:00.0', {}), ...counts('0000:00:03.0', { correctable: 'UnsupReq 0' }) }),
      gives: 'passes',
    },
    {
      name: 'meaningless ones',
      host: lab({
        ...counts('0000:01:00.0', { nonfatal: 'UnsupReq 3', correctable: 'NonFatalErr 3' }),
        ...counts('0000:00:03.0', {}),
      }),
      gives: 'passes',
    },
    {
      name: 'corrected, at the port',
      host: lab({ ...counts('0000:01:00.0', {}), ...counts('0000:00:03.0', { correctable: 'BadTLP 12' }) }),
      gives: 'note',
      says: /0000:00:03.0 has had errors that were corrected.*BadTLP 12/s,
    },
    {
      name: 'not corrected',
      host: lab({ ...counts('0000:01:00.0', { nonfatal: 'CmpltTO 1' }), ...counts('0000:00:03.0', {}) }),
      gives: 'warning',
      says: /CmpltTO 1/,
    },
    {
      name: 'a bit in the register',
      host: madeCard({ config: { ...express(), 256: 0x0002_0001, 260: 1 << 14 } }),
      gives: 'note',
      says: /some time or other.*config = completionTimeout/s,
    },
    {
      name: 'not understood',
      host: madeCard({ config: 'denied', files: { aer_dev_fatal: 'DLP many\n' } }),
      gives: 'unknown',
    },
  ],
  'link-width': [
    { name: 'a disk', host: lab(), gives: 'passes', says: /current_link_width = 1 of 1/ },
    {
      name: 'x4 of x16',
      host: linked({ card: [4, 16], port: [4, 16] }),
      gives: 'note',
      says: /0000:01:00.0 runs at x4, and both its ends can x16/,
    },
    { name: 'x8 in a slot of x8', host: linked({ card: [8, 16], port: [8, 8] }), gives: 'passes' },
    { name: 'down', host: linked({ card: [0, 16], port: [0, 16] }), gives: 'not here' },
    { name: 'no link', host: lab(), device: '0000:00:1f.3', gives: 'not here' },
    { name: 'capabilities denied', host: madeCard({ config: 'denied' }), gives: 'unknown' },
  ],
  'idle-sleep': [
    { name: 'a disk', host: lab(), gives: 'not here' },
    { name: 'awake', host: madeCard({ driver: 'vfio-pci' }), gives: 'passes', says: /in D0/ },
    {
      name: 'without power',
      host: madeCard({ driver: 'vfio-pci', files: { power_state: 'D3cold\n', d3cold_allowed: '1\n' } }),
      gives: 'note',
      says: /d3cold_allowed = 1/,
    },
    {
      name: 'denied',
      host: edited(madeCard({ driver: 'vfio-pci' }), { [`${card}/power_state`]: denied }),
      gives: 'unknown',
    },
  ],
  'display-class': [
    { name: 'a disk', host: lab(), gives: 'not here' },
    { name: 'VGA', host: workstation(), gives: 'passes' },
    { name: '3D', host: madeCard({ class: 0x030200 }), gives: 'not here', says: /see outputs/ },
    { name: 'XGA', host: madeCard({ class: 0x030100 }), gives: 'note', says: /XGA controller/ },
    {
      name: 'display',
      host: madeCard({ class: 0x038000 }),
      gives: 'note',
      says: /another display controller/,
    },
    { name: 'denied', host: lab({ [`${card}/class`]: denied }), gives: 'unknown' },
  ],
  twins: [
    { name: 'one', host: workstation(), gives: 'passes' },
    {
      name: 'two',
      host: madeCard({}, below(1, { group: 2 })),
      gives: 'note',
      says: /0000:01:00.1 has the same ids 8086:1234/,
    },
    {
      name: 'many',
      host: madeCard({}, Object.assign({}, ...[1, 2, 3, 4, 5, 6].map((i) => below(i, { group: 1 + i })))),
      gives: 'note',
      says: /0000:01:00.4 and 2 more have/,
    },
    { name: 'a virtual function', host: virtual('mlx5_core'), gives: 'not here' },
    { name: 'a port of three', host: lab(), device: '0000:00:03.0', gives: 'not here' },
    { name: 'two that leave together', host: madeCard({}, below(1)), gives: 'passes', says: /every/ },
    {
      name: 'two, and ids on the command line',
      host: madeCard(
        {},
        { ...below(1, { group: 2 }), ...commandLine('vfio-pci.ids=10de:1,8086:1234 quiet') },
      ),
      gives: 'warning',
      says: /takes 0000:01:00.1 too.*handover bind 0000:01:00.0/s,
    },
    {
      name: 'two, and others on the command line',
      host: madeCard({}, { ...below(1, { group: 2 }), ...commandLine('vfio-pci.ids=8086:12345') }),
      gives: 'note',
    },
    {
      name: 'another is denied',
      host: edited(madeCard({}, below(1, { group: 2 })), {
        '/sys/bus/pci/devices/0000:01:00.1/device': denied,
      }),
      gives: 'unknown',
    },
  ],
  'vfio-variant': [
    { name: 'a disk', host: lab(), gives: 'passes' },
    {
      name: 'a ConnectX function',
      host: madeCard({ vendor: 0x15b3, device: 0x101e }),
      gives: 'note',
      says: /mlx5_vfio_pci; with it the machine can move/,
    },
    {
      name: 'that has it',
      host: madeCard({ vendor: 0x15b3, device: 0x101e, driver: 'mlx5_vfio_pci' }),
      gives: 'passes',
    },
    {
      name: 'an older kernel',
      host: madeCard({ vendor: 0x15b3, device: 0x101e }, { '/proc/sys/kernel/osrelease': '5.10.0\n' }),
      gives: 'passes',
    },
    {
      name: 'kernel denied',
      host: madeCard({ vendor: 0x15b3, device: 0x101e }, { '/proc/sys/kernel/osrelease': denied }),
      gives: 'unknown',
    },
  ],
}

/** The others are in resets.test.ts. */
const resetRules = new Set([
  'amd-reset-bug',
  'reset-company',
  'reset-method',
  'reset-quirk',
  'reset-regression',
])

describeRules(
  deviceRules.filter(({ id }) => !resetRules.has(id)),
  examples,
)

describe.each(vfioVariants)('$driver, Linux $since', (row) => {
  it.each(row.devices === 'any' ? [] : row.devices.flat())('%x', (device) => {
    const machine = readMachine(
      madeCard(
        { vendor: row.vendor, device, files: { physfn: link('../0000:00:01.0') } },
        { '/proc/sys/kernel/osrelease': '7.3.4\n' },
      ),
    )
    expect(vfioVariant.check(handoverOf(machine, machine.functions[1]!))).toMatchObject({
      kind: 'note',
      says: expect.stringContaining(row.driver),
    })
  })
})

it('what is for virtual functions is not for others', () => {
  const machine = readMachine(madeCard({ vendor: 0x1af4, device: 0x1041 }))
  expect(vfioVariant.check(handoverOf(machine, machine.functions[1]!))).toMatchObject({ kind: 'passes' })
})

describe.each(denylist)('$name', (row) => {
  it.each(row.devices === 'any' ? [] : row.devices.flat())('%x', (device) => {
    const machine = readMachine(madeCard({ vendor: row.vendor, device }))
    expect(vfioDenylist.check(handoverOf(machine, machine.functions[1]!))).toMatchObject({
      kind: 'step',
      says: expect.stringContaining(row.name),
    })
  })
})

/** SR-IOV alone: its control, and how many functions there are. */
function sriov(control: number, functions: number): Dwords {
  return { ...express(), 256: 0x0001_0010, 264: control, 272: functions }
}

/** 0000:01:00.0 as a virtual function of 0000:01:00.1, and the driver there. */
function virtual(driver: string | null) {
  const physical = below(1, driver === null ? {} : { driver })
  return madeCard({ files: { physfn: link('../0000:01:00.1') } }, physical)
}

/** Counters of a function, each severity with a line of its own. */
function counts(address: string, lines: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    ['fatal', 'nonfatal', 'correctable'].map((severity) => [
      `/sys/bus/pci/devices/${address}/aer_dev_${severity}`,
      `DLP 0\n${lines[severity] ? `${lines[severity]}\n` : ''}TOTAL_ERR 9\n`,
    ]),
  )
}

/** Links of 0000:01:00.0 and of the port above it: width now and at most. */
function linked(ends: {
  readonly card: readonly [number, number]
  readonly port: readonly [number, number]
}) {
  const files = ([now, most]: readonly [number, number]) => ({
    current_link_speed: '2.5 GT/s PCIe\n',
    current_link_width: `${now}\n`,
    max_link_speed: '16.0 GT/s PCIe\n',
    max_link_width: `${most}\n`,
  })
  const port = Object.entries(files(ends.port)).map(([name, text]) => [
    `/sys/bus/pci/devices/0000:00:01.0/${name}`,
    text,
  ])
  return edited(madeCard({ files: files(ends.card) }), Object.fromEntries(port))
}
