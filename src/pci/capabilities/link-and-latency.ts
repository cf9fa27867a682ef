import { flag, layout, names, number, register, value } from '../layout.js'

const latencyScaleNs = [1, 32, 1024, 32768, 1048576, 33554432] as const
const powerOnScaleMicroseconds = [2, 10, 100] as const

/** Latency Tolerance Reporting: how long the platform may take at most. */
export const ltrLayout = layout({
  maxSnoop: register(0x04, 2, 'PCI_LTR_MAX_SNOOP_LAT', '', {
    value: number([0, 9], 'PCI_LTR_VALUE_MASK'),
    scaleNs: names([10, 12], 'PCI_LTR_SCALE_MASK', latencyScaleNs),
  }),
  maxNoSnoop: register(0x06, 2, 'PCI_LTR_MAX_NOSNOOP_LAT', '', {
    value: number([0, 9], 'PCI_LTR_VALUE_MASK'),
    scaleNs: names([10, 12], 'PCI_LTR_SCALE_MASK', latencyScaleNs),
  }),
})

/** L1 PM Substates: how deep an idle link sleeps. */
export const l1SubstatesLayout = layout({
  capabilities: register(0x04, 4, 'PCI_L1SS_CAP', 'L1SubCap', {
    pciPmL1_2: flag(0, 'PCI_L1SS_CAP_PCIPM_L1_2', 'PCI-PM_L1.2'),
    pciPmL1_1: flag(1, 'PCI_L1SS_CAP_PCIPM_L1_1', 'PCI-PM_L1.1'),
    aspmL1_2: flag(2, 'PCI_L1SS_CAP_ASPM_L1_2', 'ASPM_L1.2'),
    aspmL1_1: flag(3, 'PCI_L1SS_CAP_ASPM_L1_1', 'ASPM_L1.1'),
    substates: flag(4, 'PCI_L1SS_CAP_L1_PM_SS', 'L1_PM_Substates'),
    commonModeRestoreMicroseconds: number([8, 15], 'PCI_L1SS_CAP_CM_RESTORE_TIME', {
      lspci: 'PortCommonModeRestoreTime={d}us',
    }),
    powerOnScaleMicroseconds: names([16, 17], 'PCI_L1SS_CAP_P_PWR_ON_SCALE', powerOnScaleMicroseconds),
    powerOnValue: number([19, 23], 'PCI_L1SS_CAP_P_PWR_ON_VALUE'),
  }),
  control1: register(0x08, 4, 'PCI_L1SS_CTL1', 'L1SubCtl1', {
    pciPmL1_2: flag(0, 'PCI_L1SS_CTL1_PCIPM_L1_2', 'PCI-PM_L1.2'),
    pciPmL1_1: flag(1, 'PCI_L1SS_CTL1_PCIPM_L1_1', 'PCI-PM_L1.1'),
    aspmL1_2: flag(2, 'PCI_L1SS_CTL1_ASPM_L1_2', 'ASPM_L1.2'),
    aspmL1_1: flag(3, 'PCI_L1SS_CTL1_ASPM_L1_1', 'ASPM_L1.1'),
    commonModeRestoreMicroseconds: number([8, 15], 'PCI_L1SS_CTL1_CM_RESTORE_TIME', {
      lspci: 'T_CommonMode={d}us',
    }),
    ltrThresholdValue: number([16, 25], 'PCI_L1SS_CTL1_LTR_L12_TH_VALUE'),
    ltrThresholdScaleNs: names([29, 31], 'PCI_L1SS_CTL1_LTR_L12_TH_SCALE', latencyScaleNs),
  }),
  control2: register(0x0c, 4, 'PCI_L1SS_CTL2', 'L1SubCtl2', {
    powerOnScaleMicroseconds: names([0, 1], 'PCI_L1SS_CTL2_T_PWR_ON_SCALE', powerOnScaleMicroseconds),
    powerOnValue: number([3, 7], 'PCI_L1SS_CTL2_T_PWR_ON_VALUE'),
  }),
})

/** Precision Time Measurement. */
export const ptmLayout = layout({
  capability: register(0x04, 4, 'PCI_PTM_CAP', 'PTMCap', {
    requester: flag(0, 'PCI_PTM_CAP_REQ', ['Requester', 'Requester:']),
    responder: flag(1, 'PCI_PTM_CAP_RES', ['Responder', 'Responder:']),
    root: flag(2, 'PCI_PTM_CAP_ROOT', ['Root', 'Root:']),
    /** 0: not implemented; 255: more than 254 ns. */
    localGranularityNs: number([8, 15], 'PCI_PTM_GRANULARITY_MASK'),
  }),
  control: register(0x08, 4, 'PCI_PTM_CTRL', 'PTMControl', {
    enabled: flag(0, 'PCI_PTM_CTRL_ENABLE', ['Enabled', 'Enabled:']),
    rootSelected: flag(1, 'PCI_PTM_CTRL_ROOT', ['RootSelected', 'RootSelected:']),
    /** 0: unknown; 255: more than 254 ns. */
    effectiveGranularityNs: number([8, 15], 'PCIe: PTM Control Register, Effective Granularity'),
  }),
})

