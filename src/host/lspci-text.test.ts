import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ConfigSpace, decodeFunction } from '../pci/index.js'
import type { Host } from './host.js'
import { LspciTextError, lspciHost } from './lspci-text.js'

const pciIds = `
1af4  Red Hat, Inc.
	1041  Virtio 1.0 network device
	1042  Virtio 1.0 block device
1b36  Red Hat, Inc.
	000c  QEMU PCIe Root port
2fff  Twin Corp.
	0001  Same Card
	0002  Same Card
	0003  Own Card
C 01  Mass storage controller
	00  SCSI storage controller
	08  Non-Volatile memory controller
C 02  Network controller
	00  Ethernet controller
	80  Network controller
C 06  Bridge
	00  Host bridge
	04  PCI bridge
`

const hostOf = (text: string) => lspciHost(text, 'pasted.txt', () => pciIds)
const at = (address: string, name = '') => `/sys/bus/pci/devices/${address}${name === '' ? '' : `/${name}`}`
const text = (host: Host, address: string, name: string) => {
  const read = host.readText(at(address, name))
  return read.kind === 'value' ? read.value : read.kind
}
const link = (host: Host, address: string, name = '') => {
  const read = host.readLink(at(address, name))
  return read.kind === 'value' ? read.value : read.kind
}
const printed = (host: Host, address: string, name: string) => {
  const read = host.readText(`/handover/lspci/${address}/${name}`)
  return read.kind === 'value' ? read.value : read.kind
}
const configOf = (host: Host, address: string) => {
  const read = host.readBytes(at(address, 'config'))
  if (read.kind !== 'value') throw new Error(`${address} has no config: ${read.kind}`)
  return new ConfigSpace(read.value.bytes, read.value.known)
}
const decoded = (host: Host, address: string) => decodeFunction(configOf(host, address))

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

const root = `00:00.0 Host bridge [0600]: X [8086:1237] (rev 02)
	Subsystem: Y [1af4:1100]
	Control: I/O+ Mem+ BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR+ FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=medium >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	IOMMU group: 0
`
const port = `00:01.0 PCI bridge [0604]: X [8086:1901] (prog-if 00 [Normal decode])
	Control: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
	Status: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	Latency: 0, Cache Line Size: 64 bytes
	Interrupt: pin A routed to IRQ 120
	IOMMU group: 1
	Region 0: Memory at fe000000 (32-bit, non-prefetchable) [size=4K]
	Bus: primary=00, secondary=01, subordinate=02, sec-latency=0
	I/O behind bridge: e000-efff [size=4K] [16-bit]
	Memory behind bridge: f0000000-f1ffffff [size=32M] [32-bit]
	Prefetchable memory behind bridge: 0000004000000000-00000040ffffffff [size=4G] [64-bit]
	Secondary status: 66MHz- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- <SERR- <PERR-
	BridgeCtl: Parity- SERR+ NoISA- VGA+ VGA16+ MAbort- >Reset- FastB2B-
		PriDiscTmr- SecDiscTmr- DiscTmrStat- DiscTmrSERREn-
	Capabilities: [40] Express (v2) Root Port (Slot+), IntMsgNum 3
		DevCap:	MaxPayload 256 bytes, PhantFunc 0
			ExtTag- RBE+
		SltCtl:	Enable: AttnBtn- PwrFlt- MRL- PresDet+ CmdCplt- HPIrq- LinkChg-
			Control: AttnInd Off, PwrInd On, Power- Interlock-
	Capabilities: [100 v1] Access Control Services
		ACSCap:	SrcValid+ TransBlk+ ReqRedir+ CmpltRedir+ UpstreamFwd- EgressCtrl- DirectTrans-
		ACSCtl:	SrcValid+ TransBlk- ReqRedir+ CmpltRedir+ UpstreamFwd- EgressCtrl- DirectTrans-
	Kernel driver in use: pcieport
`
const nic = `01:00.0 Ethernet controller [0200]: X [8086:1521] (rev 01)
	Subsystem: Y [8086:0001]
	Control: I/O+ Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx+
	Status: Cap+ 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	Latency: 0, Cache Line Size: 64 bytes
	Interrupt: pin B routed to IRQ 16
	NUMA node: 1
	IOMMU group: 1
	Region 0: Memory at 4000000000 (64-bit, prefetchable) [size=16M]
	Region 2: I/O ports at e000 [size=32]
	Region 3: Memory at f0000000 (32-bit, non-prefetchable) [size=16K]
	Expansion ROM at f1000000 [disabled] [size=512K]
	Capabilities: [40] Power Management version 3
		Flags: PMEClk- DSI+ D1- D2- AuxCurrent=0mA PME(D0+,D1-,D2-,D3hot+,D3cold+)
		Status: D0 NoSoftRst+ PME-Enable- DSel=0 DScale=1 PME-
	Capabilities: [70] MSI-X: Enable+ Count=10 Masked-
		Vector table: BAR=3 offset=00000000
		PBA: BAR=3 offset=00002000
	Capabilities: [a0] Express (v2) Endpoint, MSI 00
		DevCap:	MaxPayload 512 bytes, PhantFunc 0, Latency L0s <512ns, L1 <64us
			ExtTag- AttnBtn- AttnInd- PwrInd- RBE+ FLReset+ SlotPowerLimit 0.000W
		LnkCtl2: Target Link Speed: 2.5GT/s, EnterCompliance- SpeedDis-
	Capabilities: [100 v1] Device Serial Number a0-36-9f-ff-ff-12-34-56
	Capabilities: [160 v1] Single Root I/O Virtualization (SR-IOV)
		IOVCap:	Migration-, Interrupt Message Number: 000
		IOVCtl:	Enable+ Migration- Interrupt- MSE+ ARIHierarchy+
		IOVSta:	Migration-
		Initial VFs: 8, Total VFs: 8, Number of VFs: 2, Function Dependency Link: 00
		VF offset: 384, stride: 4, Device ID: 1520
		Supported Page Size: 00000553, System Page Size: 00000001
		Region 0: Memory at 0000004001000000 (64-bit, prefetchable)
		VF Migration: offset: 00000000, BIR: 0
	Capabilities: [1c0 v1] Physical Resizable BAR
		BAR 0: current size: 16MB, supported: 16MB 64MB 8GB
	Kernel driver in use: igb
	Kernel modules: igb
`
const virtual = `02:10.0 Ethernet controller [0200]: X [8086:1520] (rev 01)
	Control: I/O- Mem- BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	IOMMU group: 7
`
const switchPort = `01:01.0 PCI bridge [0604]: X [8086:1902]
	Control: I/O- Mem- BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	Bus: primary=01, secondary=02, subordinate=02, sec-latency=0
	I/O behind bridge: 0000f000-00000fff [disabled]
	Memory behind bridge: fff00000-000fffff [disabled]
	Prefetchable memory behind bridge: None
`
const whole = [root, port, nic, switchPort, virtual].join('\n')

