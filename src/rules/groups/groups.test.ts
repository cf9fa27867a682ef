import { expect, it } from 'vitest'
import { type Edits, edited, lab } from '../../../test/support/edited-host.js'
import { workstation } from '../../../test/support/made-computers.js'
import { denied, link, madeFunction, madeHost, quietHost } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { lateAcs } from '../../iommu/index.js'
import { readMachine } from '../../machine/index.js'
import { checkDevice } from '../check.js'
import { ownParts } from './device-kind.js'
import { groupRules } from './index.js'

const folder = (address: string) => `/sys/bus/pci/devices/${address}`
const group = (address: string, number: number): Edits => ({
  [`${folder(address)}/iommu_group`]: link(`../../../kernel/iommu_groups/${number}`),
})
const kernel = (text: string): Edits => ({ '/proc/sys/kernel/osrelease': `${text}\n` })
const cmdline = (text: string): Edits => ({ '/proc/cmdline': `${text}\n` })

/** Configuration space of a root port of PCI Express, with a slot, and ACS as firmware left it: nothing on. */
function portConfig(slot: number, acs: boolean): Uint8Array {
  const bytes = new Uint8Array(4096)
  const view = new DataView(bytes.buffer)
  view.setUint32(0x00, 0x0f00_1234, true)
  view.setUint16(0x06, 0x0010, true)
  view.setUint32(0x08, 0x0604_0000, true)
  bytes[0x0e] = 0x81
  bytes[0x34] = 0x40
  view.setUint32(0x40, 0x0142_0010, true)
  view.setUint32(0x4c, 0x0000_0041, true)
  view.setUint32(0x54, slot << 19, true)
  if (acs) {
    view.setUint32(0x100, 0x0001_000d, true)
    view.setUint16(0x104, 0x001d, true)
  }
  return bytes
}

const port = (address: string, bus: number, slot: number, acs: boolean, number?: number) =>
  madeFunction(address, {
    vendor: 0x1234,
    device: 0x0f00,
    class: 0x060400,
    driver: 'pcieport',
    config: portConfig(slot, acs),
    ...(number === undefined ? {} : { group: number }),
    files: { secondary_bus_number: `${bus}\n` },
  })

/** Configuration space of a card of PCI Express with one function. */
function cardConfig(): Uint8Array {
  const bytes = portConfig(0, false)
  new DataView(bytes.buffer).setUint32(0x08, 0x0200_0000, true)
  bytes[0x0e] = 0x00
  new DataView(bytes.buffer).setUint32(0x40, 0x0002_0010, true)
  return bytes
}

const card = (address: string, above: string, number?: number) =>
  madeFunction(address, {
    vendor: 0x1234,
    device: 0x0001,
    above: `pci0000:00/${above}`,
    driver: 'e1000e',
    config: cardConfig(),
    ...(number === undefined ? {} : { group: number }),
  })

/**
 * Three ports in one slot, so that those which do not isolate share a group: cards behind the first two, and a free slot behind
 * the third. `acs`: which ports can isolate. `numbers`: the kernel's groups of ports and cards.
 */
function slots(
  acs: readonly [boolean, boolean, boolean],
  numbers: readonly number[] | null,
  files: Edits = {},
) {
  return edited(
    madeHost({
      ...quietHost,
      '/sys/class/iommu/dmar0': link('../../devices/virtual/iommu/dmar0'),
      ...port('0000:00:01.0', 1, 1, acs[0], numbers?.[0]),
      ...port('0000:00:01.1', 2, 2, acs[1], numbers?.[1]),
      ...port('0000:00:01.2', 3, 3, acs[2], numbers?.[2]),
      ...card('0000:01:00.0', '0000:00:01.0', numbers?.[3]),
      ...card('0000:02:00.0', '0000:00:01.1', numbers?.[4]),
      ...(numbers?.[5] === undefined ? {} : card('0000:03:00.0', '0000:00:01.2', numbers[5])),
    }),
    files,
  )
}

const isLate = kernel('6.12.80')
const apart = [1, 2, 3, 4, 5]

