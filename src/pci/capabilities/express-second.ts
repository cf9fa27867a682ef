import { flag, inPart, names, number, register } from '../layout.js'

/** PCI_EXP_LNKSTA_CLS_*, by raw value. */
export const speeds = [null, '2.5GT/s', '5GT/s', '8GT/s', '16GT/s', '32GT/s', '64GT/s'] as const
const deEmphasis = ['-6dB', '-3.5dB'] as const

/** The registers that version 2 of the PCI Express capability added: device, link and slot have a second set. */
export const secondRegisters = {
  deviceCapabilities2: inPart(
    'v2',
    register(0x24, 4, 'PCI_EXP_DEVCAP2', 'DevCap2', {
      completionTimeoutRanges: names(
        [0, 3],
        'PCI_EXP_DEVCAP2_TIMEOUT_RANGE',
        // biome-ignore format: a table by raw value
        ['Not Supported', 'Range A', 'Range B', 'Range AB', null, null, 'Range BC', 'Range ABC',
          null, null, null, null, null, null, 'Range BCD', 'Range ABCD'],
        'Completion Timeout: {name}',
      ),
      completionTimeoutDisable: flag(4, 'PCI_EXP_DEVCAP2_COMP_TMOUT_DIS', 'TimeoutDis'),
      ariForwarding: flag(5, 'PCI_EXP_DEVCAP2_ARI', 'ARIFwd'),
      atomicRouting: flag(6, 'PCI_EXP_DEVCAP2_ATOMIC_ROUTE', { label: 'Routing', after: 'AtomicOpsCap:' }),
      atomic32: flag(7, 'PCI_EXP_DEVCAP2_ATOMIC_COMP32', { label: '32bit', after: 'AtomicOpsCap:' }),
      atomic64: flag(8, 'PCI_EXP_DEVCAP2_ATOMIC_COMP64', { label: '64bit', after: 'AtomicOpsCap:' }),
      atomic128Cas: flag(9, 'PCI_EXP_DEVCAP2_ATOMIC_COMP128', { label: '128bitCAS', after: 'AtomicOpsCap:' }),
      noRelaxedOrderingPassing: flag(10, 'PCI_EXP_DEVCAP2_NROPRPRP', 'NROPrPrP'),
      ltr: flag(11, 'PCI_EXP_DEVCAP2_LTR', 'LTR'),
      tphCompleter: names([12, 13], 'PCI_EXP_DEVCAP2_TPH_COMP_MASK', [
        'none',
        'TPH',
        null,
        'TPH and extended TPH',
      ]),
      lnSystemCls: names(
        [14, 15],
        'PCI_EXP_DEVCAP2_LN_CLS',
        ['Not Supported', '64byte cachelines', '128byte cachelines'],
        'LN System CLS {name}',
      ),
      tenBitTagCompleter: flag(16, 'PCI_EXP_DEVCAP2_10BIT_TAG_COMP', '10BitTagComp'),
      tenBitTagRequester: flag(17, 'PCI_EXP_DEVCAP2_10BIT_TAG_REQ', '10BitTagReq'),
      obff: names(
        [18, 19],
        'PCI_EXP_DEVCAP2_OBFF_MASK',
        ['Not Supported', 'Via message', 'Via WAKE#', 'Via message/WAKE#'],
        'OBFF {name}',
      ),
      extendedFormat: flag(20, 'PCI_EXP_DEVCAP2_EXTFMT', 'ExtFmt'),
      endToEndPrefix: flag(21, 'PCI_EXP_DEVCAP2_EE_PREFIX', 'EETLPPrefix'),
      maxEndToEndPrefixes: names(
        [22, 23],
        'PCI_EXP_DEVCAP2_EE_PREFIX_MAX',
        [4, 1, 2, 3],
        'MaxEETLPPrefixes {name}',
      ),
      emergencyPowerReduction: names(
        [24, 25],
        'PCI_EXP_DEVCAP2_EPR',
        ['Not Supported', 'Dev Specific', 'Form Factor Dev Specific'],
        'EmergencyPowerReduction {name}',
      ),
      emergencyPowerReductionInit: flag(26, 'PCI_EXP_DEVCAP2_EPR_INIT', 'EmergencyPowerReductionInit'),
      functionReadinessStatus: flag(31, 'PCI_EXP_DEVCAP2_FRS', 'FRS'),
    }),
  ),
  deviceControl2: inPart(
    'v2',
    register(0x28, 2, 'PCI_EXP_DEVCTL2', 'DevCtl2', {
      completionTimeout: names(
        [0, 3],
        'PCI_EXP_DEVCTL2_COMP_TIMEOUT',
        // biome-ignore format: a table by raw value
        ['50us to 50ms', '50us to 100us', '1ms to 10ms', null, null, '16ms to 55ms', '65ms to 210ms', null,
          null, '260ms to 900ms', '1s to 3.5s', null, null, '4s to 13s', '17s to 64s'],
        'Completion Timeout: {name}',
      ),
      completionTimeoutDisabled: flag(4, 'PCI_EXP_DEVCTL2_COMP_TMOUT_DIS', 'TimeoutDis'),
      ariForwarding: flag(5, 'PCI_EXP_DEVCTL2_ARI', 'ARIFwd'),
      atomicRequester: flag(6, 'PCI_EXP_DEVCTL2_ATOMIC_REQ', { label: 'ReqEn', after: 'AtomicOpsCtl:' }),
      atomicEgressBlocked: flag(7, 'PCI_EXP_DEVCTL2_ATOMIC_EGRESS_BLOCK', {
        label: 'EgressBlck',
        after: 'AtomicOpsCtl:',
      }),
      idoRequests: flag(8, 'PCI_EXP_DEVCTL2_IDO_REQ_EN', 'IDOReq'),
      idoCompletions: flag(9, 'PCI_EXP_DEVCTL2_IDO_CMP_EN', 'IDOCompl'),
      ltr: flag(10, 'PCI_EXP_DEVCTL2_LTR_EN', 'LTR'),
      emergencyPowerReduction: flag(11, 'PCI_EXP_DEVCTL2_EPR_REQ', 'EmergencyPowerReductionReq'),
      tenBitTagRequester: flag(12, 'PCI_EXP_DEVCTL2_10BIT_TAG_REQ', '10BitTagReq'),
      obff: names(
        [13, 14],
        'PCI_EXP_DEVCTL2_OBFF',
        ['Disabled', 'Via message A', 'Via message B', 'Via WAKE#'],
        'OBFF {name}',
      ),
      endToEndPrefixBlocked: flag(15, 'PCI_EXP_DEVCTL2_EE_TLP_BLK', 'EETLPPrefixBlk'),
    }),
  ),
  linkCapabilities2: inPart(
    'v2 link',
    register(0x2c, 4, 'PCI_EXP_LNKCAP2', 'LnkCap2', {
      speed2_5: flag(1, 'PCI_EXP_LNKCAP2_SLS_2_5GB'),
      speed5: flag(2, 'PCI_EXP_LNKCAP2_SLS_5_0GB'),
      speed8: flag(3, 'PCI_EXP_LNKCAP2_SLS_8_0GB'),
      speed16: flag(4, 'PCI_EXP_LNKCAP2_SLS_16_0GB'),
      speed32: flag(5, 'PCI_EXP_LNKCAP2_SLS_32_0GB'),
      speed64: flag(6, 'PCI_EXP_LNKCAP2_SLS_64_0GB'),
      crosslink: flag(8, 'PCI_EXP_LNKCAP2_CROSSLINK', 'Crosslink'),
      retimer: flag(23, 'PCI_EXP_LNKCAP2_RETIMER', 'Retimer'),
      twoRetimers: flag(24, 'PCI_EXP_LNKCAP2_2RETIMERS', '2Retimers'),
      deviceReadinessStatus: flag(31, 'PCI_EXP_LNKCAP2_DRS', 'DRS'),
    }),
  ),
  linkControl2: inPart(
    'v2 link',
    register(0x30, 2, 'PCI_EXP_LNKCTL2', 'LnkCtl2', {
      /** 0 is allowed where 2.5GT/s is the only speed. */
      targetSpeed: names([0, 3], 'PCI_EXP_LNKCTL2_TLS', speeds, 'Target Link Speed: {name}'),
      enterCompliance: flag(4, 'PCI_EXP_LNKCTL2_ENTER_COMP', 'EnterCompliance'),
      autonomousSpeedDisabled: flag(5, 'PCI_EXP_LNKCTL2_HASD', 'SpeedDis'),
      selectableDeEmphasis: names(
        6,
        'PCI_EXP_LNKCTL2_DEEMPHASIS',
        deEmphasis,
        'Selectable De-emphasis: {name}',
      ),
      transmitMargin: number([7, 9], 'PCI_EXP_LNKCTL2_TX_MARGIN'),
      enterModifiedCompliance: flag(10, 'PCI_EXP_LNKCTL2_MOD_CMPLNC', 'EnterModifiedCompliance'),
      complianceSos: flag(11, 'PCI_EXP_LNKCTL2_CMPLNC_SOS', 'ComplianceSOS'),
      compliancePreset: number([12, 15], 'PCI_EXP_LNKCTL2_COM_DEEMPHASIS'),
    }),
  ),
  linkStatus2: inPart(
    'v2 link',
    register(0x32, 2, 'PCI_EXP_LNKSTA2', 'LnkSta2', {
      currentDeEmphasis: names(
        0,
        'PCI_EXP_LINKSTA2_DEEMPHASIS',
        deEmphasis,
        'Current De-emphasis Level: {name}',
      ),
      equalizationComplete: flag(1, 'PCI_EXP_LINKSTA2_EQU_COMP', 'EqualizationComplete'),
      equalizationPhase1: flag(2, 'PCI_EXP_LINKSTA2_EQU_PHASE1', 'EqualizationPhase1'),
      equalizationPhase2: flag(3, 'PCI_EXP_LINKSTA2_EQU_PHASE2', 'EqualizationPhase2'),
      equalizationPhase3: flag(4, 'PCI_EXP_LINKSTA2_EQU_PHASE3', 'EqualizationPhase3'),
      equalizationRequest: flag(5, 'PCI_EXP_LINKSTA2_EQU_REQ', 'LinkEqualizationRequest'),
      retimer: flag(6, 'PCI_EXP_LINKSTA2_RETIMER', 'Retimer'),
      twoRetimers: flag(7, 'PCI_EXP_LINKSTA2_2RETIMERS', '2Retimers'),
      crosslink: names(
        [8, 9],
        'PCI_EXP_LINKSTA2_CROSSLINK',
        ['unsupported', 'Upstream Port', 'Downstream Port', 'incomplete'],
        'CrosslinkRes: {name}',
      ),
      flitMode: flag(10, 'PCI_EXP_LNKSTA2_FLIT', 'FltMode'),
      downstreamComponent: names(
        [12, 14],
        'PCI_EXP_LINKSTA2_COMPONENT',
        [
          'Link Down - Not Determined',
          'Link Down - Not Present',
          'Link Down - Present',
          null,
          'Link Up - Present',
          'Link Up - Present and DRS Received',
        ],
        'DownstreamComp: {name}',
      ),
      readinessMessageReceived: flag(15, 'PCI_EXP_LINKSTA2_DRS_RCVD', 'DRS'),
    }),
  ),
  slotCapabilities2: inPart(
    'v2 slot',
    register(0x34, 4, 'PCI_EXP_SLTCAP2', '', {
      inBandPresenceDisable: flag(0, 'PCI_EXP_SLTCAP2_IBPD'),
    }),
  ),
}