describe('the files of sysfs', () => {
  const host = hostOf(whole)

  it('hold what the text tells', () => {
    expect(text(host, '0000:01:00.0', 'irq')).toBe('16\n')
    expect(text(host, '0000:01:00.0', 'numa_node')).toBe('1\n')
    expect(text(host, '0000:01:00.0', 'subsystem_vendor')).toBe('0x8086\n')
    expect(text(host, '0000:01:00.0', 'subsystem_device')).toBe('0x0001\n')
    expect(text(host, '0000:01:00.0', 'sriov_totalvfs')).toBe('8\n')
    expect(text(host, '0000:01:00.0', 'sriov_numvfs')).toBe('2\n')
    expect(text(host, '0000:00:01.0', 'secondary_bus_number')).toBe('1\n')
    expect(text(host, '0000:00:01.0', 'subordinate_bus_number')).toBe('2\n')
    expect(link(host, '0000:01:00.0', 'driver')).toBe('../../../../bus/pci/drivers/igb')
    expect(link(host, '0000:01:00.0', 'iommu_group')).toBe('../../../../kernel/iommu_groups/1')
  })

  it('are absent where the text shows that there is none', () => {
    expect(text(host, '0000:00:00.0', 'irq')).toBe('0\n')
    expect(text(host, '0000:00:00.0', 'numa_node')).toBe('-1\n')
    expect(link(host, '0000:00:00.0', 'driver')).toBe('absent')
    expect(link(host, '0000:01:01.0', 'iommu_group')).toBe('absent')
    expect(text(host, '0000:00:00.0', 'secondary_bus_number')).toBe('absent')
    expect(text(host, '0000:00:00.0', 'sriov_totalvfs')).toBe('absent')
    expect(text(host, '0000:00:01.0', 'subsystem_vendor')).toBe('0x0000\n')
  })

  it('are unrecorded where it does not tell', () => {
    expect(text(host, '0000:01:00.0', 'reset_method')).toBe('unrecorded')
    expect(text(host, '0000:01:00.0', 'boot_vga')).toBe('unrecorded')
    expect(host.readText('/proc/cmdline')).toEqual({ kind: 'unrecorded' })
    expect(host.list(at('0000:01:00.0'))).toEqual({ kind: 'unrecorded' })
    expect(text(host, '0000:09:00.0', 'vendor')).toBe('unrecorded')
    // A list without details tells of no driver, no group, no place below a bridge.
    const terse = hostOf(
      '00:00.0 Host bridge [0600]: X [8086:1237]\n01:00.0 Ethernet controller [0200]: X [8086:1521]\n',
    )
    for (const name of ['driver', 'iommu_group', 'physfn'])
      expect(link(terse, '0000:01:00.0', name)).toBe('unrecorded')
    for (const name of [
      'irq',
      'numa_node',
      'resource',
      'secondary_bus_number',
      'sriov_totalvfs',
      'subsystem_vendor',
    ])
      expect(text(terse, '0000:01:00.0', name)).toBe('unrecorded')
    expect(link(terse, '0000:01:00.0')).toBe('unrecorded')
    // Nor do details of which none names a driver or a group: an lspci that prints neither.
    const bare = hostOf(whole.replace(/^\t(Kernel|IOMMU|NUMA).*\n/gm, ''))
    for (const name of ['driver', 'iommu_group']) expect(link(bare, '0000:00:00.0', name)).toBe('unrecorded')
    expect(text(bare, '0000:00:00.0', 'numa_node')).toBe('unrecorded')
    // Nor does the last function of a text that was cut off.
    expect(link(hostOf(`${nic}\n${virtual}`), '0000:02:10.0', 'driver')).toBe('unrecorded')
    expect(link(hostOf(`${virtual}\n${nic}`), '0000:02:10.0', 'driver')).toBe('absent')
  })

  it('give pci.ids of the computer that this runs on', () => {
    expect(host.readText('/usr/share/misc/pci.ids')).toEqual({ kind: 'value', value: pciIds })
  })

  it('have the ranges, sizes and kinds in the kernel’s form', () => {
    const zero = '0x0000000000000000 0x0000000000000000 0x0000000000000000'
    expect(text(host, '0000:01:00.0', 'resource').split('\n')).toEqual([
      '0x0000004000000000 0x0000004000ffffff 0x000000000014220c',
      zero,
      '0x000000000000e000 0x000000000000e01f 0x0000000000040101',
      '0x00000000f0000000 0x00000000f0003fff 0x0000000000040200',
      zero,
      zero,
      '0x00000000f1000000 0x00000000f107ffff 0x0000000000046200',
      '',
    ])
    expect(text(host, '0000:00:01.0', 'resource').split('\n').slice(7)).toEqual([
      '0x000000000000e000 0x000000000000efff 0x0000000000000101',
      '0x00000000f0000000 0x00000000f1ffffff 0x0000000000000200',
      '0x0000004000000000 0x00000040ffffffff 0x0000000000102200',
      zero,
      '',
    ])
    expect(text(host, '0000:01:01.0', 'resource').split('\n').slice(7)).toEqual([zero, zero, zero, zero, ''])
  })

  const withRegions = (...regions: string[]) =>
    text(
      hostOf(
        `${root.replace('00:00.0', '00:02.0').replace('Control: I/O+', 'Flags: x')}${regions.map((one) => `\t${one}\n`).join('')}\n${root}`,
      ),
      '0000:00:02.0',
      'resource',
    )
      .split('\n')
      .map((line) => line.slice(10, 18))
  it('tell the place of a range from -v only where there is no other', () => {
    const wide = 'Memory at e0000000 (64-bit, prefetchable) [size=256M]'
    const ports = 'I/O ports at e000 [size=256]'
    const narrow = 'Memory at f7800000 (32-bit, non-prefetchable) [size=256K]'
    expect(withRegions(wide, wide, ports, narrow).slice(0, 6)).toEqual([
      'e0000000',
      '00000000',
      'e0000000',
      '00000000',
      '0000e000',
      'f7800000',
    ])
    expect(withRegions(wide, ports, narrow)).toEqual([''])
  })
  it('tell nothing of a range without its size, and know the shadow of a video ROM', () => {
    expect(withRegions('Region 0: Memory at e0000000 (32-bit, non-prefetchable)')).toEqual([''])
    expect(withRegions('Region 0: Memory at <unassigned> (32-bit, non-prefetchable) [size=1M]')).toEqual([''])
    const shadow = hostOf(`${root}\tExpansion ROM at 000c0000 [virtual] [disabled] [size=128K]\n\n${port}`)
    expect(text(shadow, '0000:00:00.0', 'resource').split('\n')[6]).toBe(
      '0x00000000000c0000 0x00000000000dffff 0x0000000000000212',
    )
  })
})

