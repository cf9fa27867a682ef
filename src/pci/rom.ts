/** Option ROMs: a chain of images, each of code for one kind of firmware. */
import { ConfigSpace } from './config-space.js'
import { type Decoded, decode, flag, layout, names, number, register, value } from './layout.js'

const unitBytes = 512

/** The start of every image, and of one for PC firmware in particular. */
export const romHeaderLayout = layout({
  signature: value(
    0x00,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: Expansion ROM Header Format, Signature'),
  ),
  /** Of code and data at the time it is started: what the checksum is taken over. */
  legacySizeBytes: value(
    0x02,
    1,
    '',
    number([0, 7], 'PCI Firmware Specification: PC-AT Expansion ROM Header, Size', { times: unitBytes }),
  ),
  dataOffset: value(
    0x18,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: Expansion ROM Header Format, Pointer to PCI Data Structure'),
  ),
})

/** The start of an image that holds an EFI driver. */
export const efiRomHeaderLayout = layout({
  sizeBytes: value(
    0x02,
    2,
    '',
    number([0, 15], 'UEFI Specification, EFI PCI Expansion ROM Header: Initialization Size', {
      times: unitBytes,
    }),
  ),
  signature: value(
    0x04,
    4,
    '',
    number([0, 31], 'UEFI Specification, EFI PCI Expansion ROM Header: EFI Signature'),
  ),
  subsystem: value(
    0x08,
    2,
    '',
    names([0, 15], 'UEFI Specification, EFI PCI Expansion ROM Header: EFI Subsystem Value', [
      ...new Array<null>(10).fill(null),
      'application',
      'boot service driver',
      'runtime driver',
    ]),
  ),
  /** A PE/COFF machine type; see {@link machineNames}. */
  machineType: value(
    0x0a,
    2,
    '',
    number([0, 15], 'UEFI Specification, EFI PCI Expansion ROM Header: EFI Machine Type'),
  ),
  compression: value(
    0x0c,
    2,
    '',
    names([0, 15], 'UEFI Specification, EFI PCI Expansion ROM Header: Compression Type', ['none', 'EFI']),
  ),
  /** From the start of the ROM image. */
  imageOffset: value(
    0x16,
    2,
    '',
    number([0, 15], 'UEFI Specification, EFI PCI Expansion ROM Header: Offset to EFI Image'),
  ),
})

/** The PCI data structure: which device the image is for, and how the chain goes on. */
export const romDataLayout = layout({
  signature: value(0x00, 4, '', number([0, 31], 'PCI Firmware Specification: PCI Data Structure, Signature')),
  vendor: value(0x04, 2, '', number([0, 15], 'PCI Firmware Specification: PCI Data Structure, Vendor ID')),
  device: value(0x06, 2, '', number([0, 15], 'PCI Firmware Specification: PCI Data Structure, Device ID')),
  /** From the start of this structure; 0: no list. Before revision 3 it was a pointer to vital product data. */
  deviceListOffset: value(
    0x08,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: PCI Data Structure, Device List Pointer'),
  ),
  lengthBytes: value(
    0x0a,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: PCI Data Structure, PCI Data Structure Length'),
  ),
  revision: value(
    0x0c,
    1,
    '',
    number([0, 7], 'PCI Firmware Specification: PCI Data Structure, PCI Data Structure Revision'),
  ),
  /** 24 bits, as in the header of the function. */
  class: value(0x0c, 4, '', number([8, 31], 'PCI Firmware Specification: PCI Data Structure, Class Code')),
  imageLengthBytes: value(
    0x10,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: PCI Data Structure, Image Length', { times: unitBytes }),
  ),
  /** The vendor's own counting. */
  codeRevision: value(
    0x12,
    2,
    '',
    number([0, 15], 'PCI Firmware Specification: PCI Data Structure, Vendor ROM Revision Level'),
  ),
  codeType: value(
    0x14,
    1,
    '',
    names([0, 7], 'PCI Firmware Specification: PCI Data Structure, Code Type', [
      'PC-AT',
      'Open Firmware',
      'HP PA-RISC',
      'EFI',
    ]),
  ),
  indicator: register(0x15, 1, 'PCI Firmware Specification: PCI Data Structure, Last Image Indicator', '', {
    isLast: flag(7, 'PCI Firmware Specification: PCI Data Structure, Last Image Indicator'),
  }),
})

/** EFI_IMAGE_MACHINE_* (UEFI Specification, PE32+ Machine Type). */
export const machineNames: ReadonlyMap<number, string> = new Map([
  [0x014c, 'IA32'],
  [0x01c2, 'ARM'],
  [0x0200, 'IA64'],
  [0x0ebc, 'EBC'],
  [0x5032, 'RISC-V 32'],
  [0x5064, 'RISC-V 64'],
  [0x5128, 'RISC-V 128'],
  [0x6232, 'LoongArch 32'],
  [0x6264, 'LoongArch 64'],
  [0x8664, 'x64'],
  [0xaa64, 'AArch64'],
])

