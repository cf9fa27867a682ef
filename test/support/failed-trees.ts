import type { drawComputers } from './lab-trees.js'

/** Trees whose groups were predicted wrongly once. Each stays a test. */
export const failedTrees: readonly {
  readonly what: string
  /** How many virtual functions get no group. */
  readonly ungroupedVirtual: number
  readonly computer: ReturnType<typeof drawComputers>[number]
}[] = [
  {
    // QEMU's IVRS names what stands on the root bus when it starts. What is made later gets no group there; behind a port it does.
    what: "virtual functions on a root bus under AMD's IOMMU",
    ungroupedVirtual: 2,
    computer: {
      iommu: 'amd',
      devices: [
        { nvme: { sriov_max_vfs: 2 } },
        { 'root-port': { devices: [{ nvme: { sriov_max_vfs: 2 } }] } },
      ],
    },
  },
]
