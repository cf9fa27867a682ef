import { flag, layout, names, number, register, value } from '../layout.js'

/** PCI Power Management: which sleep states there are, and the one the function is in. */
export const powerManagementLayout = layout({
  capabilities: register(0x02, 2, 'PCI_PM_PMC', 'Capabilities', {
    version: number([0, 2], 'PCI_PM_CAP_VER_MASK', { lspci: 'Power Management version {d}' }),
  }),
  support: register(0x02, 2, 'PCI_PM_PMC', 'Flags', {
    pmeClock: flag(3, 'PCI_PM_CAP_PME_CLOCK', 'PMEClk'),
    deviceSpecificInitialization: flag(5, 'PCI_PM_CAP_DSI', 'DSI'),
    auxCurrentMilliamps: names(
      [6, 8],
      'PCI_PM_CAP_AUX_POWER',
      [0, 55, 100, 160, 220, 270, 320, 375],
      'AuxCurrent={name}mA',
    ),
    d1: flag(9, 'PCI_PM_CAP_D1', 'D1'),
    d2: flag(10, 'PCI_PM_CAP_D2', 'D2'),
    pmeFromD0: flag(11, 'PCI_PM_CAP_PME_D0', { label: 'D0', after: 'PME(' }),
    pmeFromD1: flag(12, 'PCI_PM_CAP_PME_D1', { label: 'D1', after: 'PME(' }),
    pmeFromD2: flag(13, 'PCI_PM_CAP_PME_D2', { label: 'D2', after: 'PME(' }),
    pmeFromD3hot: flag(14, 'PCI_PM_CAP_PME_D3hot', 'D3hot'),
    pmeFromD3cold: flag(15, 'PCI_PM_CAP_PME_D3cold', 'D3cold'),
  }),
  control: register(0x04, 2, 'PCI_PM_CTRL', 'Status', {
    powerState: names([0, 1], 'PCI_PM_CTRL_STATE_MASK', ['D0', 'D1', 'D2', 'D3hot'], 'D{d}'),
    /** Set: going from D3hot to D0 does not reset the function, so a "PM reset" does nothing. */
    noSoftReset: flag(3, 'PCI_PM_CTRL_NO_SOFT_RESET', 'NoSoftRst'),
    pmeEnabled: flag(8, 'PCI_PM_CTRL_PME_ENABLE', 'PME-Enable'),
    dataSelect: number([9, 12], 'PCI_PM_CTRL_DATA_SEL_MASK', { lspci: 'DSel={d}' }),
    dataScale: number([13, 14], 'PCI_PM_CTRL_DATA_SCALE_MASK', { lspci: 'DScale={d}' }),
    pmeStatus: flag(15, 'PCI_PM_CTRL_PME_STATUS', 'PME'),
  }),
  bridge: register(0x06, 1, 'PCI_PM_PPB_EXTENSIONS', 'Bridge', {
    /** In D3hot the secondary bus goes to B2 (its clock stops) when set, to B3 (no power) when clear. */
    b2InD3hot: flag(6, 'PCI_PM_PPB_B2_B3', { label: 'B3', inverted: true }),
    busPowerControl: flag(7, 'PCI_PM_BPCC_ENABLE', 'PM'),
  }),
  data: value(0x07, 1, '', number([0, 7], 'PCI_PM_DATA_REGISTER')),
})
