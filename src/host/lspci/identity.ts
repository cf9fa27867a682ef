import type { PciNames } from './names.js'
import type { ReportedFunction } from './report.js'

/** What a function is, as its title and subsystem line tell it. Undefined: not told, or told by a name of several ids. */
export interface FunctionIds {
  readonly vendor: number | undefined
  readonly device: number | undefined
  /** Where its name is that of several devices: their ids. */
  readonly devices: readonly number[] | undefined
  /** Base class and subclass: 16 bits. */
  readonly class: number | undefined
  readonly programmingInterface: number | undefined
  readonly revision: number | undefined
  readonly subsystemVendor: number | undefined
  readonly subsystemDevice: number | undefined
  /** As printed: the vendor's and the device's name in one. */
  readonly name: string | undefined
  readonly className: string | undefined
  readonly subsystemName: string | undefined
}

/**
 * Reads `Host bridge [0600]: Intel Corporation Device [8086:9b53] (rev 03) (prog-if 00 [Normal decode])`, with names,
 * with numbers, or with both. Names alone are looked up in `names`.
 */
export function identify(
  { title, lines, unknownHeader, rows }: ReportedFunction,
  names: PciNames,
): FunctionIds {
  // Of a virtual function the hex dump has all ones where its ids would be.
  const start = rows.find(({ at }) => at === 0)?.bytes
  const dumped = (at: number) =>
    start === undefined || start.length < at + 2 || (start[0] === 0xff && start[1] === 0xff)
      ? undefined
      : start[at]! | (start[at + 1]! << 8)
  const [, classText = '', rest = ''] = /^(.*?): ?(.*)$/.exec(title) ?? []
  const [, revision] = / ?\(rev ([0-9a-f]{2})\)/.exec(rest) ?? []
  const [, programmingInterface] = / ?\(prog-if ([0-9a-f]{2})/.exec(rest) ?? []
  const ids = readIds(rest.replace(/ ?\((rev|prog-if) [0-9a-f]{2}.*$/, ''), names)
  const code = readClass(classText, names)
  const subsystem = readIds(lines.get('Subsystem') ?? '', names)
  const isVerbose = lines.has('Flags') || lines.has('Control')
  return {
    vendor: ids.vendor ?? dumped(0x00),
    device: ids.device ?? dumped(0x02),
    devices: ids.among,
    class: code.class ?? dumped(0x0a),
    // Not printed where it is 0 and has no name, and without -v not at all.
    programmingInterface: hexOf(programmingInterface) ?? (isVerbose ? 0 : undefined),
    // Not printed where it is 0; ff is what a device reads as that does not answer.
    revision: unknownHeader || revision === 'ff' ? undefined : (hexOf(revision) ?? 0),
    subsystemVendor: subsystem.vendor,
    subsystemDevice: subsystem.device,
    name: ids.name,
    className: code.name,
    subsystemName: subsystem.name,
  }
}

interface Ids {
  readonly vendor: number | undefined
  readonly device: number | undefined
  readonly among?: readonly number[] | undefined
  readonly name: string | undefined
}

/** The forms of pciutils lib/names.c, format_name_pair. */
function readIds(text: string, names: PciNames): Ids {
  const [, before = '', bracketVendor, bracketDevice] =
    /^(.*?) ?\[([0-9a-f]{4}):([0-9a-f]{4})\]$/.exec(text) ?? []
  const [, plainVendor, plainDevice] = /^(?:Device )?([0-9a-f]{4}):([0-9a-f]{4})$/.exec(text) ?? []
  const vendor = hexOf(bracketVendor ?? plainVendor)
  const device = hexOf(bracketDevice ?? plainDevice)
  if (vendor !== undefined) {
    const isName = before !== '' && before !== 'Device' && !/^[0-9a-f]{4}:[0-9a-f]{4}$/.test(before)
    return { vendor, device, name: isName ? before : undefined }
  }
  // A name too long for lspci's buffer was cut, or replaced by a remark.
  if (text === '' || text.startsWith('<') || text.endsWith('...')) return { vendor, device, name: undefined }
  return { ...(names.device(text) ?? { vendor, device }), name: text }
}

/** `Host bridge`, `Host bridge [0600]`, `0600`, and before pciutils 3 `Class 0600`. */
function readClass(text: string, names: PciNames): { class: number | undefined; name: string | undefined } {
  const [, number] = /^(?:Class )?\[?([0-9a-f]{4})\]?$/.exec(text) ?? []
  if (number !== undefined) return { class: hexOf(number), name: undefined }
  const [, before, bracket] = /^(.*?) ?\[([0-9a-f]{4})\]$/.exec(text) ?? []
  if (bracket !== undefined) return { class: hexOf(bracket), name: before }
  return text === '' ? { class: undefined, name: undefined } : { class: names.class(text), name: text }
}

function hexOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number.parseInt(text, 16)
}
