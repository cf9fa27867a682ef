/**
 * In: the bytes of an ACPI table that describes an IOMMU: DMAR (Intel), IVRS (AMD), IORT (Arm), VIOT (virtio).
 * Out: what it says, as data, and what is wrong with it, as data.
 *
 * Pure: nothing is imported, nothing is read, nothing is printed. Broken tables never throw, they give `problems`.
 */
export {
  anddLayout,
  atsrLayout,
  type DeviceScope,
  type Dmar,
  type DmarStructure,
  type Drhd,
  decodeDmar,
  deviceScopeLayout,
  dmarLayout,
  drhdLayout,
  type Rmrr,
  rhsaLayout,
  rmrrLayout,
  type ScopePath,
  satcLayout,
  sidpLayout,
} from './dmar.js'
export { decodeIort, type IdMapping, type Iort, type IortNode, type RmrDescriptor } from './iort.js'
export * from './iort-layouts.js'
export {
  decodeIvrs,
  type Ivhd,
  type Ivmd,
  type Ivrs,
  type IvrsStructure,
  ivhd10Layout,
  ivhd11Layout,
  ivmdLayout,
  ivrsLayout,
} from './ivrs.js'
export {
  acpiEntryLayout,
  aliasEntryLayout,
  type DeviceEntry,
  deviceEntryLayout,
  extendedEntryLayout,
  specialEntryLayout,
} from './ivrs-entries.js'
export * from './layout.js'
export type { AcpiProblem } from './problems.js'
export { type TableHeader, tableHeaderLayout } from './table.js'
export {
  decodeViot,
  type Viot,
  type ViotNode,
  viotLayout,
  viotMmioLayout,
  viotPciRangeLayout,
  viotVirtioMmioLayout,
  viotVirtioPciLayout,
} from './viot.js'
