import { isWithin, parseKernelVersion } from '../../iommu/index.js'
import { kernelReleasePath, knownValue } from '../../machine/index.js'
import { need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'
import { ownResets } from './own-resets.js'
import { portOf } from './places.js'
import { brokenResetsOf } from './reset-quirks.js'

/**
 * "PCI: Avoid reset when disabled via sysfs" (479380efe162) refused to reset a bus on which a function has no reset of its
 * own; taken back by bc0b828ef6e5 before 6.15. First and last release of each line, both inside.
 */
export const refusedBusReset = [
  ['6.1.134', '6.1.134'],
  ['6.12.23', '6.12.24'],
  ['6.14.2', '6.14.3'],
] as const

export const resetRegression: DeviceRule = {
  id: 'reset-regression',
  title: 'Does this kernel reset devices that have no reset of their own?',
  about: 'device',
  looksAt: [kernelReleasePath, '/sys/bus/pci/devices/*/reset_method'],
  why: 'Some releases refuse to reset a bus on which a function has no reset of its own. So most video cards cannot be reset: a machine starts once, and hangs or finds no card the second time.',
  fix: 'Take a release that has the change taken back.',
  since: refusedBusReset.map(([first, last]) =>
    first === last ? `Linux ${first} is affected` : `Linux ${first} to ${last} are affected`,
  ),
  sources: [
    'Linux commits 479380efe162 (PCI: Avoid reset when disabled via sysfs) and bc0b828ef6e5, which takes it back',
    'Mail of 14 April 2025 to linux-pci: Revert "PCI: Avoid reset when disabled via sysfs"',
    'Changelogs of Linux 6.1.134, 6.1.135, 6.12.23 and 6.12.25; zen-kernel issue 380 for 6.14.2',
  ],
  atWorst: 'warning',
  check({ machine, device }) {
    if (knownValue(device.parent) === null) return notHere('it stands on a root bus, which is not reset')
    const { methods, evidence } = ownResets(machine, device)
    if (methods.length > 0) return passes('it has a reset of its own', evidence)
    if (brokenResetsOf(device, portOf(machine, device)).some(({ broken }) => broken.includes('bus')))
      return notHere('a reset of its bus does not work: see reset-method', evidence)
    const kernel = need(machine.kernel)
    const version = parseKernelVersion(kernel) ?? undecided('not understood', kernelReleasePath)
    if (!isWithin(version, refusedBusReset))
      return passes('this kernel is not one that refuses', seen(kernelReleasePath, kernel))
    return warning(`Linux ${kernel} does not reset it`, [seen(kernelReleasePath, kernel), evidence])
  },
}