const romSignature = 0xaa55
/** `PCIR`. */
const dataSignature = 0x52494350
const efiSignature = 0x0ef1
const dataSizeBytes = 0x18

/** One image of the chain. */
export interface RomImage {
  /** From the start of the ROM. */
  readonly offset: number
  readonly data: Decoded<typeof romDataLayout>
  /** More device ids of the same vendor that this image is for. */
  readonly deviceList: readonly number[]
  /** For PC firmware (`codeType` is `PC-AT`), otherwise `null`. */
  readonly legacy: {
    readonly sizeBytes: number
    /**
     * The bytes add up to 0 modulo 256. `undefined`: they are not all in this image. A wrong sum under a right data structure
     * is what the shadow copy of a card that was already started looks like: its code has written into itself.
     */
    readonly checksumIsRight: boolean | undefined
  } | null
  /** For EFI (`codeType` is `EFI`) with a right signature, otherwise `null`. */
  readonly efi:
    | (Pick<Decoded<typeof efiRomHeaderLayout>, 'subsystem' | 'compression' | 'imageOffset' | 'sizeBytes'> & {
        readonly machineType: number | undefined
        /** `undefined`: a machine type that has no name here. */
        readonly machine: string | undefined
      })
    | null
}

/** What is wrong with a ROM. `at` counts from its start. None of them stops what came before from being decoded. */
export type RomProblem =
  /** No bytes, or all of them the same: nothing answered, or nothing is there. */
  | { readonly kind: 'blank'; readonly at: 0; readonly byte: number | undefined }
  /** No 55 AA where an image should start. `foundAt`: where the first whole image does start, as in files with a header before. */
  | { readonly kind: 'no-signature'; readonly at: number; readonly foundAt: number | undefined }
  /** The pointer to the PCI data structure leads out of the ROM, or to something else. */
  | { readonly kind: 'no-data-structure'; readonly at: number; readonly pointer: number }
  /** An image that would reach past the end: the ROM was cut, or lies. */
  | {
      readonly kind: 'image-past-end'
      readonly at: number
      readonly lengthBytes: number
      readonly hereBytes: number
    }
  /** An image of no length; the chain ends there. */
  | { readonly kind: 'image-without-length'; readonly at: number }
  /** The bytes that are started are more than the image. */
  | {
      readonly kind: 'code-past-image'
      readonly at: number
      readonly sizeBytes: number
      readonly imageLengthBytes: number
    }
  | { readonly kind: 'wrong-checksum'; readonly at: number }
  | { readonly kind: 'wrong-efi-signature'; readonly at: number; readonly signature: number | undefined }
  | { readonly kind: 'device-list-past-end'; readonly at: number }
  /** The chain ended before an image that says it is the last. */
  | { readonly kind: 'no-last-image'; readonly at: number }

export interface Rom {
  readonly sizeBytes: number
  readonly images: readonly RomImage[]
  readonly problems: readonly RomProblem[]
  /** What comes after the last image. `byte`: all of it is this byte, so it is filling. */
  readonly trailing: {
    readonly offset: number
    readonly sizeBytes: number
    readonly byte: number | undefined
  } | null
}

/**
 * Decodes the images of an option ROM, from the bytes of `rom` in sysfs or of a file. Never throws.
 *
 * @example
 * const { images } = decodeRom(bytes)
 * images.some(({ efi }) => efi?.machine === 'x64') // carries a driver for UEFI firmware on x86-64
 */
export function decodeRom(bytes: Uint8Array): Rom {
  const images: RomImage[] = []
  const problems: RomProblem[] = []
  const sizeBytes = bytes.length
  const byte = onlyByte(bytes, 0)
  if (sizeBytes === 0 || byte !== undefined) {
    return { sizeBytes, images, problems: [{ kind: 'blank', at: 0, byte }], trailing: null }
  }
  let offset = 0
  for (;;) {
    const problem = missingImage(bytes, offset)
    if (problem !== undefined) {
      problems.push(problem)
      if (images.length > 0) problems.push({ kind: 'no-last-image', at: offset })
      break
    }
    const image = decodeImage(bytes, offset, problems)
    images.push(image)
    const lengthBytes = image.data.imageLengthBytes!
    const hereBytes = sizeBytes - offset
    if (lengthBytes > hereBytes) problems.push({ kind: 'image-past-end', at: offset, lengthBytes, hereBytes })
    if (lengthBytes === 0) {
      problems.push({ kind: 'image-without-length', at: offset })
      offset = sizeBytes
      break
    }
    offset = Math.min(offset + lengthBytes, sizeBytes)
    if (image.data.indicator.isLast === true) break
    if (offset === sizeBytes) {
      problems.push({ kind: 'no-last-image', at: offset })
      break
    }
  }
  const trailing =
    offset === 0 || offset === sizeBytes
      ? null
      : { offset, sizeBytes: sizeBytes - offset, byte: onlyByte(bytes, offset) }
  return { sizeBytes, images, problems, trailing }
}

