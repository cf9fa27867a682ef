/**
 * What comes in: a Host (live, recorded, pasted).
 * What goes out: a Machine, everything known about that computer, and the functions a person's DEVICE word means.
 */

export { type AcpiTables, acpiTablesFolder } from './acpi.js'
export { compareAddresses, isAddress } from './address.js'
export { readBusErrors } from './bus-errors.js'
export { capabilitiesSeen, capabilityOf } from './capability.js'
export { aliasesOfIvrs } from './firmware-amd.js'
export {
  type FirmwareUnit,
  firmwareUnitOf,
  firmwareUnits,
  type ReservedRegion,
  reservedRegionsOf,
} from './firmware-iommu.js'
export {
  closedFirst,
  type DeviceNode,
  deviceNodes,
  findHolders,
  type Holder,
} from './holders.js'
export { type IntxMasking, intxMasking } from './intx.js'
export { readLink } from './link.js'
export * from './machine.js'
export type { Place } from './place.js'
export { knownValue, parseLine, readFact, readLinkName, readOptional } from './read.js'
export { readMachine } from './read-machine.js'
export { isShadow, resourceFlags } from './resources.js'
export { lossesOf, type NeededRole, neededRoles, type RoleLoss, roleLosses } from './roles/needed.js'
export { classWords, type Selection, selectFunctions } from './select.js'
export { shellWord } from './shell-word.js'
export { parseSize, roughSizeText, sizeText } from './sizes.js'
export { type BootFrameBuffer, memoryMapPath } from './system/boot-frame-buffers.js'
export { type Chassis, chassisPath } from './system/chassis.js'
export { type Connector, connectorsFolder } from './system/connectors.js'
export { cpuListText, cpusFolder, type HostThread, parseCpuList } from './system/cpu-topology.js'
export { driverctlFolder, type RuleLine, udevRulesFolder } from './system/device-rights.js'
export { hypervisorTypePath, xenFeaturesPath } from './system/hypervisor.js'
export { type InputDevice, inputDevicesPath, inputLinksFolder } from './system/input-devices.js'
export { type InterruptRemapping, interruptsPath } from './system/interrupts.js'
export { type GroupReservation, groupReservationsPath, type VtdUnit } from './system/iommu-units.js'
export {
  lockdownPath,
  miscDevicesFolder,
  moduleParameterPath,
  selinuxPath,
  splitLockPath,
} from './system/kernel-interfaces.js'
export { limitsPath, readLockableBytes, statusPath } from './system/locked-memory.js'
export {
  type HugePages,
  hugePagesFolder,
  type MemoryNode,
  memoryPath,
  nodeHugePagesFolder,
  nodesFolder,
  transparentHugePagesPath,
} from './system/memory.js'
export { modprobeFolders, type Setting } from './system/modprobe.js'
export { moduleListFiles, moduleListFolders } from './system/module-lists.js'
export { commandLinePath, type Parameter, underscored } from './system/parameters.js'
export { type Processor, processorPath } from './system/processor.js'
export { libvirtFolder, libvirtPrograms, swtpmProgram, virtioWinIso } from './system/programs.js'
export { type Qemu, qemuPrograms } from './system/qemu.js'
export {
  installedUefi,
  isPcUefi,
  proxmoxFirmwareFolder,
  type QemuFirmware,
  qemuFirmwareFolders,
  readQemuFirmware,
} from './system/qemu-firmware.js'
export { sleepStatesPath, sleepTargets } from './system/sleep.js'
export { runFolder, type SoundServer } from './system/sound-servers.js'
export { System } from './system/system.js'
export type { KernelModule } from './system/vfio-modules.js'
export { isVfioDriver, leavesGroupViable, vfioPci } from './vfio-drivers.js'
