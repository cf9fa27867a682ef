import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { madeFunction, madeHost, quietHost } from '../../test/support/made-host.js'
import { tracingHost } from '../host/index.js'
import { PciIds } from './pci-ids.js'
import { readMachine } from './read-machine.js'

const text = `#
#	Version: 2023.04.11
#
0010  Allied Telesis, Inc (Wrong ID)
# This is a relabelled RTL-8139
	8139  AT-2500TX V3 Ethernet
8086  Intel Corporation
	0007  82379AB
	1521  I350 Gigabit Network Connection
		1028 0602  Gigabit 2P I350-t LOM
		8086 0001  Ethernet Server Adapter I350-T4
# a comment between devices
	1522  I350 Gigabit Fiber Network Connection
		8086 0002  Another one

ffff  Illegal Vendor ID

# List of known device classes
C 00  Unclassified device
	00  Non-VGA unclassified device
C 03  Display controller
	00  VGA compatible controller
		00  VGA controller
	02  3D controller
`

describe('pci.ids', () => {
  const ids = new PciIds(text)

  it('names vendors, the first and the last one too', () => {
    expect([0x0010, 0x8086, 0xffff].map((id) => ids.vendor(id))).toEqual([
      'Allied Telesis, Inc (Wrong ID)',
      'Intel Corporation',
      'Illegal Vendor ID',
    ])
  })

  it('names devices of the right vendor only, past comments', () => {
    expect(ids.device(0x8086, 0x1522)).toBe('I350 Gigabit Fiber Network Connection')
    expect(ids.device(0x0010, 0x8139)).toBe('AT-2500TX V3 Ethernet')
    expect(ids.device(0x8086, 0x8139)).toBeUndefined()
    expect(ids.device(0x1234, 0x0007)).toBeUndefined()
  })

  it('names subsystems of the right device only', () => {
    expect(ids.subsystem(0x8086, 0x1521, 0x8086, 0x0001)).toBe('Ethernet Server Adapter I350-T4')
    expect(ids.subsystem(0x8086, 0x1522, 0x8086, 0x0002)).toBe('Another one')
    expect(ids.subsystem(0x8086, 0x1521, 0x8086, 0x0002)).toBeUndefined()
    expect(ids.subsystem(0x8086, 0x0007, 0x8086, 0x0001)).toBeUndefined()
  })

  it('names classes by their subclass, else by their base class', () => {
    expect(ids.class(0x030000)).toBe('VGA compatible controller')
    expect(ids.class(0x030200)).toBe('3D controller')
    expect(ids.class(0x03ff00)).toBe('Display controller')
    expect(ids.class(0x770000)).toBeUndefined()
  })

  it('knows nothing where there is no file', () => {
    const none = new PciIds('')
    expect([none.vendor(0x8086), none.device(0x8086, 7), none.class(0x030000)]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it("agrees on every vendor and device with a plain reading of this computer's file, line by line", ({
    skip,
  }) => {
    const path = '/usr/share/misc/pci.ids'
    if (!existsSync(path)) skip(`${path} is not there`)
    const real = readFileSync(path, 'utf8')
    const own = new PciIds(real)
    let vendor = 0
    for (const line of real.split('\n')) {
      if (line.startsWith('C ')) break
      const [, tabs, id, name] = /^(\t?)([0-9a-f]{4}) {2}(.*)$/.exec(line) ?? []
      if (id === undefined) continue
      if (tabs === '') vendor = Number.parseInt(id, 16)
      const found = tabs === '' ? own.vendor(vendor) : own.device(vendor, Number.parseInt(id, 16))
      if (found !== name!.trim()) expect(found, line).toBe(name!.trim())
    }
    expect(vendor).toBeGreaterThan(0)
  })
})

describe('names of a function', () => {
  const namesOf = (files: Parameters<typeof madeHost>[0], facts: Parameters<typeof madeFunction>[1] = {}) =>
    readMachine(madeHost({ ...quietHost, ...madeFunction('0000:00:02.0', facts), ...files })).functions[0]!
      .names
  const igb = { vendor: 0x8086, device: 0x1521, class: 0x030000 }

  it.each(['/usr/share/misc/pci.ids', '/usr/share/hwdata/pci.ids', '/usr/share/pci.ids'])(
    'come from %s',
    (path) => {
      const files = { subsystem_vendor: '0x1028\n', subsystem_device: '0x0602\n' }
      expect(namesOf({ [path]: text }, { ...igb, files })).toEqual({
        vendor: 'Intel Corporation',
        device: 'I350 Gigabit Network Connection',
        class: 'VGA compatible controller',
        subsystem: 'Gigabit 2P I350-t LOM',
      })
    },
  )

  it('are what the pasted text prints, where pci.ids has none', () => {
    const printed = {
      '/handover/lspci/0000:00:02.0/name': 'Intel Corporation Something New\n',
      '/handover/lspci/0000:00:02.0/class-name': 'New kind of controller\n',
    }
    const path = '/usr/share/misc/pci.ids'
    expect(namesOf({ ...printed, [path]: text }, igb)).not.toHaveProperty('printed')
    expect(
      namesOf({ ...printed, [path]: text }, { vendor: 0x8086, device: 0xffff, class: 0x770000 }),
    ).toEqual({
      vendor: 'Intel Corporation',
      class: 'New kind of controller',
      printed: 'Intel Corporation Something New',
    })
  })

  it('are looked for in pasted text only where there is any', () => {
    const host = tracingHost(
      madeHost({ ...quietHost, ...madeFunction('0000:00:02.0'), ...madeFunction('0000:00:03.0') }),
    )
    for (const f of readMachine(host).functions) expect(f.names).toEqual({})
    expect([...host.trace.keys()].filter((path) => path.startsWith('/handover'))).toEqual(['/handover'])
  })
})
