import { flag, layout, number, register, value } from '../layout.js'

/** Access Control Services: what a port or function does with requests from one device to another. */
export const acsLayout = layout({
  capability: register(0x04, 2, 'PCI_ACS_CAP', 'ACSCap', {
    sourceValidation: flag(0, 'PCI_ACS_SV', 'SrcValid'),
    translationBlocking: flag(1, 'PCI_ACS_TB', 'TransBlk'),
    requestRedirect: flag(2, 'PCI_ACS_RR', 'ReqRedir'),
    completionRedirect: flag(3, 'PCI_ACS_CR', 'CmpltRedir'),
    upstreamForwarding: flag(4, 'PCI_ACS_UF', 'UpstreamFwd'),
    egressControl: flag(5, 'PCI_ACS_EC', 'EgressCtrl'),
    directTranslated: flag(6, 'PCI_ACS_DT', 'DirectTrans'),
    egressVectorBits: number([8, 15], 'PCI_ACS_EGRESS_BITS'),
  }),
  control: register(0x06, 2, 'PCI_ACS_CTRL', 'ACSCtl', {
    sourceValidation: flag(0, 'PCI_ACS_SV', 'SrcValid'),
    translationBlocking: flag(1, 'PCI_ACS_TB', 'TransBlk'),
    requestRedirect: flag(2, 'PCI_ACS_RR', 'ReqRedir'),
    completionRedirect: flag(3, 'PCI_ACS_CR', 'CmpltRedir'),
    upstreamForwarding: flag(4, 'PCI_ACS_UF', 'UpstreamFwd'),
    egressControl: flag(5, 'PCI_ACS_EC', 'EgressCtrl'),
    directTranslated: flag(6, 'PCI_ACS_DT', 'DirectTrans'),
  }),
})

/** Alternative Routing-ID Interpretation: up to 256 functions in one device, the functions in groups. */
export const ariLayout = layout({
  capability: register(0x04, 2, 'PCI_ARI_CAP', 'ARICap', {
    mfvcGroups: flag(0, 'PCI_ARI_CAP_MFVC', 'MFVC'),
    acsGroups: flag(1, 'PCI_ARI_CAP_ACS', 'ACS'),
    nextFunction: number([8, 15], 'PCI_ARI_CAP_NFN', { lspci: 'Next Function: {d}' }),
  }),
  control: register(0x06, 2, 'PCI_ARI_CTRL', 'ARICtl', {
    mfvcGroups: flag(0, 'PCI_ARI_CTRL_MFVC', 'MFVC'),
    acsGroups: flag(1, 'PCI_ARI_CTRL_ACS', 'ACS'),
    functionGroup: number([4, 6], 'PCI_ARI_CTRL_FG', { lspci: 'Function Group: {d}' }),
  }),
})

/** Address Translation Services: the device keeps translations of its own. */
export const atsLayout = layout({
  capability: register(0x04, 2, 'PCI_ATS_CAP', 'ATSCap', {
    /** 0 means 32. */
    invalidateQueueDepth: number([0, 4], 'PCI_ATS_CAP_QDEP', { lspci: 'Invalidate Queue Depth: {x}' }),
    pageAlignedRequest: flag(5, 'PCI_ATS_CAP_PAGE_ALIGNED'),
  }),
  control: register(0x06, 2, 'PCI_ATS_CTRL', 'ATSCtl', {
    /** Translations cover 2^(12 + this) bytes at least. */
    smallestTranslationUnit: number([0, 4], 'PCI_ATS_CTRL_STU', { lspci: 'Smallest Translation Unit: {x}' }),
    enabled: flag(15, 'PCI_ATS_CTRL_ENABLE', 'Enable'),
  }),
})

/** Page Request Interface: the device may ask for pages that are not mapped. */
export const priLayout = layout({
  control: register(0x04, 2, 'PCI_PRI_CTRL', 'PRICtl', {
    enabled: flag(0, 'PCI_PRI_CTRL_ENABLE', 'Enable'),
    reset: flag(1, 'PCI_PRI_CTRL_RESET', 'Reset'),
  }),
  status: register(0x06, 2, 'PCI_PRI_STATUS', 'PRISta', {
    responseFailure: flag(0, 'PCI_PRI_STATUS_RF', 'RF'),
    unexpectedGroupIndex: flag(1, 'PCI_PRI_STATUS_UPRGI', 'UPRGI'),
    stopped: flag(8, 'PCI_PRI_STATUS_STOPPED', 'Stopped'),
    pasidRequired: flag(15, 'PCI_PRI_STATUS_PASID', 'PASID'),
  }),
  capacity: value(0x08, 4, 'Page Request Capacity', number([0, 31], 'PCI_PRI_MAX_REQ', { lspci: '{x}' })),
  allocation: value(
    0x0c,
    4,
    'Page Request Capacity',
    number([0, 31], 'PCI_PRI_ALLOC_REQ', { lspci: 'Page Request Allocation: {x}' }),
  ),
})

/** Process Address Space ID: requests carry the address space they belong to. */
export const pasidLayout = layout({
  capability: register(0x04, 2, 'PCI_PASID_CAP', 'PASIDCap', {
    execute: flag(1, 'PCI_PASID_CAP_EXEC', 'Exec'),
    privileged: flag(2, 'PCI_PASID_CAP_PRIV', 'Priv'),
    maxWidthBits: number([8, 12], 'PCI_PASID_CAP_WIDTH', { lspci: 'Max PASID Width: {x}' }),
  }),
  control: register(0x06, 2, 'PCI_PASID_CTRL', 'PASIDCtl', {
    enabled: flag(0, 'PCI_PASID_CTRL_ENABLE', 'Enable'),
    execute: flag(1, 'PCI_PASID_CTRL_EXEC', 'Exec'),
    privileged: flag(2, 'PCI_PASID_CTRL_PRIV', 'Priv'),
  }),
})