describe('the tree of buses', () => {
  it('follows from the bus numbers of the bridges', () => {
    const host = hostOf(whole)
    expect(link(host, '0000:00:00.0')).toBe('../../../devices/pci0000:00/0000:00:00.0')
    expect(link(host, '0000:01:00.0')).toBe('../../../devices/pci0000:00/0000:00:01.0/0000:01:00.0')
    expect(link(host, '0000:02:10.0')).toBe(
      '../../../devices/pci0000:00/0000:00:01.0/0000:01:01.0/0000:02:10.0',
    )
  })

  it('has a second root only where the text tells of all bridges', () => {
    const far = virtual.replace('02:10.0', '80:01.0')
    expect(link(hostOf(`${whole}\n${far}`), '0000:80:01.0')).toBe('../../../devices/pci0000:80/0000:80:01.0')
    expect(link(hostOf(`${nic}\n${far}`), '0000:80:01.0')).toBe('unrecorded')
    expect(
      link(hostOf(`${whole}\n03:00.0 Ethernet controller [0200]: X [8086:1521]\n`), '0000:03:00.0'),
    ).toBe('unrecorded')
  })

  it('has the domain behind a Volume Management Device below that device', () => {
    const vmd = `${root.replace('00:00.0 Host bridge [0600]', '0000:00:0e.0 RAID bus controller [0104]')}\tKernel driver in use: vmd\n`
    const behind = virtual.replace('02:10.0', '10000:e0:06.0')
    expect(link(hostOf(`${root}\n${vmd}\n${behind}`), '10000:e0:06.0')).toBe(
      '../../../devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0',
    )
    expect(link(hostOf(`${root}\n${behind}`), '10000:e0:06.0')).toBe('unrecorded')
  })

  it('does not follow bridges in a circle', () => {
    const loop = switchPort.replace('secondary=02', 'secondary=01')
    expect(link(hostOf(`${root}\n${loop}\n${nic}`), '0000:01:01.0')).toBe(
      '../../../devices/pci0000:01/0000:01:01.0',
    )
    const back = switchPort.replace('01:01.0', '02:01.0').replace('secondary=02', 'secondary=01')
    expect(link(hostOf(`${root}\n${switchPort}\n${back}\n${nic}`), '0000:01:00.0')).toMatch(
      /^\.\.\/|^unrecorded$/,
    )
  })

  it('knows the virtual functions by their routing ids', () => {
    const host = hostOf(
      `${whole}\n${virtual.replace('02:10.0', '02:10.4')}\n${virtual.replace('02:10.0', '02:11.0')}`,
    )
    expect(link(host, '0000:02:10.0', 'physfn')).toBe('../0000:01:00.0')
    expect(link(host, '0000:02:10.4', 'physfn')).toBe('../0000:01:00.0')
    expect(link(host, '0000:01:00.0', 'physfn')).not.toBe('../0000:01:00.0')
    expect(link(hostOf(`${root}\n${nic}\n${root}`), '0000:00:00.0', 'physfn')).toBe('absent')
    expect(
      link(
        hostOf(
          `${nic.replace(/\tCapabilities: \[160[\s\S]*/, '\tCapabilities: <access denied>\n')}\n${root}`,
        ),
        '0000:00:00.0',
        'physfn',
      ),
    ).toBe('unrecorded')
  })
})

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

