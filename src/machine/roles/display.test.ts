import { describe, expect, it } from 'vitest'
import { denied, link, type Made, madeHost } from '../../../test/support/made-host.js'
import type { Fact } from '../machine.js'
import { findDisplays } from './display.js'
import { RoleFindings } from './search.js'

const card = (address: string, bootVga: Fact<boolean | null> = { value: false }) => ({
  address,
  bootVga,
  class: { value: 0x030000 },
})
const console = (number: number, name: string, bind: string): Record<string, Made> => ({
  [`/sys/class/vtconsole/vtcon${number}/name`]: `${name}\n`,
  [`/sys/class/vtconsole/vtcon${number}/bind`]: `${bind}\n`,
})
const connector = (name: string, address: string, status: string, enabled: string): Record<string, Made> => {
  const path = `devices/pci0000:00/${address}/drm/${name.slice(0, name.indexOf('-'))}/${name}`
  return {
    [`/sys/class/drm/${name}`]: link(`../../${path}`),
    [`/sys/${path}/status`]: `${status}\n`,
    [`/sys/${path}/enabled`]: `${enabled}\n`,
  }
}

function look(files: Readonly<Record<string, Made>>, ...cards: readonly ReturnType<typeof card>[]) {
  const findings = new RoleFindings()
  findDisplays(madeHost(files), cards, findings)
  return findings
}

describe('a display', () => {
  it('is lit by the card whose connector is driven', () => {
    const findings = look({
      ...connector('card0-eDP-1', '0000:00:02.0', 'connected', 'enabled'),
      ...connector('card1-HDMI-A-1', '0000:01:00.0', 'connected', 'disabled'),
      ...connector('card1-DP-1', '0000:01:00.0', 'disconnected', 'enabled'),
      '/sys/class/drm/card0': link('../../devices/pci0000:00/0000:00:02.0/drm/card0'),
      '/sys/class/drm/version': 'drm 1.1.0 20060810\n',
    })
    expect(findings.searches().display).toEqual({ functions: ['0000:00:02.0'], elsewhere: [], unknown: [] })
    expect(findings.byFunction().get('0000:00:02.0')).toMatchObject([
      {
        name: 'display',
        only: true,
        evidence: [{ path: '/sys/class/drm/card0-eDP-1/enabled', value: 'enabled' }, {}],
      },
    ])
  })

  it('has a console on the lowest frame buffer, when that console is bound', () => {
    const buffers = {
      '/sys/class/graphics/fb1': link('../../devices/pci0000:00/0000:01:00.0/graphics/fb1'),
      '/sys/class/graphics/fb0': link('../../devices/pci0000:00/0000:00:02.0/graphics/fb0'),
      '/sys/class/graphics/fbcon': link('../../devices/virtual/graphics/fbcon'),
    }
    expect(
      look({
        ...buffers,
        ...console(0, '(S) dummy device', '0'),
        ...console(1, '(M) frame buffer device', '1'),
      }).searches().display.functions,
    ).toEqual(['0000:00:02.0'])
    expect(
      look({ ...buffers, ...console(1, '(M) frame buffer device', '0') }).searches().display.functions,
    ).toEqual([])
  })

  it.each(['VGA+', 'EGA+', '*MDA', 'EGA', '*CGA'])('has a text console (%s) on the boot VGA', (name) => {
    const findings = look(
      console(0, `(S) ${name}`, '1'),
      card('0000:00:02.0', { value: true }),
      card('0000:01:00.0'),
    )
    expect(findings.searches()).toMatchObject({
      display: { functions: ['0000:00:02.0'], unknown: [] },
      'boot-vga': { functions: ['0000:00:02.0'] },
    })
  })

  const platformBuffer = {
    ...console(0, '(S) frame buffer device', '1'),
    '/sys/class/graphics/fb0': link('../../devices/platform/efi-framebuffer.0/graphics/fb0'),
  }

  it.each([
    ['efifb', 'c0000000-c02fffff'],
    ['BOOTFB', '00000000-00000000'],
  ])(
    "is drawn in the firmware's frame buffer, %s, inside a card's BAR, told by its name alone",
    (name, range) => {
      const findings = look({
        ...platformBuffer,
        '/proc/iomem': `${range.replace(/\w/g, '0')} : PCI Bus 0000:00\n  ${range} : PCI Bus 0000:01\n    ${range} : 0000:01:00.0\n      ${range} : ${name}\n  ${range} : 0000:00:1f.3\n`,
      })
      expect(findings.searches().display).toMatchObject({ functions: ['0000:01:00.0'], unknown: [] })
    },
  )

  it('is not known where the frame buffer stands in no BAR, or that may not be read', () => {
    for (const iomem of ['00000000-00000000 : System RAM\n00000000-00000000 : efifb\n', denied] as const)
      expect(look({ ...platformBuffer, '/proc/iomem': iomem }).searches().display).toMatchObject({
        functions: [],
        unknown: [{}],
      })
  })

  it('is lit by the card that sysfs shows above the boot frame buffer, as newer kernels do', () => {
    const path = '../../devices/pci0000:00/0000:00:02.0/simple-framebuffer.0/drm/card0/card0-Unknown-1'
    const findings = look({
      '/sys/class/drm/card0-Unknown-1': link(path),
      [`/sys/${path.slice(6)}/status`]: 'connected\n',
      [`/sys/${path.slice(6)}/enabled`]: 'enabled\n',
    })
    expect(findings.searches().display.functions).toEqual(['0000:00:02.0'])
  })

  it('may be lit by what is no PCI function', () => {
    const path = 'devices/platform/gpu/drm/card0/card0-HDMI-A-1'
    const files = {
      '/sys/class/drm/card0-HDMI-A-1': link(`../../${path}`),
      [`/sys/${path}/status`]: 'connected\n',
      [`/sys/${path}/enabled`]: 'enabled\n',
    }
    expect(look(files).searches().display).toEqual({
      functions: [],
      elsewhere: [{ path: '/sys/class/drm/card0-HDMI-A-1', value: `/sys/${path}` }],
      unknown: [],
    })
  })

  it.each<[string, Record<string, Made>]>([
    ['connectors may not be listed', { '/sys/class/drm': denied }],
    ['consoles may not be listed', { '/sys/class/vtconsole': denied }],
    ['a text console has no boot VGA', console(0, '(S) VGA+', '1')],
    ['a frame buffer console has no frame buffer', console(0, '(S) frame buffer device', '1')],
    ['a bound console has no name', { '/sys/class/vtconsole/vtcon0/bind': '1\n' }],
  ])('is not known where %s', (_, files) => {
    expect(look(files).searches().display).toMatchObject({ functions: [], unknown: [{}] })
  })

  it('is nowhere on a host without any of it', () => {
    expect(look({ '/sys/class/net/': '' }).searches().display).toEqual({
      functions: [],
      elsewhere: [],
      unknown: [],
    })
  })
})

describe('the boot VGA', () => {
  it('is not known where a card does not tell', () => {
    const path = '/sys/bus/pci/devices/0000:00:02.0/boot_vga'
    expect(look({}, card('0000:00:02.0', { unknown: 'unrecorded', path })).searches()['boot-vga']).toEqual({
      functions: [],
      elsewhere: [],
      unknown: [{ unknown: 'unrecorded', path }],
    })
  })
})
