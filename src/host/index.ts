/**
 * host/: the way the program looks at a computer.
 *
 * In: a live Linux host, a recording of one, or pasted `lspci` text.
 * Out: a {@link Host}: text, bytes, links and lists by absolute path, each with the reason where there is none.
 */

export type { FileBytes, Host, Read, WritableHost } from './host.js'
export { HostWriteError, liveHost } from './live.js'
export { isLogTail } from './log-tails.js'
export { openHost } from './open.js'
export { OpenHostError } from './open-error.js'
export { pseudonymousHost } from './pseudonymous-host.js'
export { textPseudonyms } from './pseudonymous-text.js'
export { record } from './record.js'
export { type RecordedHost, RecordingError, recordedHost } from './recording.js'
export { loadRecordingSchema, recordingFormat } from './recording-format.js'
export { rootedHost } from './rooted.js'
export { type Trace, type TracingHost, tracingHost } from './trace.js'
export { type RecordingHead, writeRecording } from './write-recording.js'
