import { describe, expect, it } from 'vitest'
import { edited, lab } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { below, express, listAt40, madeCard, power } from '../../../test/support/made-device.js'
import { denied } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { isWithin, parseKernelVersion } from '../../iommu/index.js'
import { readMachine } from '../../machine/index.js'
import { handoverOf } from '../handover.js'
import { stuckFamilies } from './amd-families.js'
import { amdResetBug } from './amd-reset-bug.js'
import type { DeviceIds } from './device-ids.js'
import { ownResets } from './own-resets.js'
import { resetCompany } from './reset-company.js'
import { resetMethod } from './reset-method.js'
import { resetQuirk } from './reset-quirk.js'
import { brokenResets, brokenResetsOf, specificResets } from './reset-quirks.js'
import { refusedBusReset, resetRegression } from './reset-regression.js'

const nvme = '/sys/bus/pci/devices/0000:01:00.0'
const method = (text: string) => ({ reset_method: text })
/** As before Linux 5.15: a way to reset, and no word how. */
const untold = { reset: '' }
const kernel = (release: string) => ({ '/proc/sys/kernel/osrelease': `${release}\n` })

const examples: Readonly<Record<string, readonly Example[]>> = {
  'reset-method': [
    {
      name: 'a disk with FLR',
      host: lab(),
      gives: 'passes',
      says: /resets it by flr.*reset_method = flr bus/s,
    },
    {
      name: 'with its bus',
      host: madeCard({}, below(1)),
      gives: 'passes',
      says: /with its bus, below 0000:00:01.0/,
    },
    { name: 'a bridge', host: madeCard(), device: '0000:00:01.0', gives: 'not here' },
    {
      name: 'a chipset function',
      host: lab(),
      device: '0000:00:1f.3',
      gives: 'warning',
      says: /nothing resets it.*root bus/s,
    },
    {
      name: 'a chipset function, by its capabilities',
      host: lab({ '/sys/bus/pci/devices/0000:00:1f.3/reset_method': denied }),
      device: '0000:00:1f.3',
      gives: 'warning',
      says: /none of its capabilities can reset it/,
    },
    {
      name: 'switched off by hand',
      host: madeCard({ files: method('\n') }),
      gives: 'warning',
      says: /echo default > \/sys\/bus\/pci\/devices\/0000:01:00.0\/reset_method/,
    },
    {
      name: 'a bus that must not be reset, and nothing else',
      host: madeCard({ vendor: 0x168c, device: 0x0030 }),
      gives: 'warning',
      says: /makes it unreachable/,
    },
    {
      name: 'FLR, by its capabilities',
      host: madeCard({ files: untold, config: express(true) }),
      gives: 'passes',
      says: /can reset it by flr.*config = flr bus/s,
    },
    { name: 'capabilities denied', host: madeCard({ files: untold, config: 'denied' }), gives: 'unknown' },
  ],
  'reset-quirk': [
    { name: 'a disk with FLR', host: lab(), gives: 'passes' },
    {
      name: 'a kernel that does not know it yet',
      host: madeCard({ vendor: 0x14c3, device: 0x0616, files: method('flr pm bus\n') }),
      gives: 'warning',
      says: /flr may hang it: MediaTek MT7922.*echo pm bus > .*6\.12\.16/s,
    },
    {
      name: 'a kernel that knows it',
      host: madeCard({ vendor: 0x14c3, device: 0x0616, files: method('pm bus\n') }),
      gives: 'passes',
      says: /avoids flr/,
    },
    {
      name: 'nothing left',
      host: madeCard({ vendor: 0x8086, device: 0x1502, files: method('flr\n') }),
      gives: 'warning',
      says: /echo > /,
    },
    {
      name: 'below a port that does not stand it',
      host: edited(madeCard({ files: method('bus\n') }), {
        '/sys/bus/pci/devices/0000:00:01.0/vendor': '0x10de\n',
        '/sys/bus/pci/devices/0000:00:01.0/device': '0x22ce\n',
      }),
      gives: 'warning',
      says: /GB10 root port/,
    },
    {
      name: 'ids denied',
      host: edited(madeCard(), { [`${nvme}/device`]: denied }),
      gives: 'unknown',
    },
  ],
  'reset-company': [
    { name: 'a reset of its own', host: lab(), gives: 'passes' },
    { name: 'alone on its bus', host: madeCard(), gives: 'passes', says: /alone/ },
    {
      name: 'with its sound, of one group',
      host: madeCard({}, below(1)),
      gives: 'passes',
      says: /leaves the host/,
    },
    {
      name: 'with a function of another group',
      host: madeCard({}, below(1, { group: 2 })),
      gives: 'warning',
      says: /resets 0000:01:00.1 too/,
    },
    { name: 'on a root bus', host: lab(), device: '0000:00:1f.3', gives: 'not here' },
    {
      name: 'with a function of another group, on a bus that must not be reset',
      host: madeCard({ vendor: 0x168c, device: 0x0030 }, below(1, { group: 2 })),
      gives: 'not here',
      says: /see reset-method/,
    },
    { name: 'capabilities denied', host: madeCard({ files: untold, config: 'denied' }), gives: 'unknown' },
  ],
  'reset-regression': [
    { name: 'a video card', host: madeCard({}, { ...below(1), ...kernel('6.14.4') }), gives: 'passes' },
    {
      name: 'a video card, Linux 6.14.2',
      host: madeCard({}, { ...below(1), ...kernel('6.14.2-zen1-1-zen') }),
      gives: 'warning',
      says: /6\.14\.2-zen1-1-zen does not reset it/,
    },
    {
      name: 'a bus that must not be reset, Linux 6.14.2',
      host: madeCard({ vendor: 0x168c, device: 0x0030 }, kernel('6.14.2')),
      gives: 'not here',
    },
    {
      name: 'a disk with FLR, Linux 6.14.2',
      host: lab(kernel('6.14.2')),
      gives: 'passes',
    },
    { name: 'on a root bus', host: lab(), device: '0000:00:1f.3', gives: 'not here' },
    {
      name: 'kernel not told',
      host: madeCard({}, { ...below(1), '/proc/sys/kernel/osrelease': denied }),
      gives: 'unknown',
    },
  ],
  'amd-reset-bug': [
    { name: 'NVIDIA', host: workstation(), gives: 'not here' },
    {
      name: 'Polaris',
      host: madeCard({ vendor: 0x1002, device: 0x67df, class: 0x030000 }),
      gives: 'warning',
      says: /Polaris 10.*BACO/s,
    },
    {
      name: 'Polaris with vendor-reset',
      host: madeCard({ vendor: 0x1002, device: 0x67df, files: method('device_specific\n') }),
      gives: 'passes',
    },
    { name: 'Hawaii', host: madeCard({ vendor: 0x1002, device: 0x67b0 }), gives: 'passes', says: /QEMU/ },
    { name: 'RX 6800', host: madeCard({ vendor: 0x1002, device: 0x73bf }), gives: 'not here' },
    {
      name: 'ids denied',
      host: edited(madeCard({ vendor: 0x1002 }), { [`${nvme}/device`]: denied }),
      gives: 'unknown',
    },
  ],
}

