import { copyFileSync, existsSync } from 'node:fs'
import { liveHost } from '../host/index.js'
import {
  isPcUefi,
  knownValue,
  type QemuFirmware,
  qemuFirmwareFolders,
  readQemuFirmware,
} from '../machine/index.js'
import type { Description, Uefi } from './description/description.js'

/** UEFI firmware as flash: code that is never written, and the machine's own settings. */
export interface UefiFirmware {
  readonly code: string
  readonly codeFormat: string
  readonly vars: string
  readonly varsFormat: string
  /** It keeps its settings from the operating system by system management mode, which the machine must have then. */
  readonly requiresSmm: boolean
}

export class FirmwareError extends Error {
  override readonly name = 'FirmwareError'
}

/**
 * The firmware for a machine; the file of its settings is made from the installed template when it is missing. Throws
 * {@link FirmwareError}.
 */
export function uefiFirmware(uefi: Uefi, folders?: readonly string[]): UefiFirmware {
  const { template, ...firmware } = findFirmware(uefi, folders)
  if (template !== undefined && !existsSync(firmware.vars)) copyFileSync(template, firmware.vars)
  return firmware
}

/** Throws {@link FirmwareError} where there is no such firmware for the machine: better before anything is changed. */
export function requireFirmware({ firmware }: Description): void {
  if (firmware !== 'bios') findFirmware(firmware)
}

/** `template`: what its settings begin as. */
function findFirmware(
  { code, vars, secureBoot }: Uefi,
  folders: readonly string[] = qemuFirmwareFolders,
): UefiFirmware & { readonly template?: string } {
  if (code !== undefined) return ownFirmware(code, vars, folders)
  const found = secureBoot
    ? (installedFirmware(folders, ['secure-boot', 'requires-smm', 'enrolled-keys']) ??
      installedFirmware(folders, ['secure-boot', 'requires-smm']))
    : installedFirmware(folders)
  if (!found) {
    const what = secureBoot ? 'UEFI firmware with secure boot' : 'UEFI firmware'
    throw new FirmwareError(
      `no ${what} for q35 machines is described in ${folders.join(' or ')}: install it (Debian: ovmf; Fedora: edk2-ovmf)`,
    )
  }
  const { code: executable, settings, features } = found
  return {
    template: settings!.filename,
    code: executable!.filename,
    codeFormat: executable!.format,
    vars,
    varsFormat: settings!.format,
    requiresSmm: features.includes('requires-smm'),
  }
}

function ownFirmware(code: string, vars: string, folders: readonly string[]): UefiFirmware {
  if (!existsSync(code)) throw new FirmwareError(`the firmware ${code} does not exist`)
  if (!existsSync(vars)) {
    throw new FirmwareError(
      `the firmware's settings ${vars} do not exist: copy the template that came with ${code} there`,
    )
  }
  const described = firstDescriptor(folders, (one) => one.code?.filename === code)
  const requiresSmm = described?.features.includes('requires-smm') ?? false
  return { code, codeFormat: formatOf(code), vars, varsFormat: formatOf(vars), requiresSmm }
}

/**
 * The first descriptor of UEFI for x86-64 on q35 with all of `features` (QEMU docs/interop/firmware.json, FirmwareFeature);
 * with none, of plain UEFI: secure boot wants SMM set up. Without enrolled keys secure boot is off until somebody enrolls some.
 */
function installedFirmware(folders: readonly string[], features: readonly string[] = []) {
  return firstDescriptor(
    folders,
    (one) =>
      isPcUefi(one) &&
      (features.length > 0
        ? features.every((feature) => one.features.includes(feature))
        : !one.features.includes('requires-smm')) &&
      knownValue(one.isInstalled) === true,
  )
}

function firstDescriptor(
  folders: readonly string[],
  isIt: (firmware: QemuFirmware) => boolean,
): QemuFirmware | undefined {
  const descriptors = readQemuFirmware(liveHost(), folders)
  if ('unknown' in descriptors) throw new FirmwareError(`${descriptors.path}: ${descriptors.unknown}`)
  for (const firmware of descriptors.value) {
    if ('unknown' in firmware)
      throw new FirmwareError(`${firmware.path} is no firmware descriptor: ${firmware.unknown}`)
    if (isIt(firmware.value)) return firmware.value
  }
  return undefined
}

function formatOf(file: string): string {
  return file.endsWith('.qcow2') ? 'qcow2' : 'raw'
}
