import { describe, expect, it } from 'vitest'
import { edited } from '../../../test/support/edited-host.js'
import { igd, laptop, station } from '../../../test/support/made-displays.js'
import { denied, madeConfig, madeFunction, madeHost, quietHost } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { readMachine } from '../../machine/index.js'
import { checkDevice } from '../check.js'
import { bootFramebuffer } from './boot-framebuffer.js'
import { driverLock } from './driver-lock.js'
import { driverLocks } from './driver-locks.js'
import { videoRules } from './index.js'
import { intelGraphics, intelGraphicsOf } from './intel-graphics.js'
import { optionRom } from './option-rom.js'
import { outputs } from './outputs.js'

const igdOnly = { device: '0000:00:02.0' }
const disk = { device: '0000:02:00.0', gives: 'not here' } as const

/** A processor of AMD's with graphics, and what else is in its slot. */
const apu = (encryption = 0x1022) =>
  madeHost({
    ...quietHost,
    ...amdAt('0', { class: 0x030000 }),
    ...amdAt('1', { class: 0x040300 }),
    ...amdAt('2', { class: 0x108000, vendor: encryption }),
  })
const amdAt = (fn: string, facts: { readonly class: number; readonly vendor?: number }) =>
  madeFunction(`0000:04:00.${fn}`, { above: 'pci0000:00/0000:00:08.1', vendor: 0x1002, group: 5, ...facts })

/** A card of Intel's: a switch on it, behind which video and sound have a slot each. */
const arc = () =>
  madeHost({
    ...quietHost,
    ...bridge('0000:00:01.0', 'pci0000:00'),
    ...bridge('0000:01:00.0', 'pci0000:00/0000:00:01.0'),
    ...bridge('0000:02:01.0', 'pci0000:00/0000:00:01.0/0000:01:00.0'),
    ...bridge('0000:02:04.0', 'pci0000:00/0000:00:01.0/0000:01:00.0'),
    ...madeFunction('0000:03:00.0', {
      above: 'pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:01.0',
      device: 0x56a0,
      class: 0x030000,
    }),
    ...madeFunction('0000:04:00.0', {
      above: 'pci0000:00/0000:00:01.0/0000:01:00.0/0000:02:04.0',
      device: 0x4f90,
      class: 0x040300,
    }),
    ...madeFunction('0000:00:1f.3', { class: 0x040300 }),
  })
const bridge = (address: string, above: string) =>
  madeFunction(address, { above, class: 0x060400, files: { secondary_bus_number: '1\n' } })

/** Configuration space of a sound function, with MSI or with power management alone. */
function sound(capability: number) {
  const config = madeConfig({ vendor: 0x10de, device: 0x1aef, class: 0x040300 })
  config[0x06] = 0x10
  config[0x34] = 0x60
  config[0x60] = capability
  return config
}

const withConfig = (config: Uint8Array | typeof denied) =>
  station({ '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.1/config': config })

const named = (name: string, vendor = 0x10de, device = 0x1234) =>
  station({
    ...madeFunction('0000:03:00.0', { vendor, device, class: 0x030000 }),
    '/usr/share/misc/pci.ids': `${vendor.toString(16)}  Maker\n\t${device.toString(16).padStart(4, '0')}  ${name}\n`,
  })
const third = { device: '0000:03:00.0' }