describeRules([resetMethod, resetQuirk, resetCompany, resetRegression, amdResetBug], examples)

describe('resets by capabilities', () => {
  const resets = (card: Parameters<typeof madeCard>[0], more = {}) => {
    const machine = readMachine(madeCard({ files: untold, ...card }, more))
    const device = machine.functions.find(({ address }) => address === '0000:01:00.0')!
    return ownResets(machine, device).methods
  }

  it('are none without a capability, beside another function', () => {
    expect(resets({}, below(1))).toEqual([])
  })

  it('are FLR where the capability says so', () => {
    expect(resets({ config: express(false) }, below(1))).toEqual([])
    expect(resets({ config: express(true) }, below(1))).toEqual(['flr'])
  })

  it('are AF FLR with both bits only', () => {
    const af = (bits: number) => resets({ config: { ...listAt40, 64: 0x0006_0013 | (bits << 24) } }, below(1))
    expect([0, 1, 2, 3].map(af)).toEqual([[], [], [], ['af_flr']])
  })

  it('are PM where going to D0 resets', () => {
    const pm = (noSoftReset: boolean) =>
      resets({ config: { ...listAt40, 52: 0x80, ...power(noSoftReset) } }, below(1))
    expect([pm(true), pm(false)]).toEqual([[], ['pm']])
  })

  it('are the bus where nothing else is on it', () => {
    expect(resets({})).toEqual(['bus'])
  })

  it.each(specificResets)('are of its own kind: $name', (row) => {
    const [device] = idsOf(row)
    const without = resets({ vendor: row.vendor, device: device! }, below(1))
    const withFlr = resets({ vendor: row.vendor, device: device!, config: express(true) }, below(1))
    expect(without).toEqual(row.aroundFlr ? [] : ['device_specific'])
    expect(withFlr).toEqual(['device_specific', 'flr'])
  })
})

