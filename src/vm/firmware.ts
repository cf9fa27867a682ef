import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

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

/** Where distributions and administrators put firmware descriptors, the latter first. Source: QEMU docs/interop/firmware.json. */
const usualFolders = ['/etc/qemu/firmware', '/usr/share/qemu/firmware']

/** The parts of a descriptor that are needed here (QEMU docs/interop/firmware.json). */
interface Descriptor {
  readonly 'interface-types': readonly string[]
  readonly mapping: {
    readonly device: string
    readonly executable?: { readonly filename: string; readonly format: string }
    readonly 'nvram-template'?: { readonly filename: string; readonly format: string }
  }
  readonly targets: readonly { readonly architecture: string; readonly machines: readonly string[] }[]
  readonly features: readonly string[]
}

/**
 * The firmware for a machine whose settings are kept in `vars`; that file is made from the installed template when it is
 * missing. `code`: a file to use in place of the installed one.
 */
export function uefiFirmware(
  code: string | undefined,
  vars: string,
  folders: readonly string[] = usualFolders,
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
  if (!existsSync(vars)) copyFileSync(found.template.filename, vars)
  const { executable, template } = found
  return { code: executable.filename, codeFormat: executable.format, vars, varsFormat: template.format }
}

/** The first descriptor, in the order of their names, of plain UEFI for x86-64 on q35: secure boot wants SMM set up. */
function installedFirmware(folders: readonly string[]) {
  const names = new Map<string, string>()
  for (const folder of folders) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (name.endsWith('.json') && !names.has(name)) names.set(name, join(folder, name))
    }
  }
  for (const [, file] of [...names].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = readFileSync(file, 'utf8')
    if (text.trim() === '') continue // an empty file hides the distribution's of the same name
    const { 'interface-types': types, mapping, targets, features } = parse(text, file)
    const { executable, 'nvram-template': template } = mapping
    if (!types.includes('uefi') || mapping.device !== 'flash' || !executable || !template) continue
    if (features.includes('requires-smm') || !existsSync(executable.filename)) continue
    const fits = targets.some(
      ({ architecture, machines }) =>
        architecture === 'x86_64' && machines.some((name) => name.startsWith('pc-q35')),
    )
    if (fits) return { executable, template }
  }
  return undefined
}

function parse(text: string, file: string): Descriptor {
  try {
    return JSON.parse(text)
  } catch {
    throw new FirmwareError(`${file} is no firmware descriptor: it is not JSON`)
  }
}

function formatOf(file: string): string {
  return file.endsWith('.qcow2') ? 'qcow2' : 'raw'
}
