import { knownValue, type PciFunction } from '../../machine/index.js'
import { decodeRom, type RomImage } from '../../pci/index.js'
import type { RomBytes } from '../read-rom.js'
import type { RomDocument } from '../schemas/rom.js'
import { hexText } from './common.js'

export function romDocument(f: PciFunction, file: string, { bytes, source }: RomBytes): RomDocument {
  const { images, problems, trailing } = decodeRom(bytes)
  return {
    schema: 'handover.rom/1',
    address: f.address,
    file,
    sizeBytes: bytes.length,
    source,
    images: images.map((image) => ({
      offset: image.offset,
      lengthBytes: image.data.imageLengthBytes ?? null,
      codeType: image.data.codeType ?? null,
      vendor: image.data.vendor === undefined ? null : hexText(image.data.vendor, 4),
      devices: devicesOf(image).map((id) => hexText(id, 4)),
      class: image.data.class === undefined ? null : hexText(image.data.class, 6),
      checksumIsRight: image.legacy?.checksumIsRight ?? null,
      efiMachine: image.efi && (image.efi.machine ?? hexText(image.efi.machineType ?? 0, 4)),
      efiCompression: image.efi?.compression ?? null,
      isLast: image.data.indicator.isLast ?? null,
    })),
    isForThisDevice: isFor(f, images),
    problems: problems.map((problem) => ({ ...problem })),
    trailing: trailing && { ...trailing, byte: trailing.byte ?? null },
  }
}

function devicesOf({ data, deviceList }: RomImage): readonly number[] {
  return [...new Set([...(data.device === undefined ? [] : [data.device]), ...deviceList])]
}

function isFor(f: PciFunction, images: readonly RomImage[]): boolean | null {
  const [vendor, device] = [knownValue(f.vendor), knownValue(f.device)]
  if (vendor === undefined || device === undefined || images.length === 0) return null
  return images.some((image) => image.data.vendor === vendor && devicesOf(image).includes(device))
}
