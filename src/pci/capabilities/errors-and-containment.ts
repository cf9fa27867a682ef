import { flag, inPart, layout, names, number, register, value } from '../layout.js'

/** The same bits stand in the status, the mask and the severity register. */
const uncorrectable = {
  dataLinkProtocol: flag(4, 'PCI_ERR_UNC_DLP', 'DLP'),
  surpriseDown: flag(5, 'PCI_ERR_UNC_SURPDN', 'SDES'),
  poisonedTlp: flag(12, 'PCI_ERR_UNC_POISON_TLP', 'TLP'),
  flowControlProtocol: flag(13, 'PCI_ERR_UNC_FCP', 'FCP'),
  completionTimeout: flag(14, 'PCI_ERR_UNC_COMP_TIME', 'CmpltTO'),
  completerAbort: flag(15, 'PCI_ERR_UNC_COMP_ABORT', 'CmpltAbrt'),
  unexpectedCompletion: flag(16, 'PCI_ERR_UNC_UNX_COMP', 'UnxCmplt'),
  receiverOverflow: flag(17, 'PCI_ERR_UNC_RX_OVER', 'RxOF'),
  malformedTlp: flag(18, 'PCI_ERR_UNC_MALF_TLP', 'MalfTLP'),
  ecrc: flag(19, 'PCI_ERR_UNC_ECRC', 'ECRC'),
  unsupportedRequest: flag(20, 'PCI_ERR_UNC_UNSUP', 'UnsupReq'),
  acsViolation: flag(21, 'PCI_ERR_UNC_ACSV', 'ACSViol'),
  internal: flag(22, 'PCI_ERR_UNC_INTN', 'UncorrIntErr'),
  multicastBlocked: flag(23, 'PCI_ERR_UNC_MCBTLP', 'BlockedTLP'),
  atomicEgressBlocked: flag(24, 'PCI_ERR_UNC_ATOMEG', 'AtomicOpBlocked'),
  prefixBlocked: flag(25, 'PCI_ERR_UNC_TLPPRE', 'TLPBlockedErr'),
  poisonedEgressBlocked: flag(26, 'PCI_ERR_UNC_POISON_BLK', 'PoisonTLPBlocked'),
  deferrableWriteBlocked: flag(27, 'PCI_ERR_UNC_DMWR_BLK', 'DMWrReqBlocked'),
  ideCheck: flag(28, 'PCI_ERR_UNC_IDE_CHECK', 'IDECheck'),
  misroutedIde: flag(29, 'PCI_ERR_UNC_MISR_IDE', 'MisIDETLP'),
  pcrcCheck: flag(30, 'PCI_ERR_UNC_PCRC_CHECK', 'PCRC_CHECK'),
  translationBlocked: flag(31, 'PCI_ERR_UNC_XLAT_BLK', 'TLPXlatBlocked'),
}

const correctable = {
  receiver: flag(0, 'PCI_ERR_COR_RCVR', 'RxErr'),
  badTlp: flag(6, 'PCI_ERR_COR_BAD_TLP', 'BadTLP'),
  badDllp: flag(7, 'PCI_ERR_COR_BAD_DLLP', 'BadDLLP'),
  replayRollover: flag(8, 'PCI_ERR_COR_REP_ROLL', 'Rollover'),
  replayTimeout: flag(12, 'PCI_ERR_COR_REP_TIMER', 'Timeout'),
  advisoryNonFatal: flag(13, 'PCI_ERR_COR_ADV_NFAT', ['AdvNonFatalErr', 'NonFatalErr']),
  internal: flag(14, 'PCI_ERR_COR_INTERNAL', 'CorrIntErr'),
  headerLogOverflow: flag(15, 'PCI_ERR_COR_LOG_OVER', 'HeaderOF'),
}

