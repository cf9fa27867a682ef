import type { ConfigSpace } from '../config-space.js'
import { flag, type HasPart, inPart, layout, names, number, register } from '../layout.js'
import { secondRegisters, speeds } from './express-second.js'

const aspmStates = ['not supported', 'L0s', 'L1', 'L0s L1'] as const
const indicator = ['Unknown', 'On', 'Blink', 'Off'] as const
const powerLimitScaleWatts = [1, 0.1, 0.01, 0.001] as const

/** PCI Express: what the function is, its link, its slot, and the errors it reports to the root. */
export const expressLayout = layout({
  flags: register(0x02, 2, 'PCI_EXP_FLAGS', 'Capabilities', {
    version: number([0, 3], 'PCI_EXP_FLAGS_VERS', { lspci: '(v{d})' }),
    type: names(
      [4, 7],
      'PCI_EXP_FLAGS_TYPE',
      [
        'Endpoint',
        'Legacy Endpoint',
        null,
        null,
        'Root Port',
        'Upstream Port',
        'Downstream Port',
        'PCI-Express to PCI/PCI-X Bridge',
        'PCI/PCI-X to PCI-Express Bridge',
        'Root Complex Integrated Endpoint',
        'Root Complex Event Collector',
      ],
      { label: '{name}', after: 'Express' },
    ),
    slotImplemented: flag(8, 'PCI_EXP_FLAGS_SLOT', 'Slot'),
    interruptMessage: number([9, 13], 'PCI_EXP_FLAGS_IRQ', { lspci: ['IntMsgNum {d}', 'MSI {x}'] }),
    flitMode: flag(15, 'PCI_EXP_FLAGS_FLIT'),
  }),
  deviceCapabilities: register(0x04, 4, 'PCI_EXP_DEVCAP', 'DevCap', {
    maxPayloadBytes: number([0, 2], 'PCI_EXP_DEVCAP_PAYLOAD', {
      times: 128,
      power: true,
      lspci: 'MaxPayload {d} bytes',
    }),
    phantomFunctions: number([3, 4], 'PCI_EXP_DEVCAP_PHANTOM', {
      power: true,
      plus: -1,
      lspci: 'PhantFunc {d}',
    }),
    extendedTag: flag(5, 'PCI_EXP_DEVCAP_EXT_TAG', 'ExtTag'),
    l0sAcceptableLatency: names(
      [6, 8],
      'PCI_EXP_DEVCAP_L0S',
      ['<64ns', '<128ns', '<256ns', '<512ns', '<1us', '<2us', '<4us', 'unlimited'],
      { label: 'L0s {name}', after: 'Latency' },
    ),
    l1AcceptableLatency: names(
      [9, 11],
      'PCI_EXP_DEVCAP_L1',
      ['<1us', '<2us', '<4us', '<8us', '<16us', '<32us', '<64us', 'unlimited'],
      { label: 'L1 {name}', after: 'Latency' },
    ),
    attentionButton: flag(12, 'PCI_EXP_DEVCAP_ATN_BUT', 'AttnBtn'),
    attentionIndicator: flag(13, 'PCI_EXP_DEVCAP_ATN_IND', 'AttnInd'),
    powerIndicator: flag(14, 'PCI_EXP_DEVCAP_PWR_IND', 'PwrInd'),
    roleBasedErrorReporting: flag(15, 'PCI_EXP_DEVCAP_RBER', 'RBE'),
    slotPowerLimitValue: number([18, 25], 'PCI_EXP_DEVCAP_PWR_VAL'),
    slotPowerLimitScaleWatts: names([26, 27], 'PCI_EXP_DEVCAP_PWR_SCL', powerLimitScaleWatts),
    functionLevelReset: flag(28, 'PCI_EXP_DEVCAP_FLR', 'FLReset'),
    teeIo: flag(30, 'PCI_EXP_DEVCAP_TEE', 'TEE-IO'),
  }),
  deviceControl: register(0x08, 2, 'PCI_EXP_DEVCTL', 'DevCtl', {
    correctableErrorReporting: flag(0, 'PCI_EXP_DEVCTL_CERE', [
      'CorrErr',
      { label: 'Correctable', after: 'errors:' },
    ]),
    nonFatalErrorReporting: flag(1, 'PCI_EXP_DEVCTL_NFERE', ['NonFatalErr', 'Non-Fatal']),
    fatalErrorReporting: flag(2, 'PCI_EXP_DEVCTL_FERE', ['FatalErr', 'Fatal']),
    unsupportedRequestReporting: flag(3, 'PCI_EXP_DEVCTL_URRE', ['UnsupReq', 'Unsupported']),
    relaxedOrdering: flag(4, 'PCI_EXP_DEVCTL_RELAX_EN', 'RlxdOrd'),
    maxPayloadBytes: number([5, 7], 'PCI_EXP_DEVCTL_PAYLOAD', {
      times: 128,
      power: true,
      lspci: 'MaxPayload {d} bytes',
    }),
    extendedTag: flag(8, 'PCI_EXP_DEVCTL_EXT_TAG', 'ExtTag'),
    phantomFunctions: flag(9, 'PCI_EXP_DEVCTL_PHANTOM', 'PhantFunc'),
    auxPower: flag(10, 'PCI_EXP_DEVCTL_AUX_PME', 'AuxPwr'),
    noSnoop: flag(11, 'PCI_EXP_DEVCTL_NOSNOOP_EN', 'NoSnoop'),
    maxReadRequestBytes: number([12, 14], 'PCI_EXP_DEVCTL_READRQ', {
      times: 128,
      power: true,
      lspci: 'MaxReadReq {d} bytes',
    }),
    /** On a PCI Express to PCI bridge: configuration retry. On an endpoint: starts a function level reset, reads 0. */
    bridgeRetryOrReset: flag(15, 'PCI_EXP_DEVCTL_BCR_FLR', ['BrConfRtry', 'FLReset']),
  }),
  deviceStatus: register(0x0a, 2, 'PCI_EXP_DEVSTA', 'DevSta', {
    correctableError: flag(0, 'PCI_EXP_DEVSTA_CED', 'CorrErr'),
    nonFatalError: flag(1, 'PCI_EXP_DEVSTA_NFED', ['NonFatalErr', 'UncorrErr']),
    fatalError: flag(2, 'PCI_EXP_DEVSTA_FED', 'FatalErr'),
    unsupportedRequest: flag(3, 'PCI_EXP_DEVSTA_URD', ['UnsupReq', 'UnsuppReq']),
    auxPower: flag(4, 'PCI_EXP_DEVSTA_AUXPD', 'AuxPwr'),
    transactionsPending: flag(5, 'PCI_EXP_DEVSTA_TRPND', 'TransPend'),
  }),
  linkCapabilities: inPart(
    'link',
    register(0x0c, 4, 'PCI_EXP_LNKCAP', 'LnkCap', {
      maxSpeed: names([0, 3], 'PCI_EXP_LNKCAP_SLS', speeds, 'Speed {name}'),
      maxWidth: number([4, 9], 'PCI_EXP_LNKCAP_MLW', { lspci: 'Width x{d}' }),
      aspm: names([10, 11], 'PCI_EXP_LNKCAP_ASPMS', aspmStates, 'ASPM {name}'),
      l0sExitLatency: names(
        [12, 14],
        'PCI_EXP_LNKCAP_L0SEL',
        ['<64ns', '<128ns', '<256ns', '<512ns', '<1us', '<2us', '<4us', '>4us'],
        [
          { label: 'L0s {name}', after: 'Exit Latency' },
          { label: 'L0 {name}', after: 'Latency' },
        ],
      ),
      l1ExitLatency: names(
        [15, 17],
        'PCI_EXP_LNKCAP_L1EL',
        ['<1us', '<2us', '<4us', '<8us', '<16us', '<32us', '<64us', '>64us'],
        { label: 'L1 {name}', after: 'Exit Latency' },
      ),
      clockPowerManagement: flag(18, 'PCI_EXP_LNKCAP_CLKPM', 'ClockPM'),
      surpriseDownReporting: flag(19, 'PCI_EXP_LNKCAP_SDERC', 'Surprise'),
      linkActiveReporting: flag(20, 'PCI_EXP_LNKCAP_DLLLARC', 'LLActRep'),
      bandwidthNotification: flag(21, 'PCI_EXP_LNKCAP_LBNC', 'BwNot'),
      aspmOptionality: flag(22, 'PCI_EXP_LNKCAP_AOC', 'ASPMOptComp'),
      port: number([24, 31], 'PCI_EXP_LNKCAP_PN', { lspci: 'Port #{d}' }),
    }),
  ),
  linkControl: inPart(
    'link',
    register(0x10, 2, 'PCI_EXP_LNKCTL', 'LnkCtl', {
      aspm: names(
        [0, 1],
        'PCI_EXP_LNKCTL_ASPMC',
        ['Disabled', 'L0s Enabled', 'L1 Enabled', 'L0s L1 Enabled'],
        'ASPM {name}',
      ),
      readCompletionBoundaryBytes: number([3, 3], 'PCI_EXP_LNKCTL_RCB', {
        times: 64,
        plus: 64,
        lspci: 'RCB {d} bytes',
      }),
      disabled: flag(4, 'PCI_EXP_LNKCTL_LD', ['LnkDisable', { label: 'Disabled', after: ';' }]),
      retrain: flag(5, 'PCI_EXP_LNKCTL_RL'),
      commonClock: flag(6, 'PCI_EXP_LNKCTL_CCC', 'CommClk'),
      extendedSynch: flag(7, 'PCI_EXP_LNKCTL_ES', 'ExtSynch'),
      clockPowerManagement: flag(8, 'PCI_EXP_LNKCTL_CLKREQ_EN', 'ClockPM'),
      autonomousWidthDisabled: flag(9, 'PCI_EXP_LNKCTL_HAWD', 'AutWidDis'),
      bandwidthInterrupt: flag(10, 'PCI_EXP_LNKCTL_LBMIE', 'BWInt'),
      autonomousBandwidthInterrupt: flag(11, 'PCI_EXP_LNKCTL_LABIE', 'AutBWInt'),
      flitModeDisabled: flag(13, 'PCI_EXP_LNKCTL_FLIT_MODE_DIS', 'FltModeDis'),
    }),
  ),
  linkStatus: inPart(
    'link',
    register(0x12, 2, 'PCI_EXP_LNKSTA', 'LnkSta', {
      speed: names([0, 3], 'PCI_EXP_LNKSTA_CLS', speeds, 'Speed {name}'),
      width: number([4, 9], 'PCI_EXP_LNKSTA_NLW', { lspci: 'Width x{d}' }),
      /** Obsolete since PCI Express 1.1. */
      trainingError: flag(10, 'PCI_EXP_LNKSTA_TR_ERR', 'TrErr'),
      training: flag(11, 'PCI_EXP_LNKSTA_LT', 'Train'),
      slotClock: flag(12, 'PCI_EXP_LNKSTA_SLC', 'SlotClk'),
      linkActive: flag(13, 'PCI_EXP_LNKSTA_DLLLA', 'DLActive'),
      bandwidthChanged: flag(14, 'PCI_EXP_LNKSTA_LBMS', 'BWMgmt'),
      autonomousBandwidthChanged: flag(15, 'PCI_EXP_LNKSTA_LABS', 'ABWMgmt'),
    }),
  ),
  slotCapabilities: inPart(
    'slot',
    register(0x14, 4, 'PCI_EXP_SLTCAP', 'SltCap', {
      attentionButton: flag(0, 'PCI_EXP_SLTCAP_ABP', 'AttnBtn'),
      powerController: flag(1, 'PCI_EXP_SLTCAP_PCP', 'PwrCtrl'),
      mrlSensor: flag(2, 'PCI_EXP_SLTCAP_MRLSP', 'MRL'),
      attentionIndicator: flag(3, 'PCI_EXP_SLTCAP_AIP', 'AttnInd'),
      powerIndicator: flag(4, 'PCI_EXP_SLTCAP_PIP', 'PwrInd'),
      hotPlugSurprise: flag(5, 'PCI_EXP_SLTCAP_HPS', 'Surprise'),
      hotPlugCapable: flag(6, 'PCI_EXP_SLTCAP_HPC', 'HotPlug'),
      powerLimitValue: number([7, 14], 'PCI_EXP_SLTCAP_SPLV'),
      powerLimitScaleWatts: names([15, 16], 'PCI_EXP_SLTCAP_SPLS', powerLimitScaleWatts),
      interlock: flag(17, 'PCI_EXP_SLTCAP_EIP', 'Interlock'),
      noCommandCompleted: flag(18, 'PCI_EXP_SLTCAP_NCCS', 'NoCompl'),
      physicalSlot: number([19, 31], 'PCI_EXP_SLTCAP_PSN', { lspci: 'Slot #{d}' }),
    }),
  ),
  slotControl: inPart(
    'slot',
    register(0x18, 2, 'PCI_EXP_SLTCTL', 'SltCtl', {
      attentionButtonEnabled: flag(0, 'PCI_EXP_SLTCTL_ABPE', { label: 'AttnBtn', after: 'Enable:' }),
      powerFaultEnabled: flag(1, 'PCI_EXP_SLTCTL_PFDE', { label: 'PwrFlt', after: 'Enable:' }),
      mrlSensorEnabled: flag(2, 'PCI_EXP_SLTCTL_MRLSCE', { label: 'MRL', after: 'Enable:' }),
      presenceDetectEnabled: flag(3, 'PCI_EXP_SLTCTL_PDCE', { label: 'PresDet', after: 'Enable:' }),
      commandCompletedEnabled: flag(4, 'PCI_EXP_SLTCTL_CCIE', { label: 'CmdCplt', after: 'Enable:' }),
      hotPlugInterruptEnabled: flag(5, 'PCI_EXP_SLTCTL_HPIE', { label: 'HPIrq', after: 'Enable:' }),
      attentionIndicator: names([6, 7], 'PCI_EXP_SLTCTL_AIC', indicator, 'AttnInd {name}'),
      powerIndicator: names([8, 9], 'PCI_EXP_SLTCTL_PIC', indicator, 'PwrInd {name}'),
      /** Set: the slot's power is off. */
      powerOff: flag(10, 'PCI_EXP_SLTCTL_PCC', { label: 'Power', after: 'Control:' }),
      interlock: flag(11, 'PCI_EXP_SLTCTL_EIC', { label: 'Interlock', after: 'Control:' }),
      linkStateEnabled: flag(12, 'PCI_EXP_SLTCTL_DLLSCE', { label: 'LinkChg', after: 'Enable:' }),
      autoPowerLimitDisabled: flag(13, 'PCI_EXP_SLTCTL_ASPL_DISABLE'),
      inBandPresenceDisabled: flag(14, 'PCI_EXP_SLTCTL_IBPD_DISABLE'),
    }),
  ),
  slotStatus: inPart(
    'slot',
    register(0x1a, 2, 'PCI_EXP_SLTSTA', 'SltSta', {
      attentionButton: flag(0, 'PCI_EXP_SLTSTA_ABP', { label: 'AttnBtn', after: 'Status:' }),
      powerFault: flag(1, 'PCI_EXP_SLTSTA_PFD', { label: 'PowerFlt', after: 'Status:' }),
      mrlSensorChanged: flag(2, 'PCI_EXP_SLTSTA_MRLSC', { label: 'MRL', after: 'Changed:' }),
      presenceChanged: flag(3, 'PCI_EXP_SLTSTA_PDC', { label: 'PresDet', after: 'Changed:' }),
      commandCompleted: flag(4, 'PCI_EXP_SLTSTA_CC', { label: 'CmdCplt', after: 'Status:' }),
      /** Set: the manually operated retention latch is open. */
      mrlOpen: flag(5, 'PCI_EXP_SLTSTA_MRLSS', { label: 'MRL', after: 'Status:' }),
      present: flag(6, 'PCI_EXP_SLTSTA_PDS', { label: 'PresDet', after: 'Status:' }),
      interlock: flag(7, 'PCI_EXP_SLTSTA_EIS', { label: 'Interlock', after: 'Status:' }),
      linkStateChanged: flag(8, 'PCI_EXP_SLTSTA_DLLSC', { label: 'LinkState', after: 'Changed:' }),
    }),
  ),
  rootControl: inPart(
    'root',
    register(0x1c, 2, 'PCI_EXP_RTCTL', 'RootCtl', {
      systemErrorOnCorrectable: flag(0, 'PCI_EXP_RTCTL_SECEE', 'ErrCorrectable'),
      systemErrorOnNonFatal: flag(1, 'PCI_EXP_RTCTL_SENFEE', 'ErrNon-Fatal'),
      systemErrorOnFatal: flag(2, 'PCI_EXP_RTCTL_SEFEE', 'ErrFatal'),
      pmeInterrupt: flag(3, 'PCI_EXP_RTCTL_PMEIE', 'PMEIntEna'),
      retryStatusVisible: flag(4, 'PCI_EXP_RTCTL_RRS_SVE', 'CRSVisible'),
    }),
  ),
  rootCapabilities: inPart(
    'root',
    register(0x1e, 2, 'PCI_EXP_RTCAP', 'RootCap', {
      retryStatusVisible: flag(0, 'PCI_EXP_RTCAP_RRS_SV', 'CRSVisible'),
    }),
  ),
  rootStatus: inPart(
    'root',
    register(0x20, 4, 'PCI_EXP_RTSTA', 'RootSta', {
      pmeRequester: number([0, 15], 'PCI_EXP_RTSTA_PME_RQ_ID', { lspci: 'PME ReqID {x}' }),
      pmeStatus: flag(16, 'PCI_EXP_RTSTA_PME', 'PMEStatus'),
      pmePending: flag(17, 'PCI_EXP_RTSTA_PENDING', 'PMEPending'),
    }),
  ),
  ...secondRegisters,
})

/** Which registers a function of this type and version has (Linux drivers/pci/access.c, pcie_cap_has_*). */
export function expressParts(space: ConfigSpace, at: number): HasPart {
  const version = space.readBits(at + 2, 2, 0, 3)
  const type = space.readBits(at + 2, 2, 4, 7)
  const slot = space.readBits(at + 2, 2, 8)
  const isType = (...types: number[]) => (type === undefined ? undefined : types.includes(type))
  const isPort = isType(0x4, 0x6, 0x8)
  const has: Record<string, boolean | undefined> = {
    link: type === undefined ? undefined : !isType(0x9, 0xa),
    slot: isPort === false ? false : slot === undefined || isPort === undefined ? undefined : slot === 1,
    root: isType(0x4, 0xa),
    v2: version === undefined ? undefined : version >= 2,
  }
  return (part) => {
    const answers = part.split(' ').map((name) => has[name])
    return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true
  }
}
