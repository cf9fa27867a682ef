import { acpiTablesFolder } from '../../machine/index.js'
import { need, note, notHere, passes, seen, undecided } from '../outcomes.js'
import type { ComputerRule } from '../rule.js'

export const preBootDmaProtection: ComputerRule = {
  id: 'pre-boot-dma-protection',
  title: 'Where firmware keeps devices out of memory, does the kernel go on doing so?',
  about: 'computer',
  looksAt: [`${acpiTablesFolder}/DMAR`, `${acpiTablesFolder}/IVRS`, '/sys/class/iommu'],
  why: 'Firmware with pre-boot DMA protection, also called Kernel DMA Protection, has the IOMMU on before the kernel starts, and asks it in the table to keep that up. It is no obstacle by itself. But firmware may claim memory for its devices along with it, which the rule reserved-memory finds.',
  fix: 'Leave the IOMMU on in the kernel.',
  since: [
    'Linux turns VT-d on unasked where the table asks for it and a port leads outside (Thunderbolt); intel_iommu=off prevents it in 6.1 to 7.3, iommu=off from 6.12 on',
  ],
  sources: [
    'VT-d, DMA Remapping Reporting Structure: Flags, DMA_CTRL_PLATFORM_OPT_IN_FLAG',
    'AMD I/O Virtualization Technology Specification 48882, IVinfo: DMA remap support',
    'Linux drivers/iommu/intel/iommu.c platform_optin_force_iommu; include/linux/dmar.h dmar_platform_optin',
  ],
  atWorst: 'note',
  check(machine) {
    const tables = need(machine.iommuTables)
    const name = tables.find((one) => one === 'DMAR' || one === 'IVRS')
    if (name === undefined) return notHere('no DMAR or IVRS is there that could ask for it')
    const path = `${acpiTablesFolder}/${name}`
    const { dmar, ivrs } = machine.acpi
    const table = name === 'DMAR' ? need(dmar) : need(ivrs)
    const asks = table?.fields?.preBootDmaProtection
    if (asks === undefined) undecided('the table is too short to tell', path)
    if (!asks) return passes('firmware does not ask for it', seen(path, 'pre-boot DMA protection 0'))
    const used = need(machine.iommus)
    const evidence = [
      seen(path, 'pre-boot DMA protection 1'),
      seen('/sys/class/iommu', used.join(' ') || 'empty'),
    ]
    if (used.length === 0)
      return note('firmware asks to keep devices out of memory, and the kernel has its IOMMU off', evidence)
    return passes('firmware asks for it, and the kernel uses its IOMMU', ...evidence)
  },
}