/** Advanced Error Reporting. The root registers are there in root ports and event collectors only. */
export const aerLayout = layout({
  uncorrectableStatus: register(0x04, 4, 'PCI_ERR_UNCOR_STATUS', 'UESta', uncorrectable),
  uncorrectableMask: register(0x08, 4, 'PCI_ERR_UNCOR_MASK', 'UEMsk', uncorrectable),
  uncorrectableSeverity: register(0x0c, 4, 'PCI_ERR_UNCOR_SEVER', 'UESvrt', uncorrectable),
  correctableStatus: register(0x10, 4, 'PCI_ERR_COR_STATUS', 'CESta', correctable),
  correctableMask: register(0x14, 4, 'PCI_ERR_COR_MASK', 'CEMsk', correctable),
  control: register(0x18, 4, 'PCI_ERR_CAP', 'AERCap', {
    firstErrorPointer: number([0, 4], 'PCI_ERR_CAP_FEP', { lspci: 'First Error Pointer: {x}' }),
    ecrcGenerationCapable: flag(5, 'PCI_ERR_CAP_ECRC_GENC', ['ECRCGenCap', 'GenCap']),
    ecrcGenerationEnabled: flag(6, 'PCI_ERR_CAP_ECRC_GENE', ['ECRCGenEn', 'CGenEn']),
    ecrcCheckCapable: flag(7, 'PCI_ERR_CAP_ECRC_CHKC', ['ECRCChkCap', 'ChkCap']),
    ecrcCheckEnabled: flag(8, 'PCI_ERR_CAP_ECRC_CHKE', ['ECRCChkEn', 'ChkEn']),
    multipleHeaderCapable: flag(9, 'PCI_ERR_CAP_MULT_HDRC', 'MultHdrRecCap'),
    multipleHeaderEnabled: flag(10, 'PCI_ERR_CAP_MULT_HDRE', 'MultHdrRecEn'),
    prefixLogPresent: flag(11, 'PCI_ERR_CAP_PREFIX_LOG_PRESENT', 'TLPPfxPres'),
    completionTimeoutLog: flag(12, 'PCI_ERR_CAP_COMP_TIME_LOG', 'HdrLogCap'),
    loggedInFlitMode: flag(18, 'PCI_ERR_CAP_TLP_LOG_FLIT'),
    loggedTlpSize: number([19, 23], 'PCI_ERR_CAP_TLP_LOG_SIZE'),
  }),
  headerLog0: value(0x1c, 4, '', number([0, 31], 'PCI_ERR_HEADER_LOG')),
  headerLog1: value(0x20, 4, '', number([0, 31], 'PCI_ERR_HEADER_LOG + 4')),
  headerLog2: value(0x24, 4, '', number([0, 31], 'PCI_ERR_HEADER_LOG + 8')),
  headerLog3: value(0x28, 4, '', number([0, 31], 'PCI_ERR_HEADER_LOG + 12')),
  rootCommand: inPart(
    'root',
    register(0x2c, 4, 'PCI_ERR_ROOT_COMMAND', 'RootCmd', {
      correctableReporting: flag(0, 'PCI_ERR_ROOT_CMD_COR_EN', 'CERptEn'),
      nonFatalReporting: flag(1, 'PCI_ERR_ROOT_CMD_NONFATAL_EN', 'NFERptEn'),
      fatalReporting: flag(2, 'PCI_ERR_ROOT_CMD_FATAL_EN', 'FERptEn'),
    }),
  ),
  rootStatus: inPart(
    'root',
    register(0x30, 4, 'PCI_ERR_ROOT_STATUS', 'RootSta', {
      correctable: flag(0, 'PCI_ERR_ROOT_COR_RCV', 'CERcvd'),
      multipleCorrectable: flag(1, 'PCI_ERR_ROOT_MULTI_COR_RCV', 'MultCERcvd'),
      uncorrectable: flag(2, 'PCI_ERR_ROOT_UNCOR_RCV', 'UERcvd'),
      multipleUncorrectable: flag(3, 'PCI_ERR_ROOT_MULTI_UNCOR_RCV', 'MultUERcvd'),
      firstFatal: flag(4, 'PCI_ERR_ROOT_FIRST_FATAL', 'FirstFatal'),
      nonFatal: flag(5, 'PCI_ERR_ROOT_NONFATAL_RCV', 'NonFatalMsg'),
      fatal: flag(6, 'PCI_ERR_ROOT_FATAL_RCV', 'FatalMsg'),
      interruptMessage: number([27, 31], 'PCI_ERR_ROOT_AER_IRQ', { lspci: ['IntMsgNum {d}', 'IntMsg {d}'] }),
    }),
  ),
  correctableSource: inPart(
    'root',
    value(0x34, 2, 'ErrorSrc', number([0, 15], 'PCI_ERR_ROOT_ERR_SRC', { lspci: 'ERR_COR: {x}' })),
  ),
  uncorrectableSource: inPart(
    'root',
    value(
      0x36,
      2,
      'ErrorSrc',
      number([0, 15], 'PCI_ERR_ROOT_ERR_SRC + 2', { lspci: 'ERR_FATAL/NONFATAL: {x}' }),
    ),
  ),
})

