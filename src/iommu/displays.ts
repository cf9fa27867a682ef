import { knownValue, type PciFunction } from '../machine/index.js'

/**
 * Chipsets and displays of Intel's where Linux leaves out the IOMMU that is there for displays alone, whatever it is told: Linux
 * drivers/iommu/intel/iommu.c (6.1, 6.12, 7.3), `quirk_iommu_igfx`.
 *
 * Left out: `quirk_calpella_no_shadow_gtt`, which asks a register of three chipsets of 2010.
 */
export const brokenDisplayUnits: readonly { readonly what: string; readonly devices: readonly number[] }[] = [
  { what: 'Q35', devices: [0x29b2] },
  { what: 'G4x, GM45', devices: [0x2a40, 0x2e00, 0x2e10, 0x2e20, 0x2e30, 0x2e40, 0x2e90] },
  { what: 'QM57, QS57', devices: [0x0044] },
  {
    what: 'Broadwell',
    devices: [
      0x1602, 0x1606, 0x160a, 0x160b, 0x160d, 0x160e, 0x1612, 0x1616, 0x161a, 0x161b, 0x161d, 0x161e, 0x1622,
      0x1626, 0x162a, 0x162b, 0x162d, 0x162e, 0x1632, 0x1636, 0x163a, 0x163b, 0x163d, 0x163e,
    ],
  },
]

/** Whether Linux leaves out IOMMUs that are there for displays alone: `init_no_remapping_devices` of the same file. */
export function leavesOutDisplays(commandLine: string, functions: readonly PciFunction[]): boolean {
  const isAsked = commandLine
    .split(/\s+/)
    .filter((word) => word.startsWith('intel_iommu='))
    .some((word) =>
      word
        .slice('intel_iommu='.length)
        .split(',')
        // intel_iommu_setup compares no further than the name.
        .some((option) => option.startsWith('igfx_off')),
    )
  const broken = new Set(brokenDisplayUnits.flatMap(({ devices }) => devices))
  return (
    isAsked ||
    functions.some((f) => knownValue(f.vendor) === 0x8086 && broken.has(knownValue(f.device) ?? -1))
  )
}