const examples: Readonly<Record<string, readonly Example[]>> = {
  'integrated-graphics': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'a card', host: station(), gives: 'not here' },
    { name: 'Kaby Lake', host: laptop(), ...igdOnly, gives: 'warning', says: /Kaby Lake.*legacy mode/s },
    { name: 'Alder Lake', host: laptop(igd(0x4628)), ...igdOnly, gives: 'warning', says: /QEMU 10\.0/ },
    {
      name: 'Lunar Lake',
      host: laptop(igd(0x64a0)),
      ...igdOnly,
      gives: 'warning',
      says: /nothing for it but/,
    },
    { name: 'one of 2009', host: laptop(igd(0x2e22)), ...igdOnly, gives: 'warning', says: /= 0x2e22\n/ },
    {
      name: "AMD's",
      host: apu(),
      device: '0000:04:00.0',
      gives: 'warning',
      says: /04:00\.2\/vendor = 0x1022.*VFCT/s,
    },
    {
      name: "AMD's of old, on the root bus",
      host: madeHost({ ...quietHost, ...madeFunction('0000:00:01.0', { vendor: 0x1002, class: 0x030000 }) }),
      device: '0000:00:01.0',
      gives: 'warning',
      says: /root bus/,
    },
    { name: 'a card of AMD', host: apu(0x1002), device: '0000:04:00.0', gives: 'not here' },
    {
      name: 'whose is not told',
      host: station({}, { vendor: denied }),
      gives: 'unknown',
    },
  ],
  'driver-lock': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'Ampere', host: station(), gives: 'passes' },
    { name: 'another maker', host: laptop(), ...igdOnly, gives: 'not here' },
    { name: 'Fermi', host: named('GF116 [GeForce GTX 550 Ti]'), ...third, gives: 'warning', says: /391\.35/ },
    { name: 'Fermi, not GeForce', host: named('GF104GL [Quadro 5000M]'), ...third, gives: 'passes' },
    {
      name: 'a chip with no name',
      host: edited(station(), { '/usr/share/misc/pci.ids': null }),
      gives: 'unknown',
    },
  ],
  'card-functions': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'with sound', host: station(), gives: 'note', says: /01:00\.1 \(its sound\) goes with it/ },
    {
      name: 'with sound and a USB-C socket',
      host: station({
        ...madeFunction('0000:01:00.2', {
          above: 'pci0000:00/0000:00:01.0',
          vendor: 0x10de,
          class: 0x0c0330,
        }),
        ...madeFunction('0000:01:00.3', {
          above: 'pci0000:00/0000:00:01.0',
          vendor: 0x10de,
          class: 0x0c8000,
        }),
      }),
      gives: 'note',
      says: /its USB controller\), 0000:01:00\.3 \(its USB-C control\) go with it/,
    },
    { name: 'alone', host: laptop(), gives: 'passes' },
    {
      name: 'its virtual functions are no others',
      host: laptop(
        madeFunction('0000:00:02.1', {
          vendor: 0x8086,
          class: 0x030000,
          files: { physfn: { link: '../0000:00:02.0' } },
        }),
      ),
      ...igdOnly,
      gives: 'passes',
    },
    { name: "Intel's, alone", host: laptop(), ...igdOnly, gives: 'passes' },
    {
      name: "the processor's USB is none",
      host: apu(),
      device: '0000:04:00.0',
      gives: 'note',
      says: /^0000:04:00\.1 \(its sound\) goes/,
    },
    {
      name: "Intel's card",
      host: arc(),
      device: '0000:03:00.0',
      gives: 'note',
      says: /0000:04:00\.0 \(its sound\)/,
    },
    {
      name: 'whose the other is, is not told',
      host: station({ '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.1/vendor': denied }),
      gives: 'unknown',
    },
  ],
  'sound-interrupts': [
    { name: 'a video card', host: station(), gives: 'not here' },
    { name: 'with MSI', host: withConfig(sound(0x05)), device: '0000:01:00.1', gives: 'note' },
    { name: 'without', host: withConfig(sound(0x01)), device: '0000:01:00.1', gives: 'passes' },
    { name: 'not to be read', host: withConfig(denied), device: '0000:01:00.1', gives: 'unknown' },
  ],
  'graphics-splitting': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'a card without', host: station(), gives: 'passes' },
    { name: 'GVT-g', host: laptop(), ...igdOnly, gives: 'note', says: /i915\.enable_gvt=1/ },
    { name: 'too new for GVT-g', host: laptop(igd(0x4628)), ...igdOnly, gives: 'passes' },
    {
      name: 'SR-IOV',
      host: laptop(igd(0x4628, { sriov_totalvfs: '7\n', sriov_numvfs: '0\n' })),
      ...igdOnly,
      gives: 'note',
      says: /up to 7/,
    },
    {
      name: 'a virtual function',
      host: station({}, { physfn: { link: '../0000:01:00.7' } }),
      gives: 'not here',
    },
    { name: 'not to be read', host: station({}, { sriov_totalvfs: denied }), gives: 'unknown' },
  ],
}

const elsewhere: readonly unknown[] = [bootFramebuffer, optionRom, outputs]
describeRules(
  videoRules.filter((rule) => !elsewhere.includes(rule)),
  examples,
)

describe('locks of drivers', () => {
  const names: readonly { readonly row: number; readonly fitting: readonly string[] }[] = [
    {
      row: 0,
      fitting: [
        'GF116 [GeForce GTX 550 Ti]',
        'GF108M [GeForce GT 540M]',
        'NVIDIA Corporation GF108 [GeForce GT 430]',
      ],
    },
    {
      row: 1,
      fitting: [
        'GT218 [GeForce 210]',
        'G92 [GeForce 9800 GT]',
        'NV43 [GeForce 6600]',
        'C61 [GeForce 6100 nForce 405]',
        'MCP79 [GeForce 9400M]',
      ],
    },
    { row: 2, fitting: ['Navi 48 [Radeon RX 9070/9070 XT/9070 GRE]'] },
  ]
  it.each(names)('row $row', ({ row: at, fitting }) => {
    const row = driverLocks[at]!
    for (const name of fitting) {
      const machine = readMachine(named(name, row.vendor, row.devices[0]))
      const device = machine.functions.find(({ address }) => address === third.device)!
      expect(checkDevice(machine, device, [driverLock]).findings, name).toMatchObject([
        { kind: row.weight, says: row.says },
      ])
    }
  })
  it('has a name for each', () => {
    expect(names).toHaveLength(driverLocks.length)
  })
  it.each([
    'GK107 [GeForce GTX 650]',
    'GM204 [GeForce GTX 970]',
    'GP107M [GeForce GTX 1050 Ti Mobile]',
    'AD102 [GeForce RTX 4090]',
    'GB202 [GeForce RTX 5090]',
    'NVIDIA Corporation GM107 [GeForce GTX 750]',
    'GF108GL [Quadro 600]',
  ])('is not for %s', (name) => {
    expect(driverLocks.filter((row) => row.name?.test(name))).toEqual([])
  })
})

describe("generations of Intel's graphics", () => {
  it.each(intelGraphics)('$name', (row) => {
    for (const id of row.ids) {
      const whole = id > 0xff ? id : (id << 8) | 0x12
      expect(intelGraphicsOf(whole)).toBe(row)
    }
  })
  it.each([0x0042, 0x0046, 0x2e22, 0xa001, 0x56a0])('has none for 0x%s', (id) => {
    expect(intelGraphicsOf(id)).toBeUndefined()
  })
})
