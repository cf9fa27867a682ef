/**
 * vm/: virtual machines with devices of the host.
 *
 * In: a description in YAML. Out: a running QEMU, asked and stopped through QMP. The devices are bound to vfio-pci before and
 * given back after by `changes/`; whoever starts a machine joins the two.
 */

export { type Accelerator, chooseAccelerator } from './accelerator.js'
export * from './description/index.js'
export { FirmwareError, requireFirmware } from './firmware.js'
export { attachSlot, detachSlot, tooLong } from './hotplug.js'
export * from './libvirt/index.js'
export { VirtualMachine } from './machine.js'
export { MachineError } from './machine-error.js'
export {
  type Decision,
  describeMachine,
  firmwareNames,
  inputKinds,
  type Proposal,
  systems,
  type Wish,
  writeDescription,
} from './new/index.js'
export { freePorts, type HostDriver, memoryOf, pluggedDevices } from './plugged.js'
export { pressPowerButton, switchOff } from './power.js'
export { qemuArguments } from './qemu/arguments.js'
export { lookingGlassFile } from './qemu/graphics.js'
export { escaped as qemuEscaped, list as qemuOption } from './qemu/option.js'
export { requireRootSlots } from './qemu/root-slots.js'
export { type RunSettings, socketsOf } from './qemu/run.js'
export { slotOf } from './qemu/slot.js'
export { Qmp, QmpClosedError, QmpError, type QmpEvent } from './qmp.js'
export { askMachine } from './run/ask.js'
export { readMachineDescription, requireOwnName } from './run/described.js'
export { findRun, findRuns } from './run/find.js'
export { NotFreeError, realPath, requireFree } from './run/free.js'
export { joinQmp } from './run/join.js'
export {
  descriptionFile,
  descriptionsFolder,
  isFile,
  isRootsOnly,
  machineNames,
  machineWord,
  makeRunFolder,
  runFolder,
  runsFolder,
} from './run/places.js'
export {
  endUnwatched,
  failureOf,
  filesOf,
  forgetRun,
  isAlive,
  isRunning,
  noteRun,
  OwnRun,
  processOf,
  type RunRecord,
  type RunState,
  readRun,
  readRuns,
  runsAlready,
  stateOf,
} from './run/record.js'
export { relayConsole, relayQmp, shownBytes } from './run/relay.js'
export * from './watch/index.js'
