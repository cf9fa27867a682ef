import type { Host } from '../../host/index.js'
import type { Evidence, Fact, Unknown } from '../machine.js'
import { parseLine, readFact, readOptional, unknownFrom } from '../read.js'

export const interruptsPath = '/sys/kernel/irq'

/** Whether the kernel has interrupts of devices remapped, and the interrupt that shows it. */
export interface InterruptRemapping {
  readonly on: boolean
  readonly seen: Evidence
}

/**
 * Names of interrupt chips tell it on x86: `IR-IO-APIC`, `IR-PCI-MSI`, `IR-PCI-MSIX-0000:01:00.0` where they are remapped,
 * the same without `IR-` where not (Linux arch/x86/kernel/apic/io_apic.c ioapic_ir_chip, apic/msi.c, the domains' `prefix` in
 * drivers/iommu/intel/irq_remapping.c and amd/iommu.c; 6.1 to 7.3). Either all units of a computer remap or none
 * (intel_prepare_irq_remapping), so one interrupt is enough: they are read in order until one tells.
 */
export function readInterruptRemapping(host: Host): Fact<InterruptRemapping> {
  const listed = host.list(interruptsPath)
  if (listed.kind !== 'value') return unknownFrom(listed, interruptsPath)
  const numbers = listed.value.filter((name) => /^\d+$/.test(name)).toSorted((a, b) => Number(a) - Number(b))
  let open: Unknown | undefined
  for (const number of numbers) {
    const path = `${interruptsPath}/${number}/chip_name`
    const chip = readFact(host, path, (text) => text.trim())
    if ('unknown' in chip) {
      open ??= chip
      continue
    }
    const tells = /^(IR-)?(?:IO-APIC|PCI-MSI)/.exec(chip.value)
    if (tells) return { value: { on: tells[1] !== undefined, seen: { path, value: chip.value } } }
  }
  return open ?? { unknown: 'no interrupt of an IO-APIC or of PCI is there', path: interruptsPath }
}

/** Linux drivers/vfio/vfio_iommu_type1.c and drivers/iommu/iommufd/device.c: the parameter that each has of its own. */
export function readUnsafeInterrupts(host: Host): Fact<readonly Evidence[]> {
  const found: Evidence[] = []
  for (const module of ['vfio_iommu_type1', 'iommufd']) {
    const path = `/sys/module/${module}/parameters/allow_unsafe_interrupts`
    const value = readOptional(host, path, parseLine)
    if ('unknown' in value) return value
    if (value.value === 'Y') found.push({ path, value: value.value })
  }
  return { value: found }
}