describe('a text that went through a mailer or a forum', () => {
  it('may have someone’s answer between its functions', () => {
    const quoted = (text: string) => text.replace(/^/gm, '> ')
    const host = hostOf(
      `${quoted(root)}\nThis one: Control: I/O- is fine.\n\tKernel driver in use: nonsense\n\n${quoted(nic)}\nBye.\n`,
    )
    expect(host.list('/sys/bus/pci/devices')).toEqual({
      kind: 'value',
      value: ['0000:00:00.0', '0000:01:00.0'],
    })
    expect(link(host, '0000:00:00.0', 'driver')).not.toContain('nonsense')
    expect(decoded(host, '0000:00:00.0').header.fields).toMatchObject({ command: { io: true } })
  })

  it('may tell of one function several times', () => {
    const host = hostOf(
      `01:00.0 Ethernet controller [0200]: Card [8086:1521]\n\nand in full:\n\n${nic.replace('[8086:1521]', '').replace('[0200]', '')}`,
    )
    expect(host.list('/sys/bus/pci/devices')).toEqual({ kind: 'value', value: ['0000:01:00.0'] })
    expect(text(host, '0000:01:00.0', 'device')).toBe('0x1521\n')
    expect(decoded(host, '0000:01:00.0').capabilities.length).toBe(6)
  })

  it.each([
    ['in the title', 'Ethernet controller [0200]: X [8086:1521] (rev', '01)'],
    ['before the ids', 'Ethernet controller [0200]: X', '[8086:1521] (rev 01)'],
    ['after the class', 'Ethernet controller [0200]:', 'X [8086:1521] (rev 01)'],
  ])('may be broken %s', (_, first, second) => {
    const host = hostOf(`01:00.0 ${first}\n${second}\n\tKernel driver in use:\n igb\n`)
    expect(text(host, '0000:01:00.0', 'device')).toBe('0x1521\n')
    expect(text(host, '0000:01:00.0', 'revision')).toBe('0x01\n')
    expect(link(host, '0000:01:00.0', 'driver')).toContain('/igb')
  })

  it('may have its words broken anywhere between them', () => {
    const snapshot = (text: string) => {
      const host = hostOf(text)
      return ['0000:00:01.0', '0000:01:00.0'].flatMap((one) => [
        ...['resource', 'irq', 'sriov_totalvfs'].map((name) => host.readText(at(one, name))),
        host.readBytes(at(one, 'config')),
        host.readLink(at(one, 'driver')),
      ])
    }
    for (const columns of [50, 60, 66, 72, 78]) {
      const broken = whole
        .split('\n')
        .flatMap((line) => line.match(new RegExp(`(?:\\s*.{1,${columns}})(?=\\s|$)|\\S+`, 'g')) ?? [''])
        .join('\n')
      expect(snapshot(broken), `${columns} columns`).toEqual(snapshot(whole))
    }
  })
})

