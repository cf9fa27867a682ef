import { gunzipSync } from 'node:zlib'
import type { Read } from './host.js'

/**
 * The configuration of the running kernel, packed (Linux kernel/configs.c). It is read as the text that it is, so that
 * recordings hold text, and pseudonyms are put into it.
 */
export const kernelConfigPath = '/proc/config.gz'

/** A configuration has some 300 kB. */
const largestBytes = 4 * 1024 * 1024

export function unpackKernelConfig(packed: Uint8Array): Read<string> {
  try {
    return { kind: 'value', value: gunzipSync(packed, { maxOutputLength: largestBytes }).toString('utf8') }
  } catch {
    return { kind: 'error', code: 'EBADMSG' }
  }
}
