import { describe, expect, it } from 'vitest'
import { connector } from '../../../test/support/made-displays.js'
import { denied, type Made, madeHost } from '../../../test/support/made-host.js'
import { System } from './system.js'

const card = '/sys/devices/pci0000:00/0000:00:02.0'
const system = (files: Readonly<Record<string, Made>>) => new System(madeHost(files))

describe('sockets for displays', () => {
  it.each([
    ['connected', { value: true }],
    ['disconnected', { value: false }],
    ['unknown', { unknown: 'the driver cannot tell', path: '/sys/class/drm/card0-VGA-1/status' }],
  ])('are %s', (status, isConnected) => {
    expect(system(connector('card0-VGA-1', card, status, 'disabled')).connectors).toEqual({
      value: [{ name: 'card0-VGA-1', address: '0000:00:02.0', isConnected }],
    })
  })

  it('may be on no PCI function, or not to be asked', () => {
    const files = {
      ...connector('card1-DVI-I-1', '/sys/devices/platform/evdi.0', 'connected', 'enabled'),
      '/sys/devices/platform/evdi.0/drm/card1/card1-DVI-I-1/status': denied,
    }
    expect(system(files).connectors).toMatchObject({
      value: [{ address: null, isConnected: { unknown: 'denied' } }],
    })
  })

  it.each([
    ['writing to memory', 'card0-Writeback-1', card],
    ["the firmware's frame buffer", 'card0-Unknown-1', `${card}/simple-framebuffer.0`],
  ])('are none: %s', (_, name, folder) => {
    expect(system(connector(name, folder, 'connected', 'enabled')).connectors).toEqual({ value: [] })
  })

  it('are none without DRM, and unknown where they may not be listed', () => {
    expect(system({ '/sys/class/net/': '' }).connectors).toEqual({ value: [] })
    expect(system({ '/sys/class/drm': denied }).connectors).toMatchObject({ unknown: 'denied' })
  })
})

describe('the chassis', () => {
  it.each([
    ['3\n', { type: 3, isPortable: false }],
    ['31\n', { type: 31, isPortable: true }],
  ])('%j', (text, value) => {
    expect(system({ '/sys/class/dmi/id/chassis_type': text }).chassis).toEqual({ value })
  })

  it('is none without SMBIOS, and not understood where it is no number', () => {
    expect(system({}).chassis).toEqual({ value: null })
    expect(system({ '/sys/class/dmi/id/chassis_type': 'tower\n' }).chassis).toMatchObject({
      unknown: expect.stringMatching(/not understood/),
    })
  })
})

describe("the firmware's frame buffer", () => {
  it('is found with the function whose BAR it lies in, each range of it', () => {
    const text = [
      'd0000000-dfffffff : PCI Bus 0000:00',
      '  d0000000-d7ffffff : 0000:00:02.0',
      '    d0000000-d02fffff : BOOTFB',
      '      d0000000-d02fffff : simpledrm',
      '  d8000000-d8ffffff : 0000:01:00.0',
      'e0000000-e02fffff : efifb',
    ]
    expect(system({ '/proc/iomem': text.join('\n') }).bootFrameBuffers).toEqual({
      value: [
        { name: 'BOOTFB', address: '0000:00:02.0' },
        { name: 'simpledrm', address: '0000:00:02.0' },
        { name: 'efifb', address: null },
      ],
    })
  })
})
