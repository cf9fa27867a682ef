import {
  acpiTablesFolder,
  commandLinePath,
  hypervisorTypePath,
  isVfioDriver,
  knownValue,
  type Machine,
  type Parameter,
  type PciFunction,
} from '../../machine/index.js'
import { need, notHere, passes, seen, step } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'
import { iommuOffWords, wordsOf } from './kernel-words.js'

const units = '/sys/class/iommu'

export const iommuInUse: ComputerRule = {
  id: 'iommu-in-use',
  title: 'Does the kernel use an IOMMU?',
  about: 'computer',
  looksAt: [
    units,
    commandLinePath,
    acpiTablesFolder,
    hypervisorTypePath,
    '/proc/cpuinfo',
    'in pasted text: IOMMU groups',
  ],
  why: "A device in a virtual machine is given addresses of that machine's memory. The IOMMU translates them, and keeps the device away from all other memory. Without one vfio-pci gives nothing away.",
  fix: 'Switch on VT-d (Intel) or AMD-Vi, also called IOMMU, in the firmware setup; then, where the kernel does not use it by itself, by its command line.',
  since: [
    'Linux built with CONFIG_INTEL_IOMMU_DEFAULT_ON uses VT-d without intel_iommu=on; AMD-Vi needs no parameter',
  ],
  sources: [
    'Linux drivers/iommu/intel/iommu.c intel_iommu_init, intel_iommu_setup',
    'Linux drivers/iommu/amd/init.c amd_iommu_detect, parse_amd_iommu_options',
    'Linux arch/x86/kernel/pci-dma.c iommu_setup; drivers/iommu/iommu-sysfs.c iommu_dev_init',
    'Linux Documentation/admin-guide/kernel-parameters.txt: iommu, intel_iommu, amd_iommu',
  ],
  atWorst: 'step',
  check(machine) {
    const grouped = 'unknown' in machine.iommus ? machine.functions.find(isGrouped) : undefined
    if (grouped !== undefined)
      return passes(
        'the kernel has made groups of devices',
        seen(`/sys/bus/pci/devices/${grouped.address}/iommu_group`, String(knownValue(grouped.group))),
      )
    const used = need(machine.iommus)
    if (used.length > 0) return passes('the kernel uses an IOMMU', seen(units, used.join(' ')))
    if (need(machine.system.xen) !== null)
      return notHere('Xen keeps the IOMMU to itself: see xen-dom0', seen(hypervisorTypePath, 'xen'))
    const line = need(machine.system.commandLine)
    const described = need(machine.iommuTables)
    const off = iommuOffWords(line, described)
    if (off.length > 0)
      return step("the kernel's command line switches the IOMMU off", seen(commandLinePath, off.join(' ')), {
        fix: `take ${off.join(' and ')} out of the kernel's command line, and restart`,
      })
    return described.length === 0 ? notDescribed(machine, line) : notUsed(machine, line, described)
  },
}

/** Pasted text has groups and no more. Without an IOMMU only a function that vfio took may have one (vfio-noiommu). */
function isGrouped({ group, driver }: PciFunction): boolean {
  const name = knownValue(driver)
  return typeof knownValue(group) === 'number' && name !== undefined && !isVfioDriver(name)
}

function notDescribed(machine: Machine, line: readonly Parameter[]): Outcome {
  if (wordsOf(line, 'acpi').some(({ values }) => values[0] === 'off'))
    return step(
      'the kernel is told to do without ACPI, which describes the IOMMU',
      seen(commandLinePath, 'acpi=off'),
      {
        fix: "take acpi=off out of the kernel's command line, and restart",
      },
    )
  const evidence = seen(acpiTablesFolder, 'no DMAR, IVRS, IORT or VIOT')
  if (knownValue(machine.system.processor)?.flags.has('hypervisor'))
    return notHere('its host gives this virtual machine none: see virtual-machine', evidence)
  return step('the firmware describes no IOMMU', evidence, {
    fix: 'switch on VT-d (Intel) or IOMMU, also called AMD-Vi (AMD), in the firmware setup: VT-x and SVM are other settings; without such a setting, this computer has none',
  })
}

function notUsed(machine: Machine, line: readonly Parameter[], described: readonly string[]): Outcome {
  const evidence = [seen(acpiTablesFolder, described.join(' ')), seen(units, 'empty')]
  if (!need(machine.system.iommuClass))
    return step('the kernel is built without IOMMU drivers', [evidence[0]!, seen(units, 'absent')], {
      fix: 'start a kernel of the distribution, or build it with CONFIG_INTEL_IOMMU or CONFIG_AMD_IOMMU',
    })
  const asked = wordsOf(line, 'intel_iommu').some(({ values }) => values.includes('on'))
  if (described.includes('DMAR') && !asked)
    return step('the firmware describes VT-d, and the kernel does not use it unasked', evidence, {
      fix: "add intel_iommu=on to the kernel's command line, and restart",
    })
  return step('the firmware describes an IOMMU, and the kernel cannot use it', evidence, {
    fix: "look in the kernel's log for the reason: handover diagnose",
    ...(asked ? { why: 'The command line asks for it already.' } : {}),
  })
}
