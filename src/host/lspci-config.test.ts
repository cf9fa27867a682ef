import { describe, expect, it } from 'vitest'
import {
  configOf,
  decoded,
  hostOf,
  link,
  nic,
  port,
  root,
  text,
  whole,
} from '../../test/support/pasted-lspci.js'

describe('configuration space', () => {
  const host = hostOf(whole)

  it('decodes to what was printed', () => {
    const { header, capabilities, bars, problems } = decoded(host, '0000:01:00.0')
    expect(problems).toEqual([])
    expect(header.kind).toBe('type0')
    expect(header.fields).toMatchObject({
      vendor: 0x8086,
      device: 0x1521,
      class: 0x020000,
      revision: 1,
      command: { busMaster: true, intxDisabled: true, systemErrors: false },
      status: { capabilityList: true, devselTiming: 'fast' },
      interruptPin: 'B',
      cacheLineSizeBytes: 64,
    })
    expect(bars).toEqual([
      { index: 0, kind: 'memory', address: 0x4000000000n, type: '64-bit', prefetchable: true },
      { index: 2, kind: 'io', address: 0xe000n },
      { index: 3, kind: 'memory', address: 0xf0000000n, type: '32-bit', prefetchable: false },
    ])
    const fields = Object.fromEntries(capabilities.map((one) => [one.kind, one.fields]))
    expect(Object.keys(fields)).toEqual(['pm', 'msix', 'express', 'serial-number', 'sriov', 'rebar'])
    expect(fields).toMatchObject({
      pm: {
        support: { deviceSpecificInitialization: true },
        control: { noSoftReset: true, powerState: 'D0' },
      },
      msix: { control: { vectors: 10, enabled: true }, table: { bar: 3 }, pendingBits: { offset: 0x2000 } },
      express: { flags: { type: 'Endpoint', version: 2 }, deviceCapabilities: { functionLevelReset: true } },
      'serial-number': { serialNumber: 0xa0369fffff123456n },
      sriov: { control: { enabled: true }, totalFunctions: 8, functionDevice: 0x1520 },
      rebar: { bars: [{ control: { bar: 0, count: 1, sizeExponent: 4 } }] },
    })
    expect(configOf(host, '0000:01:00.0').rawBits(0x1c4, 4)).toBe((1 << 8) | (1 << 10) | (1 << 17))
  })

  it('knows a bridge, its buses, and a line whose words look like the header’s', () => {
    const { header, capabilities } = decoded(host, '0000:00:01.0')
    expect(header.kind).toBe('type1')
    expect(header.fields).toMatchObject({
      secondaryBus: 1,
      subordinateBus: 2,
      bridgeControl: { vga: true },
    })
    const express = capabilities.find((one) => one.kind === 'express')!
    expect(express.fields).toMatchObject({
      flags: { type: 'Root Port', slotImplemented: true, interruptMessage: 3 },
      slotControl: {
        presenceDetectEnabled: true,
        attentionIndicator: 'Off',
        powerIndicator: 'On',
        powerOff: false,
      },
    })
    expect(header.fields.command.busMaster).toBe(true)
    const acs = capabilities.find((one) => one.kind === 'acs')!
    expect(acs.fields).toMatchObject({
      capability: { requestRedirect: true, egressControl: false },
      control: { translationBlocking: false },
    })
  })

  it('keeps the lines of a virtual channel from those of its port', () => {
    const channels = nic.replace('Device Serial Number a0-36-9f-ff-ff-12-34-56', () =>
      [
        'Virtual Channel',
        '\t\tCaps:\tLPEVC=0 RefClk=100ns PATEntryBits=1',
        '\t\tArb:\tFixed- WRR32- WRR64- WRR128-',
        '\t\tCtrl:\tArbSelect=Fixed',
        '\t\tStatus:\tInProgress-',
        '\t\tVC0:\tCaps:\tPATOffset=00 MaxTimeSlots=1 RejSnoopTrans-',
        '\t\t\tArb:\tFixed+ WRR32- WRR64- WRR128- TWRR128- WRR256-',
        '\t\t\tCtrl:\tEnable+ ID=0 ArbSelect=Fixed TC/VC=ff',
        '\t\t\tStatus:\tNegoPending- InProgress-',
        '\t\tVC1:\tCaps:\tPATOffset=00 MaxTimeSlots=1 RejSnoopTrans+',
        '\t\t\tCtrl:\tEnable- ID=1 ArbSelect=Fixed TC/VC=00',
      ].join('\n'),
    )
    const { capabilities } = decoded(hostOf(`${root}\n${channels}`), '0000:01:00.0')
    expect(capabilities.find((one) => one.kind === 'vc')?.fields).toMatchObject({
      port1: { extendedChannels: 1, referenceClockNs: undefined },
      port2: { fixed: false },
      channels: [
        { capability: { fixed: true, rejectSnoop: false }, control: { enabled: true, trafficClasses: 0xff } },
        { capability: { fixed: undefined, rejectSnoop: true }, control: { enabled: false, id: 1 } },
      ],
    })
  })

  it('does not know what was not printed', () => {
    const { capabilities } = decoded(host, '0000:01:00.0')
    const express = capabilities.find((one) => one.kind === 'express')!
    // lspci prints 2.5GT/s for two values of the register.
    expect(express.fields).toMatchObject({ linkControl2: { targetSpeed: undefined, enterCompliance: false } })
    expect(express.fields).toMatchObject({ linkStatus: { speed: undefined } })
    expect(configOf(host, '0000:01:00.0').read(0x30, 4)).toBeUndefined()
    const terse = decoded(hostOf('03:00.0 0200: 8086:1521\n'), '0000:03:00.0')
    expect(terse.header.kind).toBe('unknown')
    expect(terse.header.fields).toMatchObject({
      vendor: 0x8086,
      command: { memory: undefined },
      class: undefined,
    })
    expect(terse.truncatedAt).toBeDefined()
  })

  it('ends the chain only where the text shows its end', () => {
    const endOf = (text: string, address: string) => decoded(hostOf(text), address).truncatedAt
    expect(endOf(`${whole}`, '0000:01:00.0')).toBeUndefined()
    const cutOff = nic.slice(0, nic.indexOf('\tCapabilities: [1c0'))
    expect(endOf(cutOff, '0000:01:00.0')).toBe(0x160)
    expect(endOf(`${cutOff}[...]\n\n${root}`, '0000:01:00.0')).toBe(0x160)
    // Without extended capabilities: none, where those of others could be seen.
    const plain = `${nic.slice(0, nic.indexOf('\tCapabilities: [100'))}\tKernel driver in use: igb\n`
    expect(endOf(`${plain}\n${root}`, '0000:01:00.0')).toBe(0x100)
    expect(endOf(`${plain}\n${port}`, '0000:01:00.0')).toBeUndefined()
  })

  it('says no more than lspci could read', () => {
    const denied = hostOf(
      `${nic.slice(0, nic.indexOf('\tCapabilities'))}\tCapabilities: <access denied>\n\tKernel driver in use: igb\n`,
    )
    const { header, capabilities, truncatedAt } = decoded(denied, '0000:01:00.0')
    expect(header.fields).toMatchObject({ status: { capabilityList: true }, capabilityPointer: undefined })
    expect(capabilities).toEqual([])
    expect(truncatedAt).toBeDefined()
    expect(text(denied, '0000:01:00.0', 'sriov_totalvfs')).toBe('unrecorded')
    const old = hostOf(
      `${nic.slice(0, nic.indexOf('\tCapabilities'))}\tCapabilities: <available only to root>\n\n${root}`,
    )
    expect(decoded(old, '0000:01:00.0')).toMatchObject({ capabilities: [], truncatedAt: 0x34 })
  })

  it('reads as ones where nothing answers', () => {
    const host = hostOf(
      '01:00.0 VGA compatible controller [0300]: X [10de:1b80] (rev ff) (prog-if ff)\n\t!!! Unknown header type 7f\n\tKernel driver in use: vfio-pci\n',
    )
    expect(configOf(host, '0000:01:00.0').bytes.subarray(0, 0x40)).toEqual(new Uint8Array(0x40).fill(0xff))
    expect(text(host, '0000:01:00.0', 'vendor')).toBe('0x10de\n')
    expect(text(host, '0000:01:00.0', 'revision')).toBe('unrecorded')
    expect(text(host, '0000:01:00.0', 'secondary_bus_number')).toBe('unrecorded')
    expect(link(host, '0000:01:00.0', 'driver')).toContain('vfio-pci')
  })

  it.each([
    ['fast devsel', 0x0000, 0x0000],
    ['bus master, medium devsel, latency 64, IRQ 11', 0x0004, 0x0200],
    [
      'bus master, VGA palette snoop, stepping, fast Back2Back, 66MHz, user-definable features, slow devsel, latency 0',
      0x02a4,
      0x0460,
    ],
  ])('takes the bits of the flags of -v: %s', (flags, command, status) => {
    const host = hostOf(`00:02.0 0300: 8086:1237\n\tFlags: ${flags}\n\tKernel driver in use: x\n`)
    const config = configOf(host, '0000:00:02.0')
    expect([config.rawBits(4, 2), config.knownBits(4, 2)]).toEqual([command, 0x02a4])
    expect(config.rawBits(6, 2) & ~0x10).toBe(status)
    expect(text(host, '0000:00:02.0', 'irq')).toBe(flags.includes('IRQ') ? '11\n' : '0\n')
  })

  it('takes no flags from a line that was cut', () => {
    const host = hostOf('00:02.0 0300: 8086:1237\n\tFlags: bus mas\n')
    expect(configOf(host, '0000:00:02.0').knownBits(4, 2)).toBe(0)
  })

  it('is the hex dump where there is one, and the text beyond it', () => {
    const rows = [
      '00: 86 80 21 15 07 04 10 00 01 00 00 02 10 00 80 00',
      '10: 0c 00 00 00 41 00 00 00 00 00 00 00 00 00 00 00',
      '40: 01',
    ]
    const host = hostOf(`${nic}${rows.join('\n')}\n`)
    const config = configOf(host, '0000:01:00.0')
    expect(config.read(0x0e, 1)).toBe(0x80)
    expect(config.read(0x14, 4)).toBe(0x41)
    expect(config.read(0x3d, 1)).toBe(2)
    expect(config.bytes.length).toBe(4096)
    const { header } = decoded(host, '0000:01:00.0')
    expect(header.fields).toMatchObject({ headerType: { layout: 0, multifunction: true } })
  })

  it('has known bits only of what the dump holds', () => {
    const host = hostOf('01:00.0 0200: 8086:1521\n00: 86 80 21 15\n20: 01 02\n')
    const config = configOf(host, '0000:01:00.0')
    expect([config.read(0x00, 4), config.read(0x10, 1), config.read(0x20, 2), config.read(0x22, 1)]).toEqual([
      0x15218086,
      undefined,
      0x0201,
      undefined,
    ])
  })
})