describe.each(brokenResets)('$name', (row) => {
  const [port, card] = row.port ? [row, undefined] : [undefined, row]
  const facts = (device: number) => ({
    ...(card && { vendor: row.vendor, device }),
    class: (row.class ?? 0x0200) << 8,
    config: { ...express(true, 0x80), ...power(false) },
    files: { ...untold, ...(row.revision !== undefined && { revision: `${row.revision}\n` }) },
  })
  const host = (device: number) =>
    edited(
      madeCard(facts(device)),
      port
        ? {
            '/sys/bus/pci/devices/0000:00:01.0/vendor': `${row.vendor}\n`,
            '/sys/bus/pci/devices/0000:00:01.0/device': `${device}\n`,
          }
        : {},
    )

  it.each(idsOf(row))('%x is not reset by what is broken', (device) => {
    const machine = readMachine(host(device))
    const f = machine.functions.find(({ address }) => address === '0000:01:00.0')!
    const left = ['flr', 'pm', 'bus'].filter((one) => !row.broken.some((broken) => broken === one))
    expect(ownResets(machine, f).methods).toEqual(left)
    expect(brokenResetsOf(f, machine.functions[0])).toEqual([row])
  })
})

it('AMD video cards keep their PM reset on a root bus', () => {
  const machine = readMachine(edited(lab(), { '/sys/bus/pci/devices/0000:00:02.0/vendor': '0x1002\n' }))
  expect(
    brokenResetsOf(machine.functions.find(({ address }) => address === '0000:00:02.0')!, undefined),
  ).toEqual([])
})

it('a row for one revision leaves others alone', () => {
  const machine = readMachine(madeCard({ vendor: 0xd063, device: 0x1000, files: { revision: '0x02\n' } }))
  expect(brokenResetsOf(machine.functions[1]!, undefined)).toEqual([])
})

describe.each(stuckFamilies)('$name', (row) => {
  it.each(idsOf(row))('%x', (device) => {
    const machine = readMachine(madeCard({ vendor: row.vendor, device, class: 0x030000 }))
    const found = amdResetBug.check(handoverOf(machine, machine.functions[1]!))
    expect(found).toMatchObject({
      kind: row.byQemu ? 'passes' : 'warning',
      says: expect.stringContaining(row.name),
    })
  })
})

it.each(refusedBusReset)(
  'of Linux %s to %s the bus is not reset, and of those beside it is',
  (first, last) => {
    const within = (text: string) => isWithin(parseKernelVersion(text)!, refusedBusReset)
    const [line, patch] = [
      first.slice(0, first.lastIndexOf('.')),
      (text: string) => Number(text.split('.')[2]),
    ]
    expect([first, last].map(within)).toEqual([true, true])
    expect([`${line}.${patch(first) - 1}`, `${line}.${patch(last) + 1}`].map(within)).toEqual([false, false])
  },
)

/** All ids of a row; of a range its ends; of `any` one. */
function idsOf({ devices }: DeviceIds): readonly number[] {
  return devices === 'any' ? [0x73bf] : [...new Set(devices.flat())]
}
