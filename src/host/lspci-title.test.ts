import { describe, expect, it } from 'vitest'
import { hostOf, link, printed, text } from '../../test/support/pasted-lspci.js'

describe('the title of a function', () => {
  it.each([
    [
      '-nn',
      'Ethernet controller [0200]: Intel Corporation I350 [8086:1521] (rev 01)',
      '0x020000',
      '8086 1521',
      '0x01',
    ],
    ['-n', '0200: 8086:1521 (rev 01)', '0x020000', '8086 1521', '0x01'],
    ['-n of an old lspci', 'Class 0200: 8086:1521', '0x020000', '8086 1521', '0x00'],
    ['-nn without a name', 'Ethernet controller [0200]: Device [8086:1521]', '0x020000', '8086 1521', '0x00'],
    ['-nn of an unknown class', 'Class [0293]: Device [8086:1521]', '0x029300', '8086 1521', '0x00'],
    ['without a name', 'Ethernet controller: Device 8086:1521', '0x020000', '8086 1521', '0x00'],
    [
      'names',
      'Ethernet controller: Red Hat, Inc. Virtio 1.0 network device',
      '0x020000',
      '1af4 1041',
      '0x00',
    ],
    ['a vendor’s name', 'Ethernet controller: Twin Corp. Device 1521', '0x020000', '2fff 1521', '0x00'],
    [
      'a name of two devices',
      'Ethernet controller: Twin Corp. Same Card',
      '0x020000',
      '2fff unrecorded',
      '0x00',
    ],
    [
      'a vendor’s name of two vendors',
      'Ethernet controller: Red Hat, Inc. Device 1521',
      '0x020000',
      'unrecorded unrecorded',
      '0x00',
    ],
    [
      'a name that nothing has',
      'Ethernet controller: Nobody Card (rev 05)',
      '0x020000',
      'unrecorded unrecorded',
      '0x05',
    ],
    ['a class that nothing has', 'Time machine: Twin Corp. Own Card', 'unrecorded', '2fff 0003', '0x00'],
    [
      'a name cut off',
      'Ethernet controller: Twin Corp. Own C... (rev 01)',
      '0x020000',
      'unrecorded unrecorded',
      '0x01',
    ],
    [
      'brackets in a name',
      'Ethernet controller [0200]: A [B] C [D/E] [8086:1521]',
      '0x020000',
      '8086 1521',
      '0x00',
    ],
    [
      'a programming interface',
      'Ethernet controller [0200]: X [8086:1521] (rev 01) (prog-if 02 [Y Z])',
      '0x020002',
      '8086 1521',
      '0x01',
    ],
    [
      'no answer',
      'Ethernet controller [0200]: X [8086:1521] (rev ff)',
      '0x020000',
      '8086 1521',
      'unrecorded',
    ],
  ])('%s', (_, title, code, ids, revision) => {
    const host = hostOf(`03:00.0 ${title}\n`)
    const line = (value: string) => value.replace(/\n$/, '').replace(/^0x/, '')
    expect(host.list('/sys/bus/pci/devices')).toEqual({ kind: 'value', value: ['0000:03:00.0'] })
    expect(text(host, '0000:03:00.0', 'class').trim()).toBe(code)
    expect(['vendor', 'device'].map((name) => line(text(host, '0000:03:00.0', name))).join(' ')).toBe(ids)
    expect(text(host, '0000:03:00.0', 'revision').trim()).toBe(revision)
  })

  it('gives the names as they are printed', () => {
    const host = hostOf(
      '03:00.0 Ethernet controller [0200]: Intel Corporation I350 [8086:1521]\n\tSubsystem: Dell Device [1028:0001]\n',
    )
    expect(printed(host, '0000:03:00.0', 'name')).toBe('Intel Corporation I350\n')
    expect(printed(host, '0000:03:00.0', 'class-name')).toBe('Ethernet controller\n')
    expect(printed(host, '0000:03:00.0', 'subsystem-name')).toBe('Dell Device\n')
    expect(printed(hostOf('03:00.0 0200: 8086:1521\n'), '0000:03:00.0', 'name')).toBe('unrecorded')
  })

  it('is found with and without a domain, below a group’s number, and not in prose', () => {
    const host = hostOf(`I bought 05:00.0 Card: is it any good? And 06:00.0 is my card: yes.
IOMMU Group 3:
	0000:00:01.0 PCI bridge [0604]: X [8086:1901]
	01:00.0 Ethernet controller [0200]: X [8086:1521]
	Kernel driver in use: igb
IOMMU Group 14 10000:e0:1d.0 PCI bridge [0604]: X [8086:09ab]
`)
    expect(host.list('/sys/bus/pci/devices')).toEqual({
      kind: 'value',
      value: ['0000:00:01.0', '0000:01:00.0', '10000:e0:1d.0'],
    })
    expect(
      ['0000:00:01.0', '0000:01:00.0', '10000:e0:1d.0'].map((one) =>
        link(host, one, 'iommu_group').split('/').at(-1),
      ),
    ).toEqual(['3', '3', '14'])
  })
})
