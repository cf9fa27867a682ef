import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { isThere, knownValue, readFact, unknownFrom } from '../read.js'

/** Where distributions and administrators put firmware descriptors, the latter first. Source: QEMU docs/interop/firmware.json. */
export const qemuFirmwareFolders = ['/etc/qemu/firmware', '/usr/share/qemu/firmware'] as const

export interface FirmwareFile {
  readonly filename: string
  readonly format: string
}

/** What a descriptor says of firmware for virtual machines (QEMU docs/interop/firmware.json, Firmware). */
export interface QemuFirmware {
  /** The descriptor. */
  readonly path: string
  /** `uefi`, `bios`, ... */
  readonly interfaces: readonly string[]
  /** `flash`, `memory`, `kernel`. */
  readonly device: string
  /** Null for what is not flash. */
  readonly code: FirmwareFile | null
  /** What a machine's own settings begin as; null: it keeps none, or keeps them in the code's file. */
  readonly settings: FirmwareFile | null
  readonly targets: readonly { readonly architecture: string; readonly machines: readonly string[] }[]
  /** `secure-boot`, `requires-smm`, ... */
  readonly features: readonly string[]
  /** Whether the code's file is there. */
  readonly isInstalled: Fact<boolean>
}

/**
 * The descriptors in the order in which they count, which is that of their names; one that is no descriptor is unknown. A
 * file hides those of its name in later folders, an empty one hides them and says nothing.
 */
export function readQemuFirmware(
  host: Host,
  folders: readonly string[] = qemuFirmwareFolders,
): Fact<readonly Fact<QemuFirmware>[]> {
  const paths = new Map<string, string>()
  for (const folder of folders) {
    const names = host.list(folder)
    if (names.kind === 'absent') continue
    if (names.kind !== 'value') return unknownFrom(names, folder)
    for (const name of names.value)
      if (name.endsWith('.json') && !paths.has(name)) paths.set(name, `${folder}/${name}`)
  }
  const found: Fact<QemuFirmware>[] = []
  for (const [, path] of [...paths].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = host.readText(path)
    if (text.kind === 'value' && text.value.trim() === '') continue
    found.push(readFact(host, path, (json) => parse(json, path, host)))
  }
  return { value: found }
}

/** UEFI in flash for x86-64 on q35, with a template of its settings. */
export function isPcUefi({ interfaces, code, settings, targets }: QemuFirmware): boolean {
  return (
    interfaces.includes('uefi') &&
    code !== null &&
    settings !== null &&
    targets.some(
      ({ architecture, machines }) =>
        architecture === 'x86_64' && machines.some((name) => name.startsWith('pc-q35')),
    )
  )
}

/** Of descriptors in their order those of UEFI whose code is there. */
export function installedUefi(descriptors: readonly Fact<QemuFirmware>[]): readonly QemuFirmware[] {
  return descriptors.flatMap((one) => {
    const found = knownValue(one)
    return found && isPcUefi(found) && knownValue(found.isInstalled) ? [found] : []
  })
}

interface Descriptor {
  readonly 'interface-types': readonly string[]
  readonly mapping: {
    readonly device: string
    readonly executable?: FirmwareFile
    readonly 'nvram-template'?: FirmwareFile
  }
  readonly targets: QemuFirmware['targets']
  readonly features: readonly string[]
}

function parse(json: string, path: string, host: Host): QemuFirmware | undefined {
  let descriptor: Partial<Descriptor> | null
  try {
    descriptor = JSON.parse(json)
  } catch {
    return undefined
  }
  const { 'interface-types': interfaces, mapping, targets, features } = descriptor ?? {}
  if (!Array.isArray(interfaces) || typeof mapping !== 'object' || mapping === null) return undefined
  if (!Array.isArray(features) || !Array.isArray(targets)) return undefined
  if (!targets.every((target) => Array.isArray(target?.machines))) return undefined
  const isFlash = mapping.device === 'flash'
  const code = (isFlash && mapping.executable) || null
  return {
    path,
    interfaces,
    device: mapping.device,
    code,
    settings: (isFlash && mapping['nvram-template']) || null,
    targets,
    features,
    get isInstalled() {
      return code === null ? { value: false } : isThere(host, code.filename)
    },
  }
}

/** Proxmox VE describes none: its `qm` knows where its package puts them (pve-edk2-firmware, qemu-server PVE/QemuServer). */
export const proxmoxFirmwareFolder = '/usr/share/pve-edk2-firmware'

export function readProxmoxFirmware(host: Host): Fact<string | null> {
  const names = host.list(proxmoxFirmwareFolder)
  if (names.kind === 'absent') return { value: null }
  if (names.kind !== 'value') return unknownFrom(names, proxmoxFirmwareFolder)
  const name = names.value.find((one) => one.startsWith('OVMF_CODE'))
  return { value: name === undefined ? null : `${proxmoxFirmwareFolder}/${name}` }
}
