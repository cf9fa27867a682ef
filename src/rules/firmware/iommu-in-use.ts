import { need, passes, seen, step } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

const units = '/sys/class/iommu'
const commandLine = '/proc/cmdline'
const tables = '/sys/firmware/acpi/tables'

export const iommuInUse: ComputerRule = {
  id: 'iommu-in-use',
  title: 'Does the kernel use an IOMMU?',
  about: 'computer',
  looksAt: [units, commandLine, tables],
  why: "A device in a virtual machine is given addresses of that machine's memory. The IOMMU translates them, and keeps the device away from all other memory. Without one vfio-pci gives nothing away.",
  fix: 'Switch on VT-d (Intel) or AMD-Vi, also called IOMMU, in the firmware setup; then, where the kernel does not use it by itself, by its command line.',
  since: [
    'Linux built with CONFIG_INTEL_IOMMU_DEFAULT_ON uses VT-d without intel_iommu=on; AMD-Vi needs no parameter',
  ],
  sources: [
    'Linux drivers/iommu/intel/iommu.c intel_iommu_init, intel_iommu_setup',
    'Linux drivers/iommu/amd/init.c parse_amd_iommu_options',
    'Linux Documentation/admin-guide/kernel-parameters.txt: iommu, intel_iommu, amd_iommu',
  ],
  atWorst: 'step',
  check(machine) {
    const used = need(machine.iommus)
    if (used.length > 0) return passes('the kernel uses one', seen(units, used.join(' ')))
    const words = need(machine.commandLine).split(/\s+/)
    const off = words.filter((word) => /^((intel|amd)_iommu|iommu)=(.*,)?off(,|$)/.test(word))
    if (off.length > 0)
      return step("the kernel's command line switches the IOMMU off", seen(commandLine, off.join(' ')), {
        fix: `take ${off.join(' and ')} out of the kernel's command line, and restart`,
      })
    const described = need(machine.iommuTables)
    if (described.length === 0)
      return step('the firmware describes no IOMMU', seen(tables, 'no DMAR, IVRS, IORT or VIOT'), {
        fix: 'switch on VT-d (Intel) or IOMMU (AMD) in the firmware setup; without such a setting, this computer has none',
      })
    return step(
      'the firmware describes an IOMMU, and the kernel does not use it',
      [seen(tables, described.join(' ')), seen(units, 'empty')],
      described.includes('DMAR')
        ? { fix: "add intel_iommu=on to the kernel's command line, and restart" }
        : { fix: 'look in the kernel log for the reason: handover diagnose' },
    )
  },
}
