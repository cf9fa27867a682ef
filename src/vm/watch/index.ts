/**
 * vm/watch/: what a running machine and its devices do, seen from the host.
 *
 * In: a Host, the machine's process and devices, a QMP session. Out: a look at it, and what went on between two.
 */

export { dmaBytes } from './memory.js'
export { askQemu, type QemuAnswer } from './qemu.js'
export { rates, type Sample, watch } from './sample.js'
