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

/** The entries of the ACS parameters of a kernel command line, in order. Of several parameters of a name the last counts. */
export interface AcsParameters {
  readonly disableRedirect: readonly AcsSetting[]
  readonly configure: readonly AcsSetting[]
}

/** As the kernel reads them: it takes the entries before one with a mistake. */
export function kernelParameters(commandLine: string): AcsParameters {
  const found: { -readonly [K in keyof AcsParameters]: AcsParameters[K] } = {
    disableRedirect: [],
    configure: [],
  }
  for (const word of commandLine.split(/\s+/)) {
    if (!word.startsWith('pci=')) continue
    for (const option of word.slice('pci='.length).split(',')) {
      const [, name, value] = /^(config_acs|disable_acs_redir)=(.*)$/.exec(option) ?? []
      if (name === 'config_acs') found.configure = untilMistake(value!, (part) => parseSetting(part, word))
      if (name === 'disable_acs_redir')
        found.disableRedirect = untilMistake(value!, (part) => ({
          which: parsePattern(part, word),
          mask: redirectBits,
          // pci_enable_acs says the other bits this way, which matters only where mistakes are made.
          flags: 0xffff & ~redirectBits,
        }))
    }
  }
  return found
}

function untilMistake(value: string, parse: (part: string) => AcsSetting): readonly AcsSetting[] {
  const settings: AcsSetting[] = []
  try {
    for (const part of entriesOf(value)) settings.push(parse(part))
  } catch (error) {
    if (!(error instanceof PredictionInputError)) throw error
  }
  return settings
}

/** The entries of `pci=config_acs=`. Throws {@link PredictionInputError} where the kernel would refuse one. */
export function configAcsParameter(value: string): readonly AcsSetting[] {
  return entriesOf(value).map((part) => parseSetting(part, `config_acs=${value}`))
}

function entriesOf(value: string): readonly string[] {
  return value.split(';').filter((part) => part !== '')
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
