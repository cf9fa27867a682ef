import { address, flag, layout, names, number, register, value } from '../layout.js'

/** Single Root I/O Virtualization: one function makes more of its kind. The functions' BARs are decoded beside. */
export const sriovLayout = layout({
  capabilities: register(0x04, 4, 'PCI_SRIOV_CAP', 'IOVCap', {
    migration: flag(0, 'PCI_SRIOV_CAP_VFM', 'Migration'),
    tenBitTagRequester: flag(2, 'PCI_IOV_CAP_VF_10BIT_TAG_REQ', '10BitTagReq'),
    migrationInterruptMessage: number([21, 31], 'PCI_SRIOV_CAP_INTR', {
      lspci: ['IntMsgNum {d}', 'Interrupt Message Number: {x}'],
    }),
  }),
  control: register(0x08, 2, 'PCI_SRIOV_CTRL', 'IOVCtl', {
    enabled: flag(0, 'PCI_SRIOV_CTRL_VFE', 'Enable'),
    migration: flag(1, 'PCI_SRIOV_CTRL_VFM', 'Migration'),
    migrationInterrupt: flag(2, 'PCI_SRIOV_CTRL_INTR', 'Interrupt'),
    memorySpace: flag(3, 'PCI_SRIOV_CTRL_MSE', 'MSE'),
    ariHierarchy: flag(4, 'PCI_SRIOV_CTRL_ARI', 'ARIHierarchy'),
    tenBitTagRequester: flag(5, 'PCI_IOV_CTRL_VF_10BIT_TAG_REQ_EN', '10BitTagReq'),
  }),
  status: register(0x0a, 2, 'PCI_SRIOV_STATUS', 'IOVSta', {
    migration: flag(0, 'PCI_SRIOV_STATUS_VFM', 'Migration'),
  }),
  initialFunctions: value(0x0c, 2, 'Initial VFs', number([0, 15], 'PCI_SRIOV_INITIAL_VF', { lspci: '{d}' })),
  totalFunctions: value(
    0x0e,
    2,
    'Initial VFs',
    number([0, 15], 'PCI_SRIOV_TOTAL_VF', { lspci: 'Total VFs: {d}' }),
  ),
  functionsInUse: value(
    0x10,
    2,
    'Initial VFs',
    number([0, 15], 'PCI_SRIOV_NUM_VF', { lspci: 'Number of VFs: {d}' }),
  ),
  dependencyLink: value(
    0x12,
    1,
    'Initial VFs',
    number([0, 7], 'PCI_SRIOV_FUNC_LINK', { lspci: 'Function Dependency Link: {x}' }),
  ),
  firstFunctionOffset: value(0x14, 2, 'VF offset', number([0, 15], 'PCI_SRIOV_VF_OFFSET', { lspci: '{d}' })),
  functionStride: value(
    0x16,
    2,
    'VF offset',
    number([0, 15], 'PCI_SRIOV_VF_STRIDE', { lspci: 'stride: {d}' }),
  ),
  functionDevice: value(
    0x1a,
    2,
    'VF offset',
    number([0, 15], 'PCI_SRIOV_VF_DID', { lspci: 'Device ID: {x}' }),
  ),
  /** Bit n: pages of 2^(n + 12) bytes. */
  supportedPageSizes: value(
    0x1c,
    4,
    'Supported Page Size',
    number([0, 31], 'PCI_SRIOV_SUP_PGSIZE', { lspci: '{x}' }),
  ),
  systemPageSize: value(
    0x20,
    4,
    'Supported Page Size',
    number([0, 31], 'PCI_SRIOV_SYS_PGSIZE', { lspci: 'System Page Size: {x}' }),
  ),
  migrationState: register(0x3c, 4, 'PCI_SRIOV_VFM', 'VF Migration', {
    bar: number([0, 2], 'PCI_SRIOV_VFM_BIR', { lspci: 'BIR: {x}' }),
    offset: address([3, 31], 'PCI_SRIOV_VFM_OFFSET', 'offset: {x}'),
  }),
})

/** One BAR of Resizable BAR, and of VF Resizable BAR; the count stands in the first one only. */
export const resizableBarLayout = layout({
  /** Bit n: 2^(n + 20) bytes. */
  supportedSizes: value(0x00, 4, '', number([4, 31], 'PCI_REBAR_CAP_SIZES')),
  control: register(0x04, 4, 'PCI_REBAR_CTRL', '', {
    bar: number([0, 2], 'PCI_REBAR_CTRL_BAR_IDX'),
    count: number([5, 7], 'PCI_REBAR_CTRL_NBAR_MASK'),
    /** The BAR has 2^(20 + this) bytes. */
    sizeExponent: number([8, 13], 'PCIe: Resizable BAR Control Register, BAR Size'),
    /** Bit n: 2^(n + 48) bytes. */
    supportedLargeSizes: number([16, 31], 'PCIe: Resizable BAR Control Register, BAR Size Supported'),
  }),
})

/** TLP Processing Hints: where a device's writes should land in the processors' caches. */
export const tphLayout = layout({
  capability: register(0x04, 4, 'PCI_TPH_CAP', '', {
    noTableMode: flag(0, 'PCI_TPH_CAP_ST_NS'),
    interruptVectorMode: flag(1, 'PCI_TPH_CAP_ST_IV'),
    deviceSpecificMode: flag(2, 'PCI_TPH_CAP_ST_DS'),
    extended: flag(8, 'PCI_TPH_CAP_EXT_TPH'),
    tableLocation: names([9, 10], 'PCI_TPH_CAP_LOC_MASK', ['none', 'capability', 'MSI-X table']),
    tableEntries: number([16, 26], 'PCI_TPH_CAP_ST_MASK', { plus: 1 }),
  }),
  control: register(0x08, 4, 'PCI_TPH_CTRL', '', {
    mode: names([0, 2], 'PCI_TPH_CTRL_MODE_SEL_MASK', ['no table', 'interrupt vector', 'device specific']),
    requester: names([8, 9], 'PCI_TPH_CTRL_REQ_EN_MASK', ['disabled', 'TPH', null, 'TPH and extended TPH']),
  }),
})
