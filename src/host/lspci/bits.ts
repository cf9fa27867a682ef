/** Configuration space of which single bits become known. What was known first stays. */
export class KnownBits {
  readonly bytes: Uint8Array
  readonly known: Uint8Array

  constructor(sizeBytes: number) {
    this.bytes = new Uint8Array(sizeBytes)
    this.known = new Uint8Array(sizeBytes)
  }

  /** Bits `lo` to `hi` of the little-endian register at byte `at`. */
  set(at: number, lo: number, hi: number, value: number | bigint): void {
    let left = BigInt(value)
    for (let bit = 8 * at + lo; bit <= 8 * at + hi; bit++, left >>= 1n) {
      const byte = bit >> 3
      const mask = 1 << (bit & 7)
      if (byte >= this.bytes.length || (this.known[byte]! & mask) !== 0) continue
      this.known[byte]! |= mask
      if ((left & 1n) === 1n) this.bytes[byte]! |= mask
    }
  }

  /** Whether this bit of the byte at `at` is known to be set. */
  isSet(at: number, bit: number): boolean {
    return ((this.known[at]! & this.bytes[at]!) >> bit) % 2 === 1
  }

  /** A whole register of `sizeBytes` bytes. */
  setBytes(at: number, sizeBytes: number, value: number | bigint): void {
    this.set(at, 0, 8 * sizeBytes - 1, value)
  }

  /** A row of a hex dump. */
  putRow(at: number, row: Uint8Array): void {
    for (const [i, byte] of row.entries()) {
      if (at + i >= this.bytes.length || this.known[at + i] !== 0) continue
      this.known[at + i] = 0xff
      this.bytes[at + i] = byte
    }
  }
}