/** A window on the ROM, for the register tables. */
function at(bytes: Uint8Array, offset: number, lengthBytes: number): ConfigSpace {
  return new ConfigSpace(bytes.subarray(offset, offset + lengthBytes))
}

/** Why no image starts at `offset`; `undefined`: one does. */
function missingImage(bytes: Uint8Array, offset: number): RomProblem | undefined {
  const header = at(bytes, offset, 0x1a)
  if (header.read(0x00, 2) !== romSignature) {
    // Once images were found, what follows is something else and not worth a search.
    return { kind: 'no-signature', at: offset, foundAt: offset === 0 ? firstImage(bytes) : undefined }
  }
  const pointer = header.read(0x18, 2) ?? 0
  const isData = dataAt(bytes, offset + pointer)
  return isData ? undefined : { kind: 'no-data-structure', at: offset, pointer }
}

function dataAt(bytes: Uint8Array, offset: number): boolean {
  const data = at(bytes, offset, dataSizeBytes)
  return data.bytes.length === dataSizeBytes && data.read(0x00, 4) === dataSignature
}

/** The first 55 AA whose pointer leads to a PCI data structure. */
function firstImage(bytes: Uint8Array): number | undefined {
  for (let i = bytes.indexOf(0x55); i >= 0; i = bytes.indexOf(0x55, i + 1)) {
    if (bytes[i + 1] === 0xaa && dataAt(bytes, i + (bytes[i + 0x18] ?? 0) + 256 * (bytes[i + 0x19] ?? 0)))
      return i
  }
  return undefined
}

function decodeImage(bytes: Uint8Array, offset: number, problems: RomProblem[]): RomImage {
  const start = at(bytes, offset, 0x1a)
  const header = decode(romHeaderLayout, start, 0)
  const dataAtOffset = offset + header.dataOffset!
  const data = decode(romDataLayout, at(bytes, dataAtOffset, dataSizeBytes), 0)
  const image = { offset, data, deviceList: deviceList(bytes, offset, dataAtOffset, data, problems) }
  if (data.codeType === 'PC-AT') {
    return {
      ...image,
      legacy: decodeLegacy(bytes, offset, header.legacySizeBytes!, data, problems),
      efi: null,
    }
  }
  if (data.codeType !== 'EFI') return { ...image, legacy: null, efi: null }
  const { signature, machineType, ...efi } = decode(efiRomHeaderLayout, start, 0)
  if (signature !== efiSignature) {
    problems.push({ kind: 'wrong-efi-signature', at: offset, signature })
    return { ...image, legacy: null, efi: null }
  }
  checkSize(offset, efi.sizeBytes!, data, problems)
  return { ...image, legacy: null, efi: { ...efi, machineType, machine: machineNames.get(machineType!) } }
}

function decodeLegacy(
  bytes: Uint8Array,
  offset: number,
  sizeBytes: number,
  data: RomImage['data'],
  problems: RomProblem[],
): NonNullable<RomImage['legacy']> {
  checkSize(offset, sizeBytes, data, problems)
  const hereBytes = Math.min(data.imageLengthBytes!, bytes.length - offset)
  if (sizeBytes === 0 || sizeBytes > hereBytes) return { sizeBytes, checksumIsRight: undefined }
  let sum = 0
  for (let i = offset; i < offset + sizeBytes; i++) sum += bytes[i]!
  const checksumIsRight = sum % 256 === 0
  if (!checksumIsRight) problems.push({ kind: 'wrong-checksum', at: offset })
  return { sizeBytes, checksumIsRight }
}

function checkSize(offset: number, sizeBytes: number, data: RomImage['data'], problems: RomProblem[]): void {
  const imageLengthBytes = data.imageLengthBytes!
  if (sizeBytes > imageLengthBytes)
    problems.push({ kind: 'code-past-image', at: offset, sizeBytes, imageLengthBytes })
}

/** Two bytes each, until a 0, within the image. */
function deviceList(
  bytes: Uint8Array,
  offset: number,
  dataOffset: number,
  { revision, deviceListOffset, imageLengthBytes }: RomImage['data'],
  problems: RomProblem[],
): number[] {
  const devices: number[] = []
  if (revision! < 3 || deviceListOffset === 0) return devices
  const start = dataOffset + deviceListOffset!
  const end = Math.min(offset + imageLengthBytes!, bytes.length)
  for (let i = start; i + 2 <= end; i += 2) {
    const device = bytes[i]! | (bytes[i + 1]! << 8)
    if (device === 0) return devices
    devices.push(device)
  }
  problems.push({ kind: 'device-list-past-end', at: start })
  return devices
}

/** The byte that all from `offset` on are; `undefined` where they differ, or there are none. */
function onlyByte(bytes: Uint8Array, offset: number): number | undefined {
  const first = bytes[offset]
  for (let i = offset + 1; i < bytes.length; i++) if (bytes[i] !== first) return undefined
  return first
}
