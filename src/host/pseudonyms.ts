/**
 * Pseudonyms: what stands in for a serial number, an address or a name.
 *
 * A pseudonym is a keyed hash (HMAC-SHA-256) of what it stands for, cut to the same shape. The key is made from the
 * host's machine id, 128 random bits that machine-id(5) says not to expose and to use only as a key in this way; it never
 * leaves the host. So one host gives the same pseudonym for the same thing in every recording and every `--json`, to
 * every user, with nothing to keep; and nobody can find the thing by hashing all the 2^24 MAC addresses of a vendor,
 * as a salt written beside the pseudonyms would let them. Where a host has no machine id, its boot id does until the
 * next boot.
 */
import { createHmac, randomBytes } from 'node:crypto'
import type { Host } from './host.js'

/** What a pseudonym is made for. Equal bytes of different kinds get pseudonyms that have nothing to do with each other. */
export type Kind = 'eui' | 'uuid' | 'hex' | 'serial' | 'host' | 'user' | 'ipv4' | 'ipv6'

/** Bytes that stand for a secret: always the same ones, as many as asked for. */
export type Digest = (kind: Kind, secret: string, sizeBytes: number) => Uint8Array

/** The digest of a host. It reads the key where that is, and only then. */
export function digestOf(host: Host): Digest {
  // Pasted text has no key. Any key that could be made of the text itself could be tried out by whoever sees the
  // result, and a random one would give another result each time: so all things of a kind get one pseudonym.
  if (host.kind === 'lspci') return memoized((kind, _, sizeBytes) => hash('no key', kind, '', sizeBytes))
  const key = createHmac('sha256', 'handover pseudonyms').update(keyOf(host)).digest()
  return memoized((kind, secret, sizeBytes) => hash(key, kind, secret, sizeBytes))
}

function keyOf(host: Host): string | Uint8Array {
  for (const path of ['/etc/machine-id', '/proc/sys/kernel/random/boot_id']) {
    const read = host.readText(path)
    const id = read.kind === 'value' ? read.value.trim().replaceAll('-', '') : ''
    if (/^[0-9a-f]{32}$/.test(id) && !/^0*$/.test(id)) return id
  }
  return randomBytes(16)
}

function hash(key: string | Uint8Array, kind: Kind, secret: string, sizeBytes: number): Uint8Array {
  const blocks: Buffer[] = []
  for (let at = 0; at < sizeBytes; at += 32)
    blocks.push(
      createHmac('sha256', key)
        .update(`${at / 32} ${kind} ${secret}`)
        .digest(),
    )
  return Buffer.concat(blocks).subarray(0, sizeBytes)
}

function memoized(digest: Digest): Digest {
  const known = new Map<string, Uint8Array>()
  return (kind, secret, sizeBytes) => {
    const name = `${kind} ${sizeBytes} ${secret}`
    let bytes = known.get(name)
    if (bytes === undefined) {
      bytes = digest(kind, secret, sizeBytes)
      known.set(name, bytes)
    }
    return bytes
  }
}

// ---- Shapes

/** A MAC address, an EUI-64 and the like, any number of bytes: locally administered, for one station (IEEE 802, 8.4). */
export function euiBytes(digest: Digest, bytes: Uint8Array): Uint8Array {
  const result = digest('eui', hexOf(bytes), bytes.length).slice()
  result[0] = (result[0]! & 0xfc) | 0x02
  return result
}

/** Version 8, which RFC 9562 leaves to those who make one for themselves. */
export function uuidBytes(digest: Digest, bytes: Uint8Array): Uint8Array {
  const result = digest('uuid', hexOf(bytes), 16).slice()
  result[6] = (result[6]! & 0x0f) | 0x80
  result[8] = (result[8]! & 0x3f) | 0x80
  return result
}

/** From 198.18.0.0/15, which is set aside for tests and never on the Internet (RFC 2544). */
export function ipv4Of(digest: Digest, address: string): string {
  const [a, b, c] = digest('ipv4', address, 3)
  return `198.${18 + (a! & 1)}.${b}.${c}`
}

/** From 2001:db8::/32, set aside for examples (RFC 3849). */
export function ipv6Of(digest: Digest, address: string): string {
  const groups = hexOf(digest('ipv6', address.toLowerCase(), 12)).match(/.{4}/g)!
  return ['2001', 'db8', ...groups].join(':')
}

export function hostNameOf(digest: Digest, name: string): string {
  return `host-${hexOf(digest('host', name.toLowerCase(), 4))}`
}

export function userNameOf(digest: Digest, name: string): string {
  return `user-${hexOf(digest('user', name.toLowerCase(), 4))}`
}

/** Every letter becomes a letter, every digit a digit, of the same case; what is hexadecimal stays so. */
export function serialOf(digest: Digest, serial: string): string {
  const digits = serial.replace(/[\W_]/g, '')
  if (digits.length >= 8 && /^[0-9a-f]*$/i.test(digits) && /[a-f]/i.test(digits))
    return refill(serial, hexOf(digest('hex', digits.toLowerCase(), Math.ceil(digits.length / 2))))
  const bytes = digest('serial', serial.toLowerCase(), serial.length)
  return serial.replace(/[\p{L}\d]/gu, (sign, at: number) => {
    const byte = bytes[at]!
    if (/\d/.test(sign)) return String(byte % 10)
    const letter = String.fromCharCode(0x61 + (byte % 26))
    return sign === sign.toLowerCase() ? letter : letter.toUpperCase()
  })
}

/** `form` with its hexadecimal digits replaced, one by one, by those of `hex`; separators and case stay. */
export function refill(form: string, hex: string): string {
  const shown = /[A-F]/.test(form) ? hex.toUpperCase() : hex
  let next = 0
  return form.replace(/[0-9a-f]/gi, () => shown[next++]!)
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

/** The bytes of hexadecimal text, whatever stands between its digits. */
export function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.replace(/[^0-9a-f]/gi, ''), 'hex')
}
