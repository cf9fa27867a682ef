import { redirectBits } from './acs-bits.js'
import { PredictionInputError } from './errors.js'

/** ACS bits that a kernel parameter sets or clears in some functions. */
export interface AcsSetting {
  readonly which: DevicePattern
  /** Bits it decides about, and their values. The others are left as firmware had them. */
  readonly mask: number
  readonly flags: number
}

/**
 * Which functions a parameter is for (Linux Documentation/admin-guide/kernel-parameters.txt, `pci=`, `<pci_dev>`):
 * `[DOMAIN:]BUS:DEVICE.FUNCTION[/DEVICE.FUNCTION...]` or `pci:VENDOR:DEVICE[:SUBVENDOR:SUBDEVICE]`, where 0 fits any.
 */
export type DevicePattern =
  | {
      readonly kind: 'path'
      readonly domain: number
      readonly bus: number
      /** From the bus down: device and function numbers, one byte each. */
      readonly devfns: readonly number[]
    }
  | { readonly kind: 'ids'; readonly ids: readonly [number, number, number, number] }

/** SV to DT: the bits that `config_acs` takes. */
const settable = 0x7f

/** The ACS parameters of a kernel command line. Throws {@link PredictionInputError} where the kernel would refuse one. */
export function kernelParameters(commandLine: string): {
  readonly disableRedirect: readonly AcsSetting[]
  readonly configure: readonly AcsSetting[]
} {
  const disableRedirect: AcsSetting[] = []
  const configure: AcsSetting[] = []
  for (const word of commandLine.split(/\s+/)) {
    if (!word.startsWith('pci=')) continue
    for (const [, name, value] of word
      .slice('pci='.length)
      .matchAll(/(config_acs|disable_acs_redir)=([^,]*)/g)) {
      const parts = value!.split(';').filter((part) => part !== '')
      if (name === 'disable_acs_redir')
        disableRedirect.push(
          ...parts.map((part) => ({ which: parsePattern(part, word), mask: redirectBits, flags: 0 })),
        )
      else configure.push(...parts.map((part) => parseSetting(part, word)))
    }
  }
  return { disableRedirect, configure }
}

/** `1x0@0000:00:1c.0`: the rightmost digit is bit 0, `x` leaves a bit alone. */
function parseSetting(text: string, where: string): AcsSetting {
  const found = /^([01xX]+)@(.+)$/.exec(text)
  if (!found)
    throw new PredictionInputError(`${where}: expected FLAGS@DEVICE, with FLAGS of 0, 1 and x, not ${text}`)
  let [mask, flags] = [0, 0]
  for (const [bit, digit] of [...found[1]!].reverse().entries()) {
    if (digit === '0' || digit === '1') mask |= 1 << bit
    if (digit === '1') flags |= 1 << bit
  }
  if ((mask & ~settable) !== 0)
    throw new PredictionInputError(`${where}: ${found[1]} sets more than the seven ACS bits`)
  return { which: parsePattern(found[2]!, where), mask, flags }
}

function parsePattern(text: string, where: string): DevicePattern {
  const ids = /^pci:([0-9a-f]{1,4}):([0-9a-f]{1,4})(?::([0-9a-f]{1,4}):([0-9a-f]{1,4}))?$/i.exec(text)
  if (ids) {
    const [vendor, device, subvendor, subdevice] = ids.slice(1).map((id) => Number.parseInt(id ?? '0', 16))
    return { kind: 'ids', ids: [vendor!, device!, subvendor!, subdevice!] }
  }
  const path = /^(?:([0-9a-f]+):)?([0-9a-f]+):([0-9a-f]+\.[0-9a-f]+(?:\/[0-9a-f]+\.[0-9a-f]+)*)$/i.exec(text)
  if (!path)
    throw new PredictionInputError(
      `${where}: ${text} names no device: give [DOMAIN:]BUS:DEVICE.FUNCTION or pci:VENDOR:DEVICE`,
    )
  const devfns = path[3]!.split('/').map((part) => {
    const [device, fn] = part.split('.').map((number) => Number.parseInt(number, 16))
    return device! * 8 + fn!
  })
  return {
    kind: 'path',
    domain: Number.parseInt(path[1] ?? '0', 16),
    bus: Number.parseInt(path[2]!, 16),
    devfns,
  }
}
