import type { Description } from '../description/description.js'
import type { DomainSettings, Extras } from './settings.js'
import { element, textElement, type Xml } from './xml.js'

/** How the machine begins. Other formats than raw are told since 9.2.0 (libvirt docs/formatdomain.rst). */
export function system(
  { kernel, initrd, append, mmioWindowBytes }: Description,
  { firmware }: DomainSettings,
  extras: Extras,
): Xml {
  const format = (name: string) => (name === 'raw' ? undefined : name)
  // libvirt keeps its own <sysinfo type="fwcfg"> away from names of OVMF (src/qemu/qemu_validate.c qemuValidateDomainDefSysinfo).
  if (mmioWindowBytes !== undefined)
    extras.arguments.push('-fw_cfg', `name=opt/ovmf/X-PciMmio64Mb,string=${mmioWindowBytes / 1024 ** 2}`)
  return element(
    'os',
    {},
    textElement('type', 'hvm', { arch: 'x86_64', machine: 'q35' }),
    firmware &&
      textElement('loader', firmware.code, {
        readonly: 'yes',
        secure: firmware.requiresSmm ? 'yes' : undefined,
        type: 'pflash',
        format: format(firmware.codeFormat),
      }),
    firmware && textElement('nvram', firmware.vars, { format: format(firmware.varsFormat) }),
    kernel === undefined ? undefined : textElement('kernel', kernel),
    initrd === undefined ? undefined : textElement('initrd', initrd),
    append === undefined ? undefined : textElement('cmdline', append),
  )
}

/** State where the description has it, and left there when the domain is undefined. */
export function tpm({ tpm }: Description): readonly Xml[] {
  if (tpm === undefined) return []
  const state = element('source', { type: 'dir', path: tpm })
  const backend = { type: 'emulator', version: '2.0', persistent_state: 'yes' }
  return [element('tpm', { model: 'tpm-crb' }, element('backend', backend, state))]
}
