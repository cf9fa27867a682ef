import { flag, layout, number, register } from '../layout.js'

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
