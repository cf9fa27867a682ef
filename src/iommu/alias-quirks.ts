/**
 * Devices that send DMA under another function's requester id, or bridges that do so for what is behind them: Linux
 * drivers/pci/quirks.c, what calls `pci_add_dma_alias` or sets a flag that drivers/pci/search.c `pci_for_each_dma_alias` reads.
 * An alias is always on the device's own bus.
 *
 * Left out: `quirk_use_pcie_bridge_dma_alias`, which changes the requester id that a bridge uses and no group.
 */
export interface AliasQuirk {
  readonly vendor: number
  readonly devices: readonly (number | readonly [number, number])[]
  /** Subsystem vendor and device, where the row is for these only. */
  readonly subsystems?: readonly (readonly [number, number])[]
  /** Only functions of this class (the upper two bytes of the class code). */
  readonly classCode?: number
  /**
   * - `function`: this function of its own slot.
   * - `devfns`: these device and function numbers of its bus; ranges with both ends inside.
   * - `device registers`: which ones stands in the device's memory, out of reach.
   * - `translated below`: a bridge at which the IOMMU sits: bridges from it up alias nothing.
   * - `forwards ids`: a PCI Express to PCI bridge that keeps the requester ids of what is behind it.
   */
  readonly alias:
    | { readonly kind: 'function'; readonly number: number }
    | { readonly kind: 'devfns'; readonly ranges: readonly (readonly [number, number])[] }
    | { readonly kind: 'device registers' }
    | { readonly kind: 'translated below' }
    | { readonly kind: 'forwards ids' }
  readonly source: string
  readonly since?: readonly string[]
}

const devfn = (slot: number, fn: number) => slot * 8 + fn
const one = (number: number): readonly [number, number] => [number, number]

export const aliasQuirks: readonly AliasQuirk[] = [
  {
    vendor: 0x1180, // Ricoh
    devices: [0xe832, 0xe476],
    alias: { kind: 'function', number: 0 },
    source: 'quirk_dma_func0_alias',
  },
  {
    vendor: 0x6766, // Glenfly
    devices: [0x3d40, 0x3d41],
    alias: { kind: 'function', number: 0 },
    source: 'quirk_dma_func0_alias',
    since: ['6.1.113', '6.11.4', '6.12'],
  },
  {
    vendor: 0x1b4b, // Marvell SATA controllers
    devices: [
      0x9120, 0x9123, 0x9125, 0x9128, 0x9130, 0x9170, 0x9172, 0x917a, 0x9182, 0x9183, 0x91a0, 0x9215, 0x9220,
      0x9230,
    ],
    alias: { kind: 'function', number: 1 },
    source: 'quirk_dma_func1_alias',
  },
  {
    vendor: 0x1b4b,
    devices: [0x9235],
    alias: { kind: 'function', number: 1 },
    source: 'quirk_dma_func1_alias',
    since: ['6.1.40', '6.4.5', '6.5'],
  },
  {
    vendor: 0x1103, // HighPoint
    devices: [0x0642, 0x0645],
    alias: { kind: 'function', number: 1 },
    source: 'quirk_dma_func1_alias',
  },
  {
    vendor: 0x197b, // JMicron JMB388
    devices: [0x2392],
    alias: { kind: 'function', number: 1 },
    source: 'quirk_dma_func1_alias',
  },
  {
    vendor: 0x1c28, // Plextor M6e
    devices: [0x0122],
    alias: { kind: 'function', number: 1 },
    source: 'quirk_dma_func1_alias',
  },
  {
    vendor: 0x9005, // Adaptec 3405, 3805
    devices: [0x0285],
    subsystems: [
      [0x9005, 0x02bb],
      [0x9005, 0x02bc],
    ],
    alias: { kind: 'devfns', ranges: [one(devfn(1, 0))] },
    source: 'quirk_fixed_dma_alias',
  },
  {
    vendor: 0x8086, // Intel MIC x200
    devices: [0x2260, 0x2264],
    alias: { kind: 'devfns', ranges: [one(devfn(0x10, 0)), one(devfn(0x11, 0)), one(devfn(0x12, 3))] },
    source: 'quirk_mic_x200_dma_alias',
  },
  {
    vendor: 0x8086, // Intel Visual Compute Accelerator: five functions of every slot
    devices: [0x2954, 0x2955, 0x2956, 0x2958, 0x2959, 0x295a],
    alias: {
      kind: 'devfns',
      ranges: Array.from({ length: 32 }, (_, slot) => [devfn(slot, 0), devfn(slot, 4)] as const),
    },
    source: 'quirk_pex_vca_alias',
  },
  {
    vendor: 0x14e4, // Broadcom Vulcan, Cavium ThunderX2
    devices: [0x9000, 0x9084],
    alias: { kind: 'translated below' },
    source: 'quirk_bridge_cavm_thrx2_pcie_root',
  },
  {
    vendor: 0x1a03, // ASPEED AST1150
    devices: [0x1150],
    alias: { kind: 'forwards ids' },
    source: 'quirk_aspeed_pci_bridge_no_alias',
    since: ['7.0'],
  },
  {
    vendor: 0x10b5, // PLX non-transparent bridges
    devices: [0x87b0, 0x87b1],
    alias: { kind: 'devfns', ranges: [[0, 255]] },
    source: 'quirk_plx_ntb_dma_alias',
  },
  {
    vendor: 0x11f8, // Microsemi Switchtec
    devices: [
      [0x8531, 0x8536],
      [0x8541, 0x8546],
      [0x8551, 0x8556],
      [0x8561, 0x8566],
      [0x8571, 0x8576],
      0x4000,
      0x4084,
      0x4068,
      0x4052,
      0x4036,
      0x4028,
      0x4100,
      0x4184,
      0x4168,
      0x4152,
      0x4136,
      0x4128,
      0x4200,
      0x4284,
      0x4268,
      0x4252,
      0x4236,
      0x4228,
      0x4352,
      0x4336,
      0x4328,
      0x4452,
      0x4436,
      0x4428,
      0x4552,
      0x4536,
      0x4528,
      0x5000,
      0x5084,
      0x5068,
      0x5052,
      0x5036,
      0x5028,
      0x5100,
      0x5184,
      0x5168,
      0x5152,
      0x5136,
      0x5128,
      0x5200,
      0x5284,
      0x5268,
      0x5252,
      0x5236,
      0x5228,
      0x5300,
      0x5384,
      0x5368,
      0x5352,
      0x5336,
      0x5328,
      0x5400,
      0x5484,
      0x5468,
      0x5452,
      0x5436,
      0x5428,
      0x5500,
      0x5584,
      0x5568,
      0x5552,
      0x5536,
      0x5528,
    ],
    classCode: 0x0680,
    alias: { kind: 'device registers' },
    source: 'quirk_switchtec_ntb_dma_alias',
  },
  {
    vendor: 0x1055, // Microchip PCI100x
    devices: [[0x1001, 0x1006]],
    classCode: 0x0680,
    alias: { kind: 'device registers' },
    source: 'quirk_switchtec_ntb_dma_alias',
  },
  {
    vendor: 0x1055, // Microchip PCI1008
    devices: [0x1008],
    classCode: 0x0680,
    alias: { kind: 'device registers' },
    source: 'quirk_switchtec_ntb_dma_alias',
    since: ['6.12.117', '7.3'],
  },
]
