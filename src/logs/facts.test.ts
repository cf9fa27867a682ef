import { describe, expect, it } from 'vitest'
import {
  denied,
  link,
  type Made,
  madeConfig,
  madeFunction,
  madeHost,
  quietHost,
} from '../../test/support/made-host.js'
import { readMachine } from '../machine/index.js'
import { diagnoseText } from './diagnose.js'
import { answerFact } from './facts.js'
import { type FactName, factNames } from './failure.js'

const address = '0000:01:00.0'
const folder = `/sys/devices/pci0000:00/${address}`
const tables = '/sys/firmware/acpi/tables'
const screen = {
  '/proc/iomem': `e0000000-efffffff : PCI Bus 0000:00\n  e0000000-efffffff : ${address}\n    e0000000-e07fffff : BOOTFB\n`,
  '/sys/class/vtconsole/vtcon0/name': '(S) frame buffer device\n',
  '/sys/class/vtconsole/vtcon0/bind': '1\n',
  '/sys/class/graphics/fb0': link('../../devices/platform/efi-framebuffer.0/graphics/fb0'),
}
/** BARs, and a ROM of 64 KiB. */
const resources = (rom: boolean) =>
  Array.from({ length: 13 }, (_, at) =>
    at === 6 && rom ? '0xfe000000 0xfe00ffff 0x000000000004e200' : '0x0 0x0 0x0',
  ).join('\n')

const of = (files: Readonly<Record<string, Made>>, more: Parameters<typeof madeFunction>[1] = {}) =>
  readMachine(madeHost({ ...quietHost, ...madeFunction(address, more), ...files }))

/** For each question a computer of which the answer is yes, with what shows it, one of which it is no, and one that cannot know. */
const cases: Readonly<
  Record<
    FactName,
    {
      readonly yes: ReturnType<typeof of>
      readonly shown: readonly [path: string, value: string]
      readonly no: ReturnType<typeof of>
      readonly unknown: ReturnType<typeof of>
    }
  >
> = {
  'the firmware shows no IOMMU': {
    yes: of({ [`${tables}/FACP`]: '' }),
    shown: [tables, 'no DMAR, IVRS, IORT or VIOT'],
    no: of({ [`${tables}/DMAR`]: '' }),
    unknown: of({ [tables]: denied }),
  },
  'the command line switches the IOMMU off': {
    yes: of({ '/proc/cmdline': 'quiet intel_iommu=on,off amd_iommu=off\n', [`${tables}/IVRS`]: '' }),
    shown: ['/proc/cmdline', 'amd_iommu=off'],
    no: of({ '/proc/cmdline': 'quiet intel_iommu=on,sm_off iommu=pt\n', [`${tables}/DMAR`]: '' }),
    unknown: of({ '/proc/cmdline': denied }),
  },
  'the firmware shows an IOMMU that the kernel leaves off': {
    yes: of({ [`${tables}/DMAR`]: '' }),
    shown: [tables, 'DMAR; nothing in /sys/class/iommu'],
    no: of({ [`${tables}/DMAR`]: '', '/sys/class/iommu/dmar0/': '' }),
    unknown: of({ [`${tables}/DMAR`]: '', '/sys/class/iommu': denied }),
  },
  'is in no group': {
    yes: of({}),
    shown: [`/sys/bus/pci/devices/${address}/iommu_group`, 'none'],
    no: of({}, { group: 3 }),
    unknown: of({ [`${folder}/iommu_group`]: denied }),
  },
  'is a bridge': {
    yes: of({}, { class: 0x060400, config: madeConfig({ class: 0x060400, headerType: 1 }) }),
    shown: [`/sys/bus/pci/devices/${address}/config`, 'header type 1'],
    no: of({}),
    unknown: of({ [`${folder}/config`]: denied }, { class: 0x060400 }),
  },
  'has no ROM BAR': {
    yes: of({ [`${folder}/resource`]: resources(false) }),
    shown: [`/sys/bus/pci/devices/${address}/resource`, 'no ROM'],
    no: of({ [`${folder}/resource`]: resources(true) }),
    unknown: of({ [`${folder}/resource`]: denied }),
  },
  'cannot be reset alone': {
    yes: of({ [`${folder}/reset_method`]: '\n' }),
    shown: [`/sys/bus/pci/devices/${address}/reset_method`, 'none'],
    no: of({ [`${folder}/reset_method`]: 'flr bus\n' }),
    unknown: of({ [`${folder}/reset_method`]: denied }),
  },
  'shows a display or a console': {
    yes: of(screen),
    shown: ['/proc/iomem', `BOOTFB in ${address}`],
    no: of({}),
    unknown: of({ ...screen, '/proc/iomem': denied }),
  },
}

