import { defineConfig } from 'vitest/config'

const labTests = 'src/**/*.lab.test.ts'
const slowLabTests = 'src/**/*.lab-slow.test.ts'
const bootTests = 'src/**/*.boot.test.ts'
const everyLabTest = process.env.HANDOVER_LAB === 'all'

/**
 * `unit` runs in seconds; `lab` boots one machine (test/lab-setup.ts) that all its files share; `boot` starts computers from
 * disks with a Debian on them.
 */
export default defineConfig({
  test: {
    reporters: ['default', './test/closing-line-reporter.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [labTests, slowLabTests, bootTests],
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
      {
        test: {
          name: 'boot',
          include: [bootTests],
          globalSetup: './test/build-setup.ts',
          fileParallelism: false,
          // After the others: such a computer wants all of this one.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