const arbitration = ['Fixed', 'WRR32', 'WRR64', 'WRR128'] as const

/** Virtual Channel: the port. Its channels follow, {@link virtualChannelResourceLayout} each. */
export const virtualChannelLayout = layout({
  port1: register(0x04, 4, 'PCI_VC_PORT_CAP1', 'Caps', {
    extendedChannels: number([0, 2], 'PCI_VC_CAP1_EVCC'),
    lowPriorityChannels: number([4, 6], 'PCI_VC_CAP1_LPEVCC', { lspci: 'LPEVC={d}' }),
    referenceClockNs: names([8, 9], 'PCIe: Port VC Capability Register 1, Reference Clock', [100]),
    arbitrationEntryBits: number([10, 11], 'PCI_VC_CAP1_ARB_SIZE', {
      power: true,
      lspci: 'PATEntryBits={d}',
    }),
  }),
  port2: register(0x08, 4, 'PCI_VC_PORT_CAP2', 'Arb', {
    fixed: flag(0, 'PCIe: Port VC Capability Register 2, VC Arbitration Capability', 'Fixed'),
    weighted32: flag(1, 'PCI_VC_CAP2_32_PHASE', 'WRR32'),
    weighted64: flag(2, 'PCI_VC_CAP2_64_PHASE', 'WRR64'),
    weighted128: flag(3, 'PCI_VC_CAP2_128_PHASE', 'WRR128'),
    /** From the start of the capability; 0: no table. */
    arbitrationTableOffset: number([24, 31], 'PCI_VC_CAP2_ARB_OFF', { times: 16 }),
  }),
  control: register(0x0c, 2, 'PCI_VC_PORT_CTRL', 'Ctrl', {
    loadTable: flag(0, 'PCI_VC_PORT_CTRL_LOAD_TABLE'),
    arbitration: names(
      [1, 3],
      'PCIe: Port VC Control Register, VC Arbitration Select',
      arbitration,
      'ArbSelect={name}',
    ),
  }),
  status: register(0x0e, 2, 'PCI_VC_PORT_STATUS', 'Status', {
    tableLoading: flag(0, 'PCI_VC_PORT_STATUS_TABLE', 'InProgress'),
  }),
})

/** One virtual channel. lspci prints it in a line of its number: `VC0:`. */
export const virtualChannelResourceLayout = layout({
  capability: register(0x00, 4, 'PCI_VC_RES_CAP', 'VC', {
    fixed: flag(0, 'PCIe: VC Resource Capability Register, Port Arbitration Capability', 'Fixed'),
    weighted32: flag(1, 'PCI_VC_RES_CAP_32_PHASE', 'WRR32'),
    weighted64: flag(2, 'PCI_VC_RES_CAP_64_PHASE', 'WRR64'),
    weighted128: flag(3, 'PCI_VC_RES_CAP_128_PHASE', 'WRR128'),
    timeBased128: flag(4, 'PCI_VC_RES_CAP_128_PHASE_TB', 'TWRR128'),
    weighted256: flag(5, 'PCI_VC_RES_CAP_256_PHASE', 'WRR256'),
    rejectSnoop: flag(
      15,
      'PCIe: VC Resource Capability Register, Reject Snoop Transactions',
      'RejSnoopTrans',
    ),
    maxTimeSlots: number([16, 22], 'PCIe: VC Resource Capability Register, Maximum Time Slots', {
      plus: 1,
      lspci: 'MaxTimeSlots={d}',
    }),
    /** From the start of the capability; 0: no table. */
    arbitrationTableOffset: number([24, 31], 'PCI_VC_RES_CAP_ARB_OFF', { times: 16 }),
  }),
  control: register(0x04, 4, 'PCI_VC_RES_CTRL', 'VC', {
    /** Bit n: traffic class n goes through this channel. */
    trafficClasses: number([0, 7], 'PCIe: VC Resource Control Register, TC/VC Map', { lspci: 'TC/VC={x}' }),
    loadTable: flag(16, 'PCI_VC_RES_CTRL_LOAD_TABLE'),
    arbitration: names(
      [17, 19],
      'PCI_VC_RES_CTRL_ARB_SELECT',
      [...arbitration, 'TWRR128', 'WRR256'],
      'ArbSelect={name}',
    ),
    id: number([24, 26], 'PCI_VC_RES_CTRL_ID', { lspci: 'ID={d}' }),
    enabled: flag(31, 'PCI_VC_RES_CTRL_ENABLE', 'Enable'),
  }),
  status: register(0x0a, 2, 'PCI_VC_RES_STATUS', 'VC', {
    tableLoading: flag(0, 'PCI_VC_RES_STATUS_TABLE', 'InProgress'),
    negotiationPending: flag(1, 'PCI_VC_RES_STATUS_NEGO', 'NegoPending'),
  }),
})