describe('questions that choose between causes', () => {
  it.each(factNames)('%s: yes, no, and not to be known', (name) => {
    const { yes, shown, no, unknown } = cases[name]
    const ask = (machine: ReturnType<typeof of>) => answerFact(name, machine, machine.functions[0])
    expect(ask(yes).holds).toBe(true)
    expect(ask(yes).evidence).toContainEqual({ path: shown[0], value: shown[1] })
    expect(ask(no)).toEqual({ holds: false, evidence: [] })
    expect(ask(unknown)).toEqual({ holds: undefined, evidence: [] })
  })

  it('about a device cannot be answered where no device is named', () => {
    const { yes } = cases['is a bridge']
    expect(answerFact('is a bridge', yes, undefined)).toEqual({ holds: undefined, evidence: [] })
  })

  it.each([
    [
      'not-bound',
      `vfio ${address}: failed to open /dev/vfio/3: No such file or directory`,
      of({ [`${tables}/IVRS`]: '', '/sys/class/iommu/ivhd0/': '' }),
      'no-group',
    ],
    [
      'probe-refused',
      `vfio-pci ${address}: probe with driver vfio-pci failed with error -22`,
      cases['is a bridge'].yes,
      'bridge-not-bindable',
    ],
    [
      'no-group',
      `vfio ${address}: no iommu_group found`,
      cases['the firmware shows no IOMMU'].yes,
      'iommu-off-in-firmware',
    ],
    [
      'libvirt-no-vfio',
      "host doesn't support passthrough of host PCI devices",
      cases['the command line switches the IOMMU off'].yes,
      'iommu-off-by-command-line',
    ],
    [
      'no-iommu-model',
      'vfio: No available IOMMU models',
      cases['the firmware shows an IOMMU that the kernel leaves off'].yes,
      'iommu-left-off',
    ],
    [
      'rom-invalid',
      `vfio-pci ${address}: Invalid PCI ROM header signature: expecting 0xaa55, got 0xffff`,
      cases['has no ROM BAR'].yes,
      'rom-none',
    ],
    [
      'reset-failed',
      `vfio-pci ${address}: not ready 65535ms after bus reset; giving up`,
      cases['cannot be reset alone'].yes,
      'no-reset',
    ],
    [
      'bar-taken',
      `vfio-pci ${address}: BAR 0: can't reserve [mem 0xe0000000-0xefffffff]`,
      cases['shows a display or a console'].yes,
      'bar-console',
    ],
  ])('%s: with such a computer, the special cause', (cause, line, machine, special) => {
    expect(diagnoseText(line).findings).toMatchObject([{ cause }])
    const alone = diagnoseText(line).findings[0]!
    expect(alone.otherwise.map((other) => other.cause)).toContain(special)
    const [found] = diagnoseText(line, machine).findings
    expect(found).toMatchObject({ cause: special, certainty: 'certain', otherwise: [] })
    expect(found!.evidence.length).toBeGreaterThan(0)
  })

  it('without such a fact the general cause stays, and what is ruled out is not offered', () => {
    const line = `vfio-pci ${address}: Invalid PCI ROM header signature: expecting 0xaa55, got 0xffff`
    expect(diagnoseText(line, cases['has no ROM BAR'].no).findings).toMatchObject([
      { cause: 'rom-invalid', otherwise: [] },
    ])
    expect(diagnoseText(line, cases['has no ROM BAR'].unknown).findings).toMatchObject([
      { cause: 'rom-invalid', otherwise: [{ cause: 'rom-none' }] },
    ])
  })

  it('of a group that is not viable, the drivers in it are shown', () => {
    const machine = readMachine(
      madeHost({
        ...quietHost,
        ...madeFunction('0000:01:00.0', { group: 8, driver: 'vfio-pci' }),
        ...madeFunction('0000:01:00.1', { group: 8, driver: 'snd_hda_intel' }),
        ...madeFunction('0000:02:00.0', { group: 9, driver: 'nvme' }),
        '/sys/kernel/iommu_groups/': link('x'),
      }),
    )
    expect(diagnoseText('vfio 0000:01:00.0: group 8 is not viable', machine).findings[0]!.evidence).toEqual([
      { path: '/sys/bus/pci/devices/0000:01:00.0/driver', value: 'vfio-pci' },
      { path: '/sys/bus/pci/devices/0000:01:00.1/driver', value: 'snd_hda_intel' },
    ])
  })
})