const examples: Readonly<Record<string, readonly Example[]>> = {
  'device-kind': [
    { name: 'a disk', host: lab(), gives: 'passes' },
    {
      name: 'a port',
      host: lab(),
      device: '0000:00:03.0',
      gives: 'impossible',
      says: /hand over what is behind it: 0000:01:00.0/,
    },
    { name: 'the ISA bridge', host: lab(), device: '0000:00:1f.0', gives: 'impossible', says: /ISA/ },
    {
      name: 'a class not to be read',
      host: lab({ [`${folder('0000:01:00.0')}/class`]: denied }),
      gives: 'unknown',
    },
  ],
  'iommu-group': [
    { name: 'a group', host: lab(), gives: 'passes' },
    {
      name: 'none, with the IOMMU on',
      host: lab({ [`${folder('0000:01:00.0')}/iommu_group`]: null }),
      gives: 'impossible',
      says: /dmar0/,
    },
    {
      name: 'an integrated display left out',
      host: lab({ [`${folder('0000:00:02.0')}/iommu_group`]: null, ...cmdline('intel_iommu=on,igfx_off') }),
      device: '0000:00:02.0',
      gives: 'step',
      says: /take intel_iommu=on,igfx_off out/,
    },
    {
      name: 'predicted',
      host: slots([true, true, true], null, { '/sys/class/iommu': denied }),
      gives: 'passes',
    },
    {
      name: 'none predicted',
      host: edited(rootComplex(), { '/sys/class/iommu/ivhd0': null }),
      device: '0000:00:00.2',
      gives: 'impossible',
      says: /no IOMMU would be/,
    },
    {
      name: 'not to be read',
      host: edited(workstation(), {
        '/sys/class/iommu': denied,
        [`${folder('0000:01:00.0')}/iommu_group`]: denied,
        [`${folder('0000:00:01.0')}/config`]: denied,
        [`${folder('0000:01:00.0')}/config`]: denied,
      }),
      gives: 'unknown',
    },
  ],
  'group-company': [
    { name: 'a disk alone behind its port', host: lab(), gives: 'passes' },
    {
      name: 'a card with its sound',
      host: workstation(),
      gives: 'passes',
      says: /0000:01:00.1 \(snd_hda_intel\)/,
    },
    {
      name: 'a function of the chipset',
      host: lab(),
      device: '0000:00:1f.2',
      gives: 'warning',
      says: /0000:00:1f.0 \(lpc_ich\), 0000:00:1f.3 \(i801_smbus\)/,
    },
    {
      name: 'another device without a driver',
      host: lab({ ...group('0000:02:00.0', 8) }),
      gives: 'passes',
      says: /no driver to leave: 0000:02:00.0/,
    },
    {
      name: 'another device, no better slot',
      host: lab({ ...group('0000:03:00.0', 8), ...cmdline('quiet') }),
      gives: 'warning',
      says: /0000:03:00.0 \(e1000e/,
    },
    {
      name: 'another device, and a free slot of its own',
      host: slots([false, false, true], [1, 1, 3, 1, 1]),
      gives: 'warning',
      says: /0000:02:00.0 \(e1000e\).*the free slot behind 0000:00:01.2 \(slot 3, x4\)/s,
    },
    {
      name: 'another device, and a better slot that is taken',
      host: slots([false, true, false], [1, 2, 1, 1, 4, 1]),
      gives: 'warning',
      says: /let it change places with the card behind 0000:00:01.1 \(slot 2, x4, now 0000:02:00.0\)/,
    },
    {
      name: 'isolation switched off on the command line',
      host: slots([true, true, true], [1, 1, 1, 1, 1], {
        '/proc/cmdline': 'quiet pci=noaer,disable_acs_redir=pci:0:0\n',
      }),
      gives: 'warning',
      says: /take disable_acs_redir=pci:0:0 out of pci=/,
    },
    { name: 'no group', host: lab({ [`${folder('0000:01:00.0')}/iommu_group`]: null }), gives: ['passes'] },
    {
      name: 'a group that cannot be predicted',
      host: edited(workstation(), {
        [`${folder('0000:01:00.0')}/iommu_group`]: null,
        [`${folder('0000:00:01.0')}/config`]: denied,
        [`${folder('0000:01:00.0')}/config`]: denied,
        [`${folder('0000:01:00.1')}/config`]: denied,
      }),
      gives: 'unknown',
    },
  ],
  'group-bridges': [
    { name: 'no bridge in the group', host: lab(), gives: 'not here' },
    { name: 'the port driver', host: workstation(), gives: 'passes', says: /pcieport/ },
    {
      name: 'a hot-plug driver',
      host: edited(workstation(), {
        [`${folder('0000:00:01.0')}/driver`]: link('../../../bus/pci/drivers/shpchp'),
      }),
      gives: 'step',
      says: /echo 0000:00:01.0 > \/sys\/bus\/pci\/drivers\/shpchp\/unbind/,
    },
    {
      name: 'a driver not to be read',
      host: edited(workstation(), { [`${folder('0000:00:01.0')}/driver`]: denied }),
      gives: 'unknown',
    },
  ],
  'kernel-grouping': [
    { name: 'another line of kernels', host: lab(kernel('7.3.4')), gives: 'not here' },
    { name: 'a release before the mistake', host: lab(kernel('6.12.74')), gives: 'passes' },
    {
      name: 'no difference to this device',
      host: lab(kernel('6.12.80')),
      gives: 'passes',
      device: '0000:00:1f.2',
      says: /either way/,
    },
    {
      name: 'a group to itself, nothing else read',
      host: lab({ ...kernel('6.1.0-50-amd64'), [`${folder('0000:00:03.0')}/config`]: denied }),
      gives: 'passes',
    },
    {
      name: 'a larger group',
      host: slots([true, true, true], [1, 1, 1, 1, 1], isLate),
      gives: 'warning',
      says: /use Linux 6.12.83 or newer, or one before 6.12.75/,
    },
    {
      name: 'a larger group to come',
      host: slots([true, true, true], null, isLate),
      gives: 'warning',
      says: /predicted group = 0000:01:00.0 0000:02:00.0/,
    },
    {
      name: 'a group as it should be',
      host: slots([true, true, true], apart, kernel('6.12-arch1')),
      gives: 'passes',
    },
    {
      name: 'a group of neither form',
      host: slots([true, true, true], [1, 2, 3, 4, 4, 5], isLate),
      gives: 'unknown',
      says: /neither/,
    },
    {
      name: 'a name that hides the release',
      host: slots([true, true, true], null, kernel('6.1.0-45-amd64')),
      gives: 'unknown',
      says: /\/proc\/version/,
    },
  ],
}

describeRules(groupRules, examples)

/** AMD's host bridge with the IOMMU in its slot. */
function rootComplex() {
  return madeHost({
    ...quietHost,
    '/sys/class/iommu/ivhd0': link('../../devices/pci0000:00/0000:00:00.2/iommu/ivhd0'),
    ...madeFunction('0000:00:00.0', { vendor: 0x1022, class: 0x060000 }),
    ...madeFunction('0000:00:00.2', { vendor: 0x1022, class: 0x080600 }),
  })
}

it.each(ownParts)('what is of class $code stays with the host', ({ code, what }) => {
  const host = lab({ [`${folder('0000:01:00.0')}/class`]: `0x${code.toString(16).padStart(6, '0')}\n` })
  expect(saysOf('device-kind', host)).toContain(what)
})

it.each(lateAcs)('Linux %s to %s group wrongly, the releases around do not', (first, last) => {
  const [line, from] = [first.replace(/\.\d+$/, ''), Number(first.split('.')[2])]
  const to = Number(last.split('.')[2])
  for (const [patch, wrong] of [
    [from - 1, false],
    [from, true],
    [to, true],
    [to + 1, false],
  ] as const) {
    const host = slots([true, true, true], null, kernel(`${line}.${patch}`))
    expect(saysOf('kernel-grouping', host), `${line}.${patch}`).toMatch(wrong ? /larger/ : /^$/)
  }
})

function saysOf(id: string, host: ReturnType<typeof lab>): string {
  const machine = readMachine(host)
  const device = machine.functions.find(({ address }) => address === '0000:01:00.0')!
  const rules = groupRules.filter((one) => one.id === id)
  return checkDevice(machine, device, rules)
    .findings.map(({ says }) => says)
    .join()
}