/** Downstream Port Containment: a port that cuts its link when a device below it errs. */
export const dpcLayout = layout({
  capability: register(0x04, 2, 'PCI_EXP_DPC_CAP', 'DpcCap', {
    interruptMessage: number([0, 4], 'PCI_EXP_DPC_IRQ', { lspci: ['IntMsgNum {d}', 'INT Msg #{d}'] }),
    rootPortExtensions: flag(5, 'PCI_EXP_DPC_CAP_RP_EXT', 'RPExt'),
    poisonedTlpBlocking: flag(6, 'PCI_EXP_DPC_CAP_POISONED_TLP', 'PoisonedTLP'),
    softwareTrigger: flag(7, 'PCI_EXP_DPC_CAP_SW_TRIGGER', 'SwTrigger'),
    rootPortLogSizeDwords: number([8, 11], 'PCI_EXP_DPC_RP_PIO_LOG_SIZE', { lspci: 'RP PIO Log {d}' }),
    linkActiveSignal: flag(12, 'PCI_EXP_DPC_CAP_DL_ACTIVE', 'DL_ActiveErr'),
  }),
  control: register(0x06, 2, 'PCI_EXP_DPC_CTL', 'DpcCtl', {
    trigger: names([0, 1], 'PCI_DPC_CTL_TRIGGER', ['disabled', 'fatal', 'fatal or non-fatal'], 'Trigger:{x}'),
    completionControl: flag(2, 'PCI_DPC_CTL_CMPL', 'Cmpl'),
    interrupt: flag(3, 'PCI_EXP_DPC_CTL_INT_EN', 'INT'),
    correctableSignal: flag(4, 'PCI_DPC_CTL_ERR_COR', 'ErrCor'),
    poisonedTlpBlocking: flag(5, 'PCI_DPC_CTL_TLP', 'PoisonedTLP'),
    softwareTrigger: flag(6, 'PCI_DPC_CTL_SW_TRIGGER', 'SwTrigger'),
    linkActiveSignal: flag(7, 'PCI_DPC_CTL_DL_ACTIVE', 'DL_ActiveErr'),
  }),
  status: register(0x08, 2, 'PCI_EXP_DPC_STATUS', 'DpcSta', {
    triggered: flag(0, 'PCI_EXP_DPC_STATUS_TRIGGER', 'Trigger'),
    reason: names(
      [1, 2],
      'PCI_EXP_DPC_STATUS_TRIGGER_RSN',
      ['uncorrectable error', 'ERR_NONFATAL', 'ERR_FATAL', 'see reason extension'],
      'Reason:{x}',
    ),
    interrupt: flag(3, 'PCI_EXP_DPC_STATUS_INTERRUPT', 'INT'),
    rootPortBusy: flag(4, 'PCI_EXP_DPC_RP_BUSY', 'RPBusy'),
    reasonExtension: names(
      [5, 6],
      'PCI_EXP_DPC_STATUS_TRIGGER_RSN_EXT',
      ['root port programmed I/O error', 'software trigger'],
      'TriggerExt:{x}',
    ),
    rootPortFirstError: number([8, 12], 'PCI_EXP_DPC_RP_PIO_FEP', { lspci: 'RP PIO ErrPtr:{x}' }),
  }),
  source: value(0x0a, 2, 'Source', number([0, 15], 'PCI_EXP_DPC_SOURCE_ID', { lspci: '{x}' })),
})
