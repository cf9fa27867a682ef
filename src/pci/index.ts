/**
 * In: bytes of configuration space, or the bits of it that are known; bytes of an option ROM.
 * Out: what they say, as data, and what is wrong with them, as data.
 *
 * Pure: nothing is imported, nothing is read, nothing is printed. Broken bytes never throw, they give `problems`.
 */
export { type Bar, barLayout } from './bars.js'
export type { BridgeWindow, BridgeWindows } from './bridge-windows.js'
export { enhancedAllocationEntryLayout } from './capabilities/enhanced-allocation.js'
export { expressLayout } from './capabilities/express.js'
export { acsLayout } from './capabilities/isolation.js'
export { virtualChannelResourceLayout } from './capabilities/link-and-latency.js'
export { msiLayout, msixLayout } from './capabilities/msi.js'
export { powerManagementLayout } from './capabilities/power-management.js'
export {
  type CapabilityKind,
  capabilityDefinitions,
  capabilityIdFromText,
  type Definition,
  definitionOf,
} from './capabilities/table.js'
export { resizableBarLayout } from './capabilities/virtualization.js'
export type { Capability } from './capability.js'
export { ConfigSpace, conventionalSizeBytes, extendedSizeBytes } from './config-space.js'
export { PciDataError } from './errors.js'
export { decodeFunction, type FunctionConfig, windowsOf } from './function-config.js'
export { type Header, headerLayouts } from './header.js'
export * from './layout.js'
export { bitsFromText } from './lspci-text.js'
export type { Problem } from './problems.js'
export {
  decodeRom,
  efiRomHeaderLayout,
  machineNames,
  type Rom,
  type RomImage,
  type RomProblem,
  romDataLayout,
  romHeaderLayout,
} from './rom.js'
