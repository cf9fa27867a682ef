/**
 * logs/: what kernel, QEMU and libvirt logs tell about handing devices over.
 *
 * In: text of logs in any form, and a Machine where one is at hand. Out: the failures that are known, each with its cause,
 * fix, certainty and lines; what is harmless; what vfio says that nobody knows.
 */

export { type Diagnosis, diagnose, diagnoseText, type Finding } from './diagnose.js'
export { explainWords } from './explain.js'
export type { Evidence } from './facts.js'
export type { Alternative, Certainty, Failure, Meaning, Message } from './failure.js'
export { failures, families } from './failures/index.js'
export { compileMessage } from './format.js'
export { LogReader, type LogReading, type QuotedLine } from './reader.js'