const linkWidths = ['x1', 'x2', 'x4', 'x8', 'x16', null, null, 'Dynamic'] as const
const l0pExitLatency = [
  'Less than 1us',
  '1us to less than 2us',
  '2us to less than 4us',
  '4us to less than 8us',
  '8us to less than 16us',
  '16us to less than 32us',
  '32us-64us',
  'More than 64us',
] as const

/** Device 3: the registers that PCI Express 6.0 added. */
export const device3Layout = layout({
  capabilities: register(0x04, 4, 'PCI_DEV3_DEVCAP3', 'DevCap3', {
    deferrableWriteRouting: flag(0, 'PCI_DEV3_DEVCAP3_DMWR_REQ', 'DMWr Request Routing'),
    fourteenBitTagCompleter: flag(1, 'PCI_DEV3_DEVCAP3_14BIT_TAG_COMP', '14-Bit Tag Completer'),
    fourteenBitTagRequester: flag(2, 'PCI_DEV3_DEVCAP3_14BIT_TAG_REQ', '14-Bit Tag Requester'),
    l0p: flag(3, 'PCI_DEV3_DEVCAP3_L0P_SUPP', 'L0p'),
    portL0pExitLatency: names(
      [4, 6],
      'PCI_DEV3_DEVCAP3_PORT_L0P_EXIT',
      l0pExitLatency,
      'Port L0p Exit Latency: {name}',
    ),
    retimerL0pExitLatency: names(
      [7, 9],
      'PCI_DEV3_DEVCAP3_RETIMER_L0P_EXIT',
      l0pExitLatency,
      'Retimer L0p Exit Latency: {name}',
    ),
    unorderedCompleter: flag(10, 'PCI_DEV3_DEVCAP3_UIO_MEM_RDWR_COMP', 'UIO Mem RdWr Completer'),
    unorderedRequester: flag(11, 'PCI_DEV3_DEVCAP3_UIO_MEM_RDWR_REQ', 'UIO Mem RdWr Requester'),
  }),
  control: register(0x08, 2, 'PCI_DEV3_DEVCTL3', 'DevCtl3', {
    deferrableWriteRequester: flag(0, 'PCI_DEV3_DEVCTL3_DMWR_REQ_EN', 'DMWr Requester'),
    deferrableWriteBlocked: flag(1, 'PCI_DEV3_DEVCTL3_DMWR_EGRESS_BLK', 'DMWr Egress Blocking'),
    fourteenBitTagRequester: flag(2, 'PCI_DEV3_DEVCTL3_14BIT_TAG_REQ_EN', '14-Bit Tag Requester'),
    l0p: flag(3, 'PCI_DEV3_DEVCTL3_L0P_EN', 'L0p'),
    targetLinkWidth: names(
      [4, 6],
      'PCI_DEV3_DEVCTL3_TARGET_LINK_WIDTH',
      linkWidths,
      'Target Link Width: {name}',
    ),
    unorderedRequester: flag(7, 'PCI_DEV3_DEVCTL3_UIO_MEM_RDWR_REQ_EN', 'UIO Mem RdWr Requester'),
    unordered256BoundaryDisabled: flag(8, 'PCI_DEV3_DEVCTL3_UIO_REQ_256B_DIS', {
      label: 'UIO Request 256B Boundary',
      inverted: true,
    }),
  }),
  status: register(0x0c, 4, 'PCI_DEV3_DEVSTA3', 'DevSta3', {
    initialLinkWidth: names(
      [0, 2],
      'PCI_DEV3_DEVSTA3_INIT_LINK_WIDTH',
      linkWidths,
      'Initial Link Width: {name}',
    ),
    segmentCaptured: flag(3, 'PCI_DEV3_DEVSTA3_SEGMENT_CAPTURED', 'Segment Captured'),
    remoteL0p: flag(4, 'PCI_DEV3_DEVSTA3_REMOTE_L0P_SUPP', 'Remote L0p'),
  }),
})

/** Device Serial Number: an EUI-64. */
export const serialNumberLayout = layout({
  serialNumber: value(0x04, 8, '', number([0, 63], 'PCIe: Serial Number Register')),
})
