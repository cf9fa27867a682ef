import { describe, expect, it } from 'vitest'
import { drawComputer, expectPredicted } from '../../test/support/lab-trees.js'

/** Nine computers of 20 trees each, which with those of groups.lab.test.ts makes 200: each kernel under Intel's IOMMU and AMD's. */
const seeds = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const kernels = ['6.1', '6.12', '7'] as const

describe.each(kernels)('Linux %s', (kernel) => {
  const own = seeds.filter((seed) => seed % kernels.length === kernels.indexOf(kernel))
  it.each(own)('groups 20 trees as predicted: seed %i', { timeout: 600_000 }, async (seed) => {
    for (const iommu of ['intel', 'amd'] as const) {
      const { functions } = await expectPredicted(drawComputer(seed, 20, iommu), { kernel })
      expect(functions).toBeGreaterThan(20)
    }
  })
})
