/**
 * lab/: a computer with an IOMMU and PCI devices, made of QEMU, in which everything happens for real.
 *
 * In: a topology (YAML). Out: a running {@link Computer} whose root is this machine's own, read-only with a file system
 * in memory over it, in which commands are run ({@link Guest}).
 */

export { Computer, type StartOptions, startComputer } from './computer.js'
export { LabError, LabInputError } from './errors.js'
export { Guest, type GuestCommand, joinGuest, type RunOptions, type RunResult } from './guest.js'
export { namedKernels } from './kernel.js'
export { backportsQemu, installedQemu, type Qemu } from './qemu.js'
export { joinSession, requireNoSession, shareSession } from './session.js'
export { guestEnvironment, runScript, runShell } from './shell.js'
export { defaultTopologyFile, parseTopology, readTopology, type Topology } from './topology.js'
