import { defineConfig } from 'vitest/config'

const labTests = 'src/**/*.lab.test.ts'
const slowLabTests = 'src/**/*.lab-slow.test.ts'
const everyLabTest = process.env.HANDOVER_LAB === 'all'

/** Two projects: `unit` runs in seconds; `lab` boots one machine (test/lab-setup.ts) that all its files share. */
export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [labTests, slowLabTests],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'lab',
          include: everyLabTest ? [labTests, slowLabTests] : [labTests],
          globalSetup: './test/lab-setup.ts',
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
})
