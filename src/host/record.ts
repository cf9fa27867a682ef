import type { Host } from './host.js'
import { withLogTails } from './log-tails.js'
import { pseudonymousHost } from './pseudonymous-host.js'
import { tracingHost } from './trace.js'
import { type RecordingHead, writeRecording } from './write-recording.js'

/**
 * The text of a recording of everything that `gather` reads of the host that it is given, with pseudonyms unless
 * `head.pseudonyms` is false. Of long logs it holds the end.
 */
export function record(host: Host, head: RecordingHead, gather: (host: Host) => void): string {
  const bounded = withLogTails(host)
  const traced = tracingHost(head.pseudonyms ? pseudonymousHost(bounded) : bounded)
  // Without pseudonyms, what they are made from is recorded too, so that they can be made of the recording later.
  if (!head.pseudonyms) pseudonymousHost(traced)
  gather(traced)
  return writeRecording(traced.trace, head)
}
