/** What a pasted text becomes, read as its host's files. */

import type { Host } from '../../src/host/index.js'
import { lspciHost } from '../../src/host/lspci-text.js'
import { ConfigSpace, decodeFunction } from '../../src/pci/index.js'

export const pciIds = `
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

export const hostOf = (text: string) => lspciHost(text, 'pasted.txt', () => pciIds)
export const at = (address: string, name = '') =>
  `/sys/bus/pci/devices/${address}${name === '' ? '' : `/${name}`}`
export const text = (host: Host, address: string, name: string) => {
  const read = host.readText(at(address, name))
  return read.kind === 'value' ? read.value : read.kind
}
export const link = (host: Host, address: string, name = '') => {
  const read = host.readLink(at(address, name))
  return read.kind === 'value' ? read.value : read.kind
}
export const printed = (host: Host, address: string, name: string) => {
  const read = host.readText(`/handover/lspci/${address}/${name}`)
  return read.kind === 'value' ? read.value : read.kind
}
export const configOf = (host: Host, address: string) => {
  const read = host.readBytes(at(address, 'config'))
  if (read.kind !== 'value') throw new Error(`${address} has no config: ${read.kind}`)
  return new ConfigSpace(read.value.bytes, read.value.known)
}
export const decoded = (host: Host, address: string) => decodeFunction(configOf(host, address))

export const root = `00:00.0 Host bridge [0600]: X [8086:1237] (rev 02)
	Subsystem: Y [1af4:1100]
	Control: I/O+ Mem+ BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR+ FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=medium >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	IOMMU group: 0
`
export const port = `00:01.0 PCI bridge [0604]: X [8086:1901] (prog-if 00 [Normal decode])
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
export const nic = `01:00.0 Ethernet controller [0200]: X [8086:1521] (rev 01)
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
export const virtual = `02:10.0 Ethernet controller [0200]: X [8086:1520] (rev 01)
	Control: I/O- Mem- BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	IOMMU group: 7
`
export const switchPort = `01:01.0 PCI bridge [0604]: X [8086:1902]
	Control: I/O- Mem- BusMaster- SpecCycle- MemWINV- VGASnoop- ParErr- Stepping- SERR- FastB2B- DisINTx-
	Status: Cap- 66MHz- UDF- FastB2B- ParErr- DEVSEL=fast >TAbort- <TAbort- <MAbort- >SERR- <PERR- INTx-
	Bus: primary=01, secondary=02, subordinate=02, sec-latency=0
	I/O behind bridge: 0000f000-00000fff [disabled]
	Memory behind bridge: fff00000-000fffff [disabled]
	Prefetchable memory behind bridge: None
`
export const whole = [root, port, nic, switchPort, virtual].join('\n')
