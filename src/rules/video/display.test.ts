import { edited } from '../../../test/support/edited-host.js'
import { connector, laptop, station } from '../../../test/support/made-displays.js'
import { denied, madeFunction } from '../../../test/support/made-host.js'
import { describeRules, type Example } from '../../../test/support/rule-examples.js'
import { bootFramebuffer } from './boot-framebuffer.js'
import { optionRom } from './option-rom.js'
import { outputs } from './outputs.js'

const cardFolder = '/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0'
const held = (name: string, address: string) =>
  `00000000-00000000 : PCI Bus 0000:00\n  00000000-00000000 : ${address}\n    00000000-00000000 : ${name}\n`
const rom = (start: number, end: number, flags: number) =>
  [
    ...Array<string>(6).fill(line(0, 0, 0)),
    line(start, end, flags),
    ...Array<string>(6).fill(line(0, 0, 0)),
  ].join('')
const line = (...values: readonly number[]) =>
  `${values.map((value) => `0x${value.toString(16).padStart(16, '0')}`).join(' ')}\n`
const disk = { device: '0000:02:00.0', gives: 'not here' } as const

const examples: Readonly<Record<string, readonly Example[]>> = {
  'boot-framebuffer': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'VGA, which vfio-pci frees', host: station(), gives: 'passes', says: /6\.12/ },
    {
      name: 'held, and the kernel too old',
      host: station({
        '/proc/sys/kernel/osrelease': '5.15.0-91-generic\n',
        '/proc/iomem': held('BOOTFB', '0000:01:00.0'),
      }),
      gives: 'warning',
      says: /BOOTFB in 0000:01:00.0.*Linux 6\.0/s,
    },
    ...['efifb', 'simpledrm', 'efidrm', 'vesadrm', 'simple-framebuffer.0'].map(
      (name): Example => ({
        name: `a 3D controller, held by ${name}`,
        host: laptop({ '/proc/iomem': held(name, '0000:01:00.0') }),
        gives: 'warning',
        says: /class 0300 only/,
      }),
    ),
    {
      name: 'held on another card',
      host: laptop({ '/proc/iomem': held('BOOTFB', '0000:00:02.0') }),
      gives: 'passes',
    },
    {
      name: 'held nobody knows where',
      host: laptop({ '/proc/iomem': '00000000-00000000 : BOOTFB\n' }),
      gives: 'unknown',
      says: /which card/,
    },
    { name: 'not to be read', host: laptop({ '/proc/iomem': denied }), gives: 'unknown' },
    {
      name: 'a kernel that is none',
      host: station({ '/proc/sys/kernel/osrelease': 'plan9\n' }),
      gives: 'unknown',
    },
  ],
  'option-rom': [
    { name: 'a disk', host: station(), ...disk },
    { name: 'the copy of the boot display', host: station(), gives: 'warning', says: /0xc0000, 128 KiB/ },
    {
      name: 'its own',
      host: station({}, { resource: rom(0xf7000000, 0xf707ffff, 0x46200) }),
      gives: 'passes',
      says: /512 KiB/,
    },
    {
      name: 'without an address',
      host: station({}, { resource: rom(0, 0x7ffff, 0x20046200) }),
      gives: 'warning',
      says: /no address/,
    },
    { name: 'none', host: laptop(), gives: 'note', says: /no option ROM/ },
    { name: 'graphics of a processor', host: laptop(), device: '0000:00:02.0', gives: 'not here' },
    { name: 'not to be read', host: station({}, { resource: denied }), gives: 'unknown' },
  ],
  outputs: [
    { name: 'a disk', host: station(), ...disk },
    { name: 'a driver shows them', host: station(), gives: 'passes', says: /has outputs: HDMI-A-1/ },
    {
      name: 'no driver, a desktop',
      host: edited(station({ '/sys/class/dmi/id/chassis_type': '3\n' }), { '/sys/class/drm': null }),
      gives: 'passes',
      says: /no laptop/,
    },
    { name: 'a 3D controller', host: laptop(), gives: 'warning', says: /0x030200/ },
    {
      name: 'a driver that finds none',
      host: laptop(amdgpu()),
      device: '0000:03:00.0',
      gives: 'warning',
      says: /finds no outputs/,
    },
    {
      name: "the boot frame buffer's connector is none",
      host: laptop(
        connector('card1-Unknown-1', `${cardFolder}/simple-framebuffer.0`, 'connected', 'enabled'),
        { class: '0x030000\n' },
      ),
      gives: 'unknown',
    },
    { name: 'graphics of a processor', host: laptop(), device: '0000:00:02.0', gives: 'not here' },
    { name: 'a VGA controller of a laptop', host: laptop({}, { class: '0x030000\n' }), gives: 'unknown' },
    {
      name: 'a chassis not to be read',
      host: laptop({ '/sys/class/dmi/id/chassis_type': denied }, { class: '0x030000\n' }),
      gives: 'unknown',
    },
  ],
}

/** A laptop's second card of AMD's, whose driver is at work and shows no connector. */
function amdgpu() {
  return {
    ...madeFunction('0000:03:00.0', {
      above: 'pci0000:00/0000:00:01.1',
      vendor: 0x1002,
      device: 0x73ff,
      class: 0x038000,
      driver: 'amdgpu',
    }),
    '/sys/class/drm/card1': { link: '../../devices/pci0000:00/0000:00:01.1/0000:03:00.0/drm/card1' },
  }
}

describeRules([bootFramebuffer, optionRom, outputs], examples)
