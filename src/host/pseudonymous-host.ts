import type { FileBytes, Host, Read } from './host.js'
import { findKnownSecrets } from './known-secrets.js'
import { digestOf, euiBytes, hexOf, hostNameOf } from './pseudonyms.js'
import type { RecordedHost } from './recording.js'
import { diskName, Redactor, whole } from './redact.js'

/**
 * The same host with pseudonyms in all its answers, in place of what identifies it or its people: serial numbers, MAC
 * and IP addresses, UUIDs, host and user names. Names in answers can be used in paths again, as the real ones could.
 *
 * This is what `--json` and `record` read, so a host and its recording answer alike. A recording that has pseudonyms
 * already is given back as it is.
 */
export function pseudonymousHost(host: Host): Host {
  if (host.kind === 'recording' && (host as RecordedHost).head.pseudonyms) return host
  const digest = digestOf(host)
  const redactor = new Redactor(digest, findKnownSecrets(host))
  /** The real name for every pseudonym in an answer so far, as it would stand between the slashes of a path. */
  const real = new Map<string, string>()
  const restore = (path: string): string =>
    real.size === 0
      ? path
      : path
          .split('/')
          .map((name) => real.get(name) ?? name)
          .join('/')
  const learn = (from: string, to: string): string => {
    if (from === to) return to
    for (const between of [/[\s/]+/, /[\s/=,:;"']+/]) {
      const names = from.split(between)
      const pseudonyms = to.split(between)
      // Unequal: a name with a space in it was replaced. Such a one is in no path.
      if (names.length !== pseudonyms.length) continue
      for (const [at, name] of names.entries()) if (name !== pseudonyms[at]) real.set(pseudonyms[at]!, name)
    }
    return to
  }

  return {
    kind: host.kind,
    name: host.name,
    readText: (asked) => {
      const path = restore(asked)
      return mapped(host.readText(path), (text) => learn(text, textOf(redactor, path, text)))
    },
    readBytes: (asked, limitBytes) => {
      const path = restore(asked)
      return mapped(host.readBytes(path, limitBytes), (file) => bytesOf(redactor, path, file))
    },
    readLink: (asked) =>
      mapped(host.readLink(restore(asked)), (target) => learn(target, redactor.text(target))),
    list: (asked) => {
      const path = restore(asked)
      const nameOf = diskFolders.test(path)
        ? (name: string) => diskName(digest, name)
        : (name: string) => redactor.text(name)
      return mapped(host.list(path), (names) => names.map((name) => learn(name, nameOf(name))).sort())
    },
    version: (asked) => mapped(host.version(restore(asked)), (text) => redactor.text(text)),
  }
}

function mapped<T>(read: Read<T>, change: (value: T) => T): Read<T> {
  return read.kind === 'value' ? { kind: 'value', value: change(read.value) } : read
}

const diskFolders = /^\/dev\/disk\/by-(id|uuid|partuuid)$/

/** Files that need more than {@link Redactor.text}. */
const files: readonly { readonly path: RegExp; redact(redactor: Redactor, text: string): string }[] = [
  { path: /\/pci\.ids$/, redact: (_, text) => text }, // public, and large
  { path: /^\/proc\/sys\/kernel\/osrelease$/, redact: (redactor, text) => redactor.knownIn(text) },
  {
    path: /^(\/proc\/sys\/kernel\/(hostname|domainname)|\/etc\/hostname)$/,
    redact: ({ digest }, text) => text.replace(/^(?!\(none\))\S+/, (name) => hostNameOf(digest, name)),
  },
  {
    path: /(?<!\/dm)\/(serial|serial_number|wwid|nguid|eui|uuid|unique_id|cid|subsysnqn|hostnqn|hostid|\w+_(serial|uuid|asset_tag|guid)|phys_(port|switch)_id|(port|node)_name|sas_address|machine-id|boot_id)$/,
    redact: ({ digest }, text) => whole(digest, text),
  },
  {
    // Addresses are eight digits in host byte order (Linux net/ipv4/fib_trie.c); 0 is the default route, and a mask's end.
    path: /^\/proc\/(net|\d+\/net|self\/net)\/route$/,
    redact: (redactor, text) =>
      redactor
        .text(text)
        .replace(/^(\S+\t)([0-9A-F]{8})\t([0-9A-F]{8})\t/gm, (_, name: string, ...addresses: string[]) => {
          const hidden = addresses
            .slice(0, 2)
            .map((address) =>
              address === '00000000' ? address : hexOf(redactor.digest('ipv4', address, 4)).toUpperCase(),
            )
          return `${name}${hidden.join('\t')}\t`
        }),
  },
]

function textOf(redactor: Redactor, path: string, text: string): string {
  const file = files.find((one) => one.path.test(path))
  return file === undefined ? redactor.text(text) : file.redact(redactor, text)
}

function bytesOf(redactor: Redactor, path: string, { bytes, known }: FileBytes): FileBytes {
  const text = known === undefined ? asText(bytes) : undefined
  if (text !== undefined) return { bytes: new TextEncoder().encode(textOf(redactor, path, text)) }
  const redacted = bytes.slice()
  redactor.bytes(redacted)
  if (path.endsWith('/config')) redactSerialNumber(redactor, redacted)
  // A bit that is not known stays 0.
  if (known) for (const [at, mask] of known.entries()) redacted[at]! &= mask
  return { bytes: redacted, ...(known && { known }) }
}

/** The text that the bytes are, or undefined where they are none. */
function asText(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a)) return undefined
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * The Device Serial Number capability: an EUI-64, of a network card most often its MAC address with ff:fe put into it
 * (PCI Express Base Specification, Device Serial Number Extended Capability; Linux PCI_EXT_CAP_ID_DSN, PCI_DSN_*).
 */
function redactSerialNumber(redactor: Redactor, config: Uint8Array): void {
  const view = new DataView(config.buffer, config.byteOffset, config.byteLength)
  const seen = new Set<number>()
  for (let at = 0x100; at >= 0x100 && at + 4 <= config.length && !seen.has(at); ) {
    seen.add(at)
    const header = view.getUint32(at, true)
    const serial = config.subarray(at + 4, at + 12)
    if (
      (header & 0xffff) === 0x0003 &&
      header >>> 16 !== 0xffff &&
      serial.some((byte) => byte !== 0 && byte !== 0xff)
    ) {
      // Its bytes stand in reverse: the vendor's are the highest.
      serial.set(euiBytes(redactor.digest, serial.toReversed()).toReversed().subarray(0, serial.length))
    }
    at = (header >>> 20) & 0xffc
  }
}
