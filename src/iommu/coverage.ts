import { knownValue } from '../machine/index.js'
import type { Rules } from './rules.js'
import { placeOf, type Subject } from './subject.js'

/**
 * Indices of functions that get no group, since no IOMMU is in charge of them.
 *
 * AMD: the ranges of the IVRS table say who is covered (Linux amd/iommu.c `check_device`). It is not read here; but of 80
 * tables of real machines 78 begin their range right after the root complex and the IOMMU's own function, which stand in
 * one slot. Intel's VT-d covers all that is not kept for another unit (intel/iommu.c `device_lookup_iommu`, `include_all`).
 */
export function uncovered(subjects: readonly Subject[], rules: Rules): ReadonlySet<number> {
  const out = new Set<number>()
  if (rules.iommu !== 'amd') return out
  const slots = new Set<string>()
  for (const [i, f] of subjects.entries()) {
    if ((knownValue(f.class) ?? 0) >> 8 !== iommuClass) continue
    out.add(i)
    slots.add(placeOf(f.address).slot)
  }
  for (const [i, f] of subjects.entries())
    if (
      (f.devfn & 7) === 0 &&
      (knownValue(f.class) ?? 0) >> 8 === hostBridgeClass &&
      slots.has(placeOf(f.address).slot)
    )
      out.add(i)
  return out
}

/** PCI Code and ID Assignment Specification, 1.9 and 1.7. */
const iommuClass = 0x0806
const hostBridgeClass = 0x0600
