import { describe, expect, it } from 'vitest'
import { tracingHost, writeRecording } from './index.js'
import { reducePciIds } from './pci-ids.js'
import { tableHost } from './table-host.js'

const text = `#
#	Version: 2023.04.10
#	Date:    2023-04-10 20:08:02
#	Maintained by many

8086  Intel Corporation
# a remark
	1521  I350 Gigabit Network Connection
		8086 0001  Ethernet Server Adapter I350-T4
		103c 339e  Ethernet 1Gb 4-port 366i
	1522  I350 Gigabit Fiber
103c  Hewlett-Packard Company
	1521  Not this one
10de  NVIDIA Corporation

# Classes
C 02  Network controller
	00  Ethernet controller
	01  Token ring
C 0c  Serial bus controller
	03  USB controller
		30  XHCI
		20  EHCI
`

const wanted = `#	Version: 2023.04.10
#	Date:    2023-04-10 20:08:02
8086  Intel Corporation
	1521  I350 Gigabit Network Connection
		103c 339e  Ethernet 1Gb 4-port 366i
103c  Hewlett-Packard Company
C 02  Network controller
	00  Ethernet controller
`

describe('pci.ids', () => {
  it('is reduced to the lines about some ids', () => {
    const ids = ['8086', '8086 1521', '103c', '8086 1521 103c 339e', 'C 02', 'C 02 00', 'C 02 00 00']
    expect(reducePciIds(text, new Set(ids))).toBe(wanted)
    expect(reducePciIds(text, new Set(['C 0c', 'C 0c 03', 'C 0c 03 30']))).toContain('\t\t30  XHCI\n')
    expect(reducePciIds(text, new Set())).toBe(wanted.split('\n').slice(0, 2).join('\n').concat('\n'))
  })

  it('is recorded only as far as the functions that were read are named in it', () => {
    const files: Record<string, string> = {
      '/usr/share/misc/pci.ids': text,
      '/sys/bus/pci/devices/0000:03:00.0/vendor': '0x8086\n',
      '/sys/bus/pci/devices/0000:03:00.0/device': '0x1521\n',
      '/sys/bus/pci/devices/0000:03:00.0/class': '0x020000\n',
      '/sys/bus/pci/devices/0000:03:00.0/subsystem_vendor': '0x103c\n',
      '/sys/bus/pci/devices/0000:03:00.0/subsystem_device': '0x339e\n',
    }
    const traced = tracingHost(tableHost({ text: files }))
    for (const path in files) traced.readText(path)
    const recording = JSON.parse(
      writeRecording(traced.trace, { program: 'x', recorded: '', pseudonyms: false }),
    )
    expect(recording.files['/usr/share/misc/pci.ids'].text.join('\n').concat('\n')).toBe(wanted)
  })
})
