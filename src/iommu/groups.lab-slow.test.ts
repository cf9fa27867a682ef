import { describe, expect, it } from 'vitest'
import { drawComputer, expectPredicted } from '../../test/support/lab-trees.js'

/** 200 trees, each under each kernel and under Intel's IOMMU and AMD's. */
const trees = 200
const treesPerComputer = Number(process.env.TPC ?? 40)
const seeds = Array.from({ length: trees / treesPerComputer }, (_, i) => i + 1)

describe.each(['6.1', '6.12', '7'])('Linux %s', (kernel) => {
  describe.each(['intel', 'amd'] as const)('IOMMU of %s', (iommu) => {
    it.each(seeds)('groups drawn trees as predicted: seed %i', { timeout: 600_000 }, async (seed) => {
      const t = Date.now()
      const { functions } = await expectPredicted(drawComputer(seed, treesPerComputer, iommu), { kernel })
      console.log(kernel, iommu, seed, functions, Date.now() - t)
      expect(functions).toBeGreaterThan(treesPerComputer)
    })
  })
})
