import { copyFileSync, existsSync } from 'node:fs'
import { liveHost } from '../host/index.js'
import { isPcUefi, knownValue, qemuFirmwareFolders, readQemuFirmware } from '../machine/index.js'

/** UEFI firmware as flash: code that is never written, and the machine's own settings. */
export interface UefiFirmware {
  readonly code: string
  readonly codeFormat: string
  readonly vars: string
  readonly varsFormat: string
}

export class FirmwareError extends Error {
  override readonly name = 'FirmwareError'
}

/**
 * The firmware for a machine whose settings are kept in `vars`; that file is made from the installed template when it is
 * missing. `code`: a file to use in place of the installed one.
 */
export function uefiFirmware(
  code: string | undefined,
  vars: string,
  folders: readonly string[] = qemuFirmwareFolders,
): UefiFirmware {
  if (code !== undefined) {
    if (!existsSync(code)) throw new FirmwareError(`the firmware ${code} does not exist`)
    if (!existsSync(vars)) {
      throw new FirmwareError(
        `the firmware's settings ${vars} do not exist: copy the template that came with ${code} there`,
      )
    }
    return { code, codeFormat: formatOf(code), vars, varsFormat: formatOf(vars) }
  }
  const found = installedFirmware(folders)
  if (!found) {
    throw new FirmwareError(
      `no UEFI firmware for q35 machines is described in ${folders.join(' or ')}: install it (Debian: ovmf; Fedora: edk2-ovmf)`,
    )
  }
  const { code: executable, settings } = found
  if (!existsSync(vars)) copyFileSync(settings!.filename, vars)
  return { code: executable!.filename, codeFormat: executable!.format, vars, varsFormat: settings!.format }
}

/** The first descriptor of plain UEFI for x86-64 on q35: secure boot wants SMM set up. */
function installedFirmware(folders: readonly string[]) {
  const descriptors = readQemuFirmware(liveHost(), folders)
  if ('unknown' in descriptors) throw new FirmwareError(`${descriptors.path}: ${descriptors.unknown}`)
  for (const firmware of descriptors.value) {
    if ('unknown' in firmware)
      throw new FirmwareError(`${firmware.path} is no firmware descriptor: ${firmware.unknown}`)
    const { value } = firmware
    if (isPcUefi(value) && !value.features.includes('requires-smm') && knownValue(value.isInstalled))
      return value
  }
  return undefined
}

function formatOf(file: string): string {
  return file.endsWith('.qcow2') ? 'qcow2' : 'raw'
}
