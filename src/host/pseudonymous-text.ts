import type { Host } from './host.js'
import { digestOf } from './pseudonyms.js'
import { Redactor } from './redact.js'

/**
 * Pseudonyms in a text of which nobody knows the host, for what its form alone tells: MAC and IP addresses, UUIDs, folders of
 * people. Where the host is known, `host` keeps its pseudonyms the same as in a recording of it.
 */
export function textPseudonyms(host?: Host): (text: string) => string {
  const nothing: Host = {
    kind: 'lspci',
    name: 'text',
    readText: () => ({ kind: 'unrecorded' }),
    readBytes: () => ({ kind: 'unrecorded' }),
    readLink: () => ({ kind: 'unrecorded' }),
    list: () => ({ kind: 'unrecorded' }),
    version: () => ({ kind: 'unrecorded' }),
  }
  const redactor = new Redactor(digestOf(host ?? nothing), { bytes: [], serials: [], hosts: [], users: [] })
  return (text) => redactor.text(text)
}
