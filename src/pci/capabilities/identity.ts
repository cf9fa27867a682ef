import { flag, layout, number, register, value } from '../layout.js'

/** Advanced Features: function level reset for conventional PCI functions. */
export const advancedFeaturesLayout = layout({
  lengthBytes: value(0x02, 1, '', number([0, 7], 'PCI_AF_LENGTH')),
  capabilities: register(0x03, 1, 'PCI_AF_CAP', 'AFCap', {
    transactionsPending: flag(0, 'PCI_AF_CAP_TP', 'TP'),
    functionLevelReset: flag(1, 'PCI_AF_CAP_FLR', 'FLR'),
  }),
  control: register(0x04, 1, 'PCI_AF_CTRL', 'AFCtrl', {
    functionLevelReset: flag(0, 'PCI_AF_CTRL_FLR', 'FLR'),
  }),
  status: register(0x05, 1, 'PCI_AF_STATUS', 'AFStatus', {
    transactionsPending: flag(0, 'PCI_AF_STATUS_TP', 'TP'),
  }),
})

/** The subsystem ids of a bridge, which has no room for them in its header. */
export const subsystemLayout = layout({
  vendor: value(0x04, 2, '', number([0, 15], 'PCI_SSVID_VENDOR_ID')),
  device: value(0x06, 2, '', number([0, 15], 'PCI_SSVID_DEVICE_ID')),
})

/** Vendor-specific, in the first 256 bytes. */
export const vendorLayout = layout({
  /** Of the whole structure, its two header bytes included. */
  lengthBytes: value(0x02, 1, 'Capabilities', number([0, 7], 'PCI_VNDR_LENGTH', { lspci: 'Len={x}' })),
})

/** Vendor-specific extended capability; who the vendor is stands in the header of the function. */
export const vendorExtendedLayout = layout({
  header: register(0x04, 4, 'PCI_VNDR_HEADER', 'Capabilities', {
    id: number([0, 15], 'PCI_VNDR_HEADER_ID', { lspci: 'ID={x}' }),
    revision: number([16, 19], 'PCI_VNDR_HEADER_REV', { lspci: 'Rev={d}' }),
    /** Of the whole structure, its headers included. */
    lengthBytes: number([20, 31], 'PCI_VNDR_HEADER_LEN', { lspci: 'Len={x}' }),
  }),
})

/** Designated vendor-specific: any vendor's, who is named here (CXL is 1e98). */
export const designatedVendorLayout = layout({
  header1: register(0x04, 4, 'PCI_DVSEC_HEADER1', 'Capabilities', {
    vendor: number([0, 15], 'PCI_DVSEC_HEADER1_VID', { lspci: 'Vendor={x}' }),
    revision: number([16, 19], 'PCI_DVSEC_HEADER1_REV', { lspci: 'Rev={d}' }),
    /** Of the whole structure, its headers included. */
    lengthBytes: number([20, 31], 'PCI_DVSEC_HEADER1_LEN', { lspci: 'Len={d}' }),
  }),
  id: value(0x08, 2, 'Capabilities', number([0, 15], 'PCI_DVSEC_HEADER2_ID', { lspci: 'ID={x}' })),
})
