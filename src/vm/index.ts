/**
 * vm/: virtual machines with devices of the host.
 *
 * In: a description in YAML. Out: a running QEMU, asked and stopped through QMP. The devices are bound to vfio-pci before and
 * given back after by `changes/`; whoever starts a machine joins the two.
 */

export { type Accelerator, type AcceleratorChoice, chooseAccelerator } from './accelerator.js'
export {
  type Description,
  DescriptionError,
  parseDescription,
  readDescription,
  requireFiles,
} from './description.js'
export { FirmwareError } from './firmware.js'
export { MachineError, VirtualMachine } from './machine.js'
export {
  type Decision,
  describeMachine,
  firmwareNames,
  inputKinds,
  type Proposal,
  type SystemName,
  systems,
  type Wish,
  writeDescription,
} from './new/index.js'
export { qemuArguments } from './qemu-arguments.js'
export { Qmp, QmpClosedError, QmpError, type QmpEvent } from './qmp.js'
