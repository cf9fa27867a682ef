/**
 * What comes in: a Host (live, recorded, pasted).
 * What goes out: a Machine, everything known about that computer, and the functions a person's DEVICE word means.
 */

export { type AcpiTables, acpiTablesFolder } from './acpi.js'
export { compareAddresses, isAddress } from './address.js'
export { capabilitiesSeen, capabilityOf } from './capability.js'
export {
  type FirmwareUnit,
  firmwareUnitOf,
  type ReservedRegion,
  reservedRegionsOf,
} from './firmware-iommu.js'
export { type IntxMasking, intxMasking } from './intx.js'
export * from './machine.js'
export { knownValue } from './read.js'
export { readMachine } from './read-machine.js'
export { isShadow, resourceFlags } from './resources.js'
export { classWords, type Selection, selectFunctions } from './select.js'
export { type Processor, processorPath } from './system/processor.js'
export { System } from './system/system.js'
