import { describe, expect, it } from 'vitest'
import { drawComputer, expectPredicted } from '../../test/support/lab-trees.js'

/** 200 trees, each under each kernel and each IOMMU: so many of them in one computer, since most of the time goes into starting it. */
const trees = 200
const treesPerComputer = 40
const seeds = Array.from({ length: trees / treesPerComputer }, (_, i) => i + 1)

/** On two busy cores a computer of 40 trees was seen to take 230 s. */
const timeout = 900_000

describe.each(['6.1', '6.12', '7'])('Linux %s', (kernel) => {
  describe.each(['intel', 'amd'] as const)('with the IOMMU %s', (iommu) => {
    it.each(seeds)('groups 40 trees as predicted: seed %i', { timeout }, async (seed) => {
      const { functions } = await expectPredicted(drawComputer(seed, treesPerComputer, iommu), { kernel })
      expect(functions).toBeGreaterThan(treesPerComputer)
    })
  })
})

// Before Linux 6.15 it groups a function only when a driver takes it (docs/groups.md), and most of these have none.
it('Linux 7 groups 40 trees as predicted with the IOMMU virtio: seed 1', { timeout }, async () => {
  const { functions } = await expectPredicted(drawComputer(1, treesPerComputer, 'virtio'), { kernel: '7' })
  expect(functions).toBeGreaterThan(treesPerComputer)
})
