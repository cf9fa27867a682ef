import { describe, it } from 'vitest'
import { drawComputers, expectPredicted } from '../../test/support/lab-trees.js'

/** 200 trees, each under each kernel and each IOMMU; in as few computers as hold them, since most of the time goes into starting one. */
const trees = 200

/** On two busy cores a full computer was seen to take 230 s. */
const timeout = 900_000

describe.each(['6.1', '6.12', '7'])('Linux %s', (kernel) => {
  describe.each(['intel', 'amd'] as const)('with the IOMMU %s', (iommu) => {
    const computers = drawComputers(1, trees, iommu).map((computer, i) => ({ computer, number: i + 1 }))
    it.each(computers)(
      'groups the trees of computer $number as predicted',
      { timeout },
      async ({ computer }) => {
        await expectPredicted(computer, { kernel })
      },
    )
  })
})

// One that QEMU 7.2's virtio-iommu takes whole: behind bridges to conventional PCI, and under Linux 7.3, it does not (docs/groups.md).
it('Linux 6.12 groups the trees of a computer as predicted with the IOMMU virtio', { timeout }, async () => {
  const devices = [
    'edu',
    { 'root-port': { devices: ['edu'] } },
    { 'root-port': { acs: false, devices: [{ functions: ['edu', 'audio'] }] } },
    { 'root-port': { devices: [{ switch: { devices: ['edu', { nvme: { sriov_max_vfs: 2 } }] } }] } },
  ]
  await expectPredicted({ iommu: 'virtio', devices }, { kernel: '6.12' })
})
