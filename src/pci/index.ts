/**
 * In: bytes of configuration space, or the bits of it that are known; bytes of an option ROM.
 * Out: what they say, as data, and what is wrong with them, as data.
 *
 * Pure: nothing is imported, nothing is read, nothing is printed. Broken bytes never throw, they give `problems`.
 */
export { acsLayout } from './capabilities/access-control.js'
export { expressLayout } from './capabilities/express.js'
export { msiLayout, msixLayout } from './capabilities/msi.js'
export { powerManagementLayout } from './capabilities/power-management.js'
export { ConfigSpace, conventionalSizeBytes, extendedSizeBytes } from './config-space.js'
export { PciDataError } from './errors.js'
export * from './layout.js'
export { bitsFromText } from './lspci-text.js'
