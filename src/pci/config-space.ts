import { PciDataError } from './errors.js'

/** Conventional PCI has 256 bytes, PCI Express and PCI-X mode 2 have 4096 (PCI_CFG_SPACE_EXP_SIZE). */
export const conventionalSizeBytes = 256
export const extendedSizeBytes = 4096

export type RegisterBytes = 1 | 2 | 4 | 8

/**
 * What was read of one function's configuration space, little-endian as on the wire.
 *
 * Only part of it may be known: without privilege Linux gives 64 bytes, and pasted `lspci` text knows single bits.
 * Whatever is not known reads as `undefined`, never as 0.
 *
 * @example
 * const space = new ConfigSpace(bytes)
 * space.read(0x00, 2) // vendor id, or undefined
 */
export class ConfigSpace {
  /** From offset 0 up; what lies past the end is unknown. */
  readonly bytes: Uint8Array
  /** Same length as `bytes`: a 1 for every bit that is known. Absent: all of them are. */
  readonly known: Uint8Array | undefined

  /** Throws {@link PciDataError} for more than 4096 bytes, or a mask of another length. */
  constructor(bytes: Uint8Array, known?: Uint8Array) {
    if (bytes.length > extendedSizeBytes) {
      throw new PciDataError(`configuration space has at most 4096 bytes, not ${bytes.length}`)
    }
    if (known !== undefined && known.length !== bytes.length) {
      throw new PciDataError(`the mask of known bits has ${known.length} bytes, the space ${bytes.length}`)
    }
    this.bytes = bytes
    this.known = known
  }

  /** A whole register of 1, 2 or 4 bytes; `undefined` where any bit of it is unknown. */
  read(at: number, bytes: 1 | 2 | 4): number | undefined {
    return this.knownBits(at, bytes) === wholeMask(bytes) ? this.rawBits(at, bytes) : undefined
  }

  /** Bits `lo` to `hi` of a register, shifted down; `undefined` where any of these bits is unknown. */
  readBits(at: number, bytes: 1 | 2 | 4, lo: number, hi: number = lo): number | undefined {
    const mask = ((2 ** (hi - lo + 1) - 1) * 2 ** lo) >>> 0
    if ((this.knownBits(at, bytes) & mask) >>> 0 !== mask) return undefined
    return (this.rawBits(at, bytes) & mask) >>> lo
  }

  /** A whole register of 8 bytes; `undefined` where any bit of it is unknown. */
  read64(at: number): bigint | undefined {
    const low = this.read(at, 4)
    const high = this.read(at + 4, 4)
    return low === undefined || high === undefined ? undefined : (BigInt(high) << 32n) | BigInt(low)
  }

  /** The register's bits, 0 where unknown: only of use together with {@link knownBits}. */
  rawBits(at: number, bytes: 1 | 2 | 4): number {
    const b = this.bytes
    let value = b[at] ?? 0
    if (bytes > 1) value |= (b[at + 1] ?? 0) << 8
    if (bytes > 2) value |= ((b[at + 2] ?? 0) << 16) | ((b[at + 3] ?? 0) << 24)
    return value >>> 0
  }

  /** A 1 for every known bit of the register. */
  knownBits(at: number, bytes: 1 | 2 | 4): number {
    const { known } = this
    if (known === undefined && at >= 0 && at + bytes <= this.bytes.length) return wholeMask(bytes)
    let mask = 0
    for (let i = 0; i < bytes; i++) {
      if (at + i < 0 || at + i >= this.bytes.length) continue
      mask |= (known === undefined ? 0xff : known[at + i]!) << (8 * i)
    }
    return mask >>> 0
  }
}

function wholeMask(bytes: 1 | 2 | 4): number {
  return bytes === 4 ? 0xffffffff : bytes === 2 ? 0xffff : 0xff
}
