/**
 * What comes in: one description of a virtual machine.
 * What goes out: a running QEMU with its devices, and QMP to it.
 */

export { Qmp, QmpClosedError, QmpError, type QmpEvent } from './qmp.js'
