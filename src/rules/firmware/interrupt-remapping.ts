import {
  acpiTablesFolder,
  commandLinePath,
  interruptsPath,
  knownValue,
  type Machine,
} from '../../machine/index.js'
import { need, notHere, passes, seen, step, warning } from '../outcomes.js'
import type { ComputerRule, Outcome } from '../rule.js'
import { remappingOffWords } from './kernel-words.js'

const parameter = '/sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts'

/**
 * Host bridges with which Linux leaves remapping off: interrupts get lost with it (arch/x86/kernel/early-quirks.c
 * intel_remapping_check). Up to this revision, and where given in one more.
 */
export const brokenRemapping = [
  { device: 0x3403, upTo: 0x13, also: undefined },
  { device: 0x3405, upTo: 0x13, also: 0x22 },
  { device: 0x3406, upTo: 0x13, also: undefined },
] as const

export const interruptRemapping: ComputerRule = {
  id: 'interrupt-remapping',
  title: 'Does the kernel remap interrupts of devices?',
  about: 'computer',
  looksAt: [
    `${interruptsPath}/*/chip_name`,
    commandLinePath,
    `${acpiTablesFolder}/DMAR`,
    parameter,
    '/sys/module/iommufd/parameters/allow_unsafe_interrupts',
  ],
  why: 'A device raises an interrupt by writing to memory. Without remapping, whoever controls the device, the virtual machine too, can raise any interrupt of the host with it. So vfio refuses: "No interrupt remapping support".',
  fix: 'Switch on VT-d or IOMMU, and x2APIC where the firmware setup has it, and update the firmware. Only where that does not help and the machine is trusted: the parameter allow_unsafe_interrupts=1 of vfio_iommu_type1, which gives that protection up.',
  sources: [
    'Linux drivers/vfio/vfio_iommu_type1.c vfio_iommu_type1_attach_group; drivers/iommu/iommufd/device.c iommufd_device_bind',
    'Linux drivers/iommu/irq_remapping.c setup_irqremap; drivers/iommu/intel/irq_remapping.c intel_prepare_irq_remapping',
    'Linux arch/x86/kernel/early-quirks.c intel_remapping_check',
    'VT-d, DMA Remapping Reporting Structure: Flags, INTR_REMAP',
  ],
  atWorst: 'step',
  check(machine) {
    if (need(machine.iommus).length === 0) return notHere('no IOMMU is in use: see iommu-in-use')
    const remapping = need(machine.system.interruptRemapping)
    if (remapping.on) return passes('the kernel remaps interrupts of devices', remapping.seen)
    const allowed = need(machine.system.unsafeInterruptsAllowed)
    if (allowed.length > 0)
      return warning(
        'the kernel does not remap interrupts, and vfio is told to do without',
        [remapping.seen, ...allowed],
        {
          fix: 'trust what runs in the virtual machine like the host itself, or have interrupts remapped',
        },
      )
    return reasonOf(machine, remapping.seen)
  },
}

function reasonOf(machine: Machine, evidence: Outcome['evidence'][number]): Outcome {
  const off = remappingOffWords(need(machine.system.commandLine))
  if (off.length > 0)
    return step(
      'the command line of the kernel switches interrupt remapping off',
      [evidence, seen(commandLinePath, off.join(' '))],
      { fix: `take ${off.join(' and ')} out of the kernel's command line, and restart` },
    )
  const flawed = machine.functions.find((f) =>
    brokenRemapping.some(({ device, upTo, also }) => {
      if (knownValue(f.vendor) !== 0x8086 || knownValue(f.device) !== device) return false
      const revision = knownValue(f.revision) ?? Number.POSITIVE_INFINITY
      return revision <= upTo || revision === also
    }),
  )
  if (flawed !== undefined)
    return step(
      'the kernel leaves interrupt remapping off, since this chipset loses interrupts with it',
      [
        evidence,
        seen(
          `/sys/bus/pci/devices/${flawed.address}/revision`,
          `0x${knownValue(flawed.revision)!.toString(16)}`,
        ),
      ],
      { fix: 'where the machine is trusted, set allow_unsafe_interrupts=1 of vfio_iommu_type1' },
    )
  const dmar = knownValue(machine.acpi.dmar)
  if (dmar?.fields?.interruptRemapping === false)
    return step('the firmware says that its VT-d does not remap interrupts', [
      evidence,
      seen(`${acpiTablesFolder}/DMAR`, 'INTR_REMAP 0'),
    ])
  return step('the kernel does not remap interrupts', evidence)
}
