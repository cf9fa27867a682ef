/**
 * vm/watch/: what a running machine and its devices do, seen from the host.
 *
 * In: a Host, the machine's process and devices, its QMP socket. Out: a look at it, and what went on between two.
 */

export { type Fault, type Faults, faultCauses } from './faults.js'
export type { Interrupts } from './interrupts.js'
export { dmaBytes, type PinnedMemory } from './memory.js'
export { askQemu, type QemuAnswer } from './qemu.js'
export { type DeviceRate, type DeviceSample, rates, type Sample, type Watched, watch } from './sample.js'
