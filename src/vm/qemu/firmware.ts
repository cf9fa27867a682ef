import type { Description } from '../description/description.js'
import type { UefiFirmware } from '../firmware.js'
import { list } from './option.js'

/** With SMM only its code may write the settings (QEMU docs/interop/firmware.json, requires-smm). */
export function firmware({ mmioWindowBytes }: Description, uefi: UefiFirmware | undefined): string[] {
  return [
    ...(uefi ? flash(uefi) : []),
    // In MiB (edk2 OvmfPkg/RUNTIME_CONFIG.md).
    ...(mmioWindowBytes
      ? ['-fw_cfg', `name=opt/ovmf/X-PciMmio64Mb,string=${mmioWindowBytes / 1024 ** 2}`]
      : []),
  ]
}

function flash({ code, codeFormat, vars, varsFormat, requiresSmm }: UefiFirmware): string[] {
  return [
    ...(requiresSmm ? ['-global', 'driver=cfi.pflash01,property=secure,value=on'] : []),
    ...['-drive', list('if=pflash', { unit: 0, format: codeFormat, readonly: 'on', file: code })],
    ...['-drive', list('if=pflash', { unit: 1, format: varsFormat, file: vars })],
  ]
}
