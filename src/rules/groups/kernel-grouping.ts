import {
  defaultRules,
  type KernelVersion,
  lateAcs,
  parseKernelVersion,
  predictGroups,
  type Rules,
} from '../../iommu/index.js'
import { kernelReleasePath, knownValue } from '../../machine/index.js'
import type { Handover } from '../handover.js'
import { need, notHere, passes, seen, undecided, warning } from '../outcomes.js'
import type { DeviceRule } from '../rule.js'

export const kernelGrouping: DeviceRule = {
  id: 'kernel-grouping',
  title: 'Does this kernel make groups as small as the hardware allows?',
  about: 'device',
  looksAt: [
    kernelReleasePath,
    '/sys/bus/pci/devices/*/iommu_group',
    'the groups that the kernel would make with and without its mistake',
  ],
  why: 'Some stable releases switch isolation of ports (ACS) on only after the groups were made. Devices that were apart before then share a group, and have to leave the host together.',
  fix: 'Use an older or newer release of the kernel.',
  since: lateAcs.map(([first, last]) => `Linux ${first} to ${last} switch ACS on too late`),
  sources: [
    'Linux commit c41e2fb67e26 "PCI: Enable ACS after configuring IOMMU for OF platforms", as it was taken into stable lines and out again',
    'Linux drivers/pci/pci.c pci_enable_acs; drivers/iommu/iommu.c pci_device_group',
  ],
  atWorst: 'warning',
  check(handover) {
    const { machine, device } = handover
    const path = `/sys/bus/pci/devices/${device.address}/iommu_group`
    const text = need(machine.kernel)
    const kernel = parseKernelVersion(text)
    const span = kernel && spanOf(kernel)
    if (kernel === undefined || span === undefined)
      return notHere('no release of this kernel line has that mistake', seen(kernelReleasePath, text))
    const [first, last] = span
    if (kernel.patch !== undefined && !isInside(kernel.patch, span))
      return passes(`this release is not among ${first} to ${last}`, seen(kernelReleasePath, text))
    const number = knownValue(device.group)
    if (typeof number === 'number' && need(handover.leaving).length === 1)
      return passes('nothing but bridges shares its group', seen(path, String(number)))
    const rules = defaultRules(machine)
    const good = companyOf(handover, { ...rules, acsEnabled: 'with the device' })
    const bad = companyOf(handover, { ...rules, acsEnabled: 'with the driver' })
    if (good === bad) return passes('its group is the same either way', seen('predicted group', good))
    const actual =
      typeof number === 'number'
        ? need(handover.leaving)
            .map(({ address }) => address)
            .join(' ')
        : undefined
    if (actual === good) return passes('its group is as small as can be', seen(path, good))
    if (actual === undefined && kernel.patch === undefined)
      undecided(
        `which release this is: cat /proc/version (those of ${first} to ${last} group wrongly)`,
        kernelReleasePath,
      )
    if (actual !== undefined && actual !== bad) undecided('its group is of neither form', path)
    return warning(
      `this kernel makes its group larger than it need be`,
      [
        seen(kernelReleasePath, text),
        seen(actual === undefined ? 'predicted group' : path, bad),
        seen('predicted group without the mistake', good),
      ],
      { fix: `use Linux ${next(last)} or newer, or one before ${first}` },
    )
  },
}

type Span = readonly [string, string]

/** The span of the kernel's own line. */
function spanOf({ major, minor }: KernelVersion): Span | undefined {
  return lateAcs.find(([first]) => first.startsWith(`${major}.${minor}.`))
}

function isInside(patch: number, [first, last]: Span): boolean {
  return parseKernelVersion(first)!.patch! <= patch && patch <= parseKernelVersion(last)!.patch!
}

function next(release: string): string {
  const { major, minor, patch } = parseKernelVersion(release)!
  return `${major}.${minor}.${patch! + 1}`
}

/** Who leaves the host with the device by some rules: addresses, sorted, itself too; bridges stay. */
function companyOf({ machine, device: { address } }: Handover, rules: Rules): string {
  const { groups, ungrouped } = predictGroups(machine, rules)
  const group = groups.find(({ functions }) => functions.includes(address))
  if (group === undefined && !ungrouped.includes(address))
    undecided('its group cannot be predicted: see handover groups', `/sys/bus/pci/devices/${address}`)
  const stays = new Set(machine.functions.flatMap((f) => (knownValue(f.isBridge) ? [f.address] : [])))
  return (group?.functions ?? []).filter((one) => !stays.has(one)).join(' ')
}