describe('any text', () => {
  it('gives a host or the typed error, in bounded time, and every config decodes', () => {
    const lines = whole.split('\n')
    const piece = fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...lines) },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          '',
          '> ',
          '[...]',
          '00: ff ff',
          '<chain looped>',
          '\tCapabilities:',
          '\tCapabilities: [00] <chain looped>',
          '\tCapabilities: [fff v1] Virtual Channel',
          '\tCapabilities: [ff] #ff [0000]',
          '\tRegion 9: Memory at',
          '\tBus: primary=00, secondary=00',
          '\t\tVC99: Caps:',
          'fff: 00 00 00',
        ),
      },
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('\n')
        let host: Host
        try {
          host = hostOf(text)
        } catch (error) {
          expect(error).toBeInstanceOf(LspciTextError)
          return
        }
        const list = host.list('/sys/bus/pci/devices')
        for (const address of list.kind === 'value' ? list.value : []) {
          const config = host.readBytes(at(address, 'config'))
          if (config.kind === 'value')
            decodeFunction(new ConfigSpace(config.value.bytes, config.value.known)).capabilities.map(
              ({ fields }) => fields,
            )
        }
      }),
      { numRuns: 300 },
    )
  })

  it('may be long and have no end of a line that goes on', () => {
    const start = performance.now()
    hostOf(`${nic}${'and so on and so on\n'.repeat(200_000)}`)
    hostOf(`${nic}${'\t\t\tx'.repeat(300_000)}`)
    expect(performance.now() - start).toBeLessThan(5000)
  })
})

describe('a text without a function', () => {
  it.each([
    ['', '""'],
    ['\n\nHello there\n', '"Hello there"'],
    ['\u001b]0;title\u0007 boo', '"\\u001b]0;title\\u0007 boo"'],
    ['-[0000:00]-+-00.0  Intel\n', '"-[0000:00]-+-00.0  Intel"'],
    ['pci 0000:00:1f.0: [8086:1237] type 00\n', '"pci 0000:00:1f.0: [8086:1237] type 00"'],
  ])('%j is refused, quoting its first line', (text, quoted) => {
    let thrown: unknown
    try {
      hostOf(text)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(LspciTextError)
    expect((thrown as Error).message).toMatch(/^pasted\.txt: no PCI function in it: expected lines such as /)
    expect((thrown as Error).message.endsWith(`it begins with ${quoted}`)).toBe(true)
  })
})
