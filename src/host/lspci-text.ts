/**
 * Pasted `lspci` text as a host: the files of /sys/bus/pci/devices that the text tells, and nothing else. What it does
 * not tell is `unrecorded`; what it shows not to be there is `absent`.
 */
import type { FileBytes, Host, Read } from './host.js'
import { liveHost } from './live.js'
import { type Company, configOf, headerTypeOf } from './lspci/config.js'
import { type FunctionIds, identify } from './lspci/identity.js'
import { mergeReports } from './lspci/merge.js'
import { PciNames } from './lspci/names.js'
import { isVerbose, type ReportedFunction, readReport } from './lspci/report.js'
import { resourceFile } from './lspci/resource-file.js'
import { placesOf, virtualFunctions } from './lspci/topology.js'
import { OpenHostError } from './open-error.js'
import { isPciIds } from './pci-ids.js'
import { firstBytes } from './trace.js'

/** A text in which no function could be found. The message quotes its first line and says what was expected. */
export class LspciTextError extends OpenHostError {
  override readonly name = 'LspciTextError'

  constructor(file: string, text: string) {
    const first = text.split('\n').find((line) => line.trim() !== '') ?? ''
    const shown = JSON.stringify(first.trim().slice(0, 60))
    super(
      file,
      'no PCI function in it: expected lines such as "01:00.0 VGA compatible controller: ..." as lspci prints them ' +
        `(best: sudo lspci -nnvvv), or a recording made by \`handover record\`; it begins with ${shown}`,
    )
  }
}

const devices = '/sys/bus/pci/devices'

/** Virtual files, of this kind of host only: what the text calls a function, and which ids its name may stand for. Each ends with a newline. */
const printedNames = '/handover/lspci'

/** The host that a pasted text tells of. `name` is for messages. Throws {@link LspciTextError}. */
export function lspciHost(text: string, name: string, pciIds: () => string | undefined = localPciIds): Host {
  const functions = mergeReports(readReport(text))
  if (functions.length === 0) throw new LspciTextError(name, text)
  const files = filesOf(functions, new PciNames(pciIds))
  const look = <T>(table: ReadonlyMap<string, T | null>, path: string): Read<T> => {
    const value = table.get(path)
    if (value === undefined) return { kind: 'unrecorded' }
    return value === null ? { kind: 'absent' } : { kind: 'value', value }
  }
  return {
    kind: 'lspci',
    name,
    readText(path) {
      // The text's numbers get the names that this computer has for them.
      const names = isPciIds(path) ? pciIds() : undefined
      return names === undefined ? look(files.texts, path) : { kind: 'value', value: names }
    },
    readBytes: (path, limitBytes = Number.POSITIVE_INFINITY) =>
      firstBytes(look(files.bytes, path), limitBytes),
    readLink: (path) => look(files.links, path),
    list: (path) =>
      path === devices
        ? { kind: 'value', value: functions.map(({ address }) => address).sort() }
        : { kind: 'unrecorded' },
    version: () => ({ kind: 'unrecorded' }),
  }
}

function localPciIds(): string | undefined {
  const host = liveHost()
  for (const path of ['/usr/share/misc/pci.ids', '/usr/share/hwdata/pci.ids', '/usr/share/pci.ids']) {
    const read = host.readText(path)
    if (read.kind === 'value') return read.value
  }
  return undefined
}

/** By path. `null`: the text shows that there is no such file. */
interface Files {
  readonly texts: ReadonlyMap<string, string | null>
  readonly bytes: ReadonlyMap<string, FileBytes | null>
  readonly links: ReadonlyMap<string, string | null>
}

/** What some function's text shows, so that its lack in another's tells something. */
interface Habits extends Company {
  readonly showsDriver: boolean
  readonly showsGroup: boolean
  readonly showsNode: boolean
  /** All capabilities of all functions are to be seen. */
  readonly showsAll: boolean
}

function filesOf(functions: readonly ReportedFunction[], names: PciNames): Files {
  const texts = new Map<string, string | null>()
  const bytes = new Map<string, FileBytes | null>()
  const links = new Map<string, string | null>()
  const habits: Habits = {
    showsExtended: functions.some(({ capabilities }) => capabilities.some(({ offset }) => offset >= 0x100)),
    showsDriver: functions.some(({ lines }) => lines.has('Kernel driver in use')),
    showsGroup: functions.some((one) => groupOf(one) !== undefined),
    showsNode: functions.some((one) => nodeOf(one) !== undefined),
    showsAll: functions.every((one) => one.complete && !one.accessDenied && isVerbose(one)),
  }
  const places = placesOf(functions)
  const virtual = virtualFunctions(functions)
  for (const one of functions) {
    const folder = `${devices}/${one.address}`
    const ids = identify(one, names)
    const put = <T>(table: Map<string, T>, path: string, value: T | undefined) => {
      if (value !== undefined) table.set(path, value)
    }
    const file = (name: string, value: string | number | null | undefined) =>
      put(texts, `${folder}/${name}`, value === null ? null : value === undefined ? undefined : `${value}\n`)
    for (const [name, value] of Object.entries(attributesOf(one, ids, habits))) file(name, value)
    put(texts, `${folder}/resource`, resourceFile(one))
    put(bytes, `${folder}/config`, configOf(one, ids, habits))

    const place = places.get(one.address)
    if (place) links.set(folder, `../../../devices/${place.join('/')}`)
    const up = '../'.repeat((place?.length ?? 2) + 1)
    put(links, `${folder}/driver`, linkTo(`${up}bus/pci/drivers/`, driverOf(one, habits)))
    put(links, `${folder}/iommu_group`, linkTo(`${up}kernel/iommu_groups/`, groupOrNone(one, habits)))
    const parent = virtual.get(one.address) ?? (habits.showsAll ? null : undefined)
    put(links, `${folder}/physfn`, linkTo('../', parent))

    for (const [name, value] of [
      ['name', ids.name],
      ['class-name', ids.className],
      ['subsystem-name', ids.subsystemName],
      ['possible-devices', ids.devices?.map((id) => `0x${id.toString(16).padStart(4, '0')}`).join(' ')],
    ] as const)
      put(texts, `${printedNames}/${one.address}/${name}`, value === undefined ? undefined : `${value}\n`)
  }
  return { texts, bytes, links }
}

/** Files of one line each, by name. `null`: there is none; undefined: not told. */
function attributesOf(
  one: ReportedFunction,
  ids: FunctionIds,
  habits: Habits,
): Readonly<Record<string, string | number | null | undefined>> {
  const hex = (value: number | undefined, digits: number) =>
    value === undefined ? undefined : `0x${value.toString(16).padStart(digits, '0')}`
  const noSubsystem = isVerbose(one) && one.complete && !one.lines.has('Subsystem') && !one.unknownHeader
  return {
    vendor: hex(ids.vendor, 4),
    device: hex(ids.device, 4),
    // Without -v the programming interface is not told; nothing that reads the class of pasted text asks for it.
    class: ids.class === undefined ? undefined : hex((ids.class << 8) | (ids.programmingInterface ?? 0), 6),
    revision: hex(ids.revision, 2),
    // `lspci` prints no line where the vendor is 0000 or ffff, both of which mean that there is none.
    subsystem_vendor: noSubsystem ? '0x0000' : hex(ids.subsystemVendor, 4),
    subsystem_device: noSubsystem ? '0x0000' : hex(ids.subsystemDevice, 4),
    irq: irqOf(one),
    numa_node: nodeOf(one) ?? (habits.showsNode && isVerbose(one) ? -1 : undefined),
    ...busNumbersOf(one),
    ...sriovOf(one),
  }
}

/** `Interrupt: pin A routed to IRQ 16`, or in the flags of -v `IRQ 16`; neither is printed for 0, nor for bridges before pciutils 3.3 (commit 001b9ac). */
function irqOf(one: ReportedFunction): number | undefined {
  const { lines, complete } = one
  const flags = lines.get('Flags')
  const [, irq] = / IRQ (-?\d+)/.exec(lines.get('Interrupt') ?? flags ?? '') ?? []
  // lspci reads the kernel's unsigned number as a signed one.
  if (irq !== undefined) return Number(irq) >>> 0
  return complete &&
    (flags !== undefined || lines.has('Control')) &&
    !lines.has('Interrupt') &&
    headerTypeOf(one) === 0
    ? 0
    : undefined
}

function nodeOf({ lines }: ReportedFunction): number | undefined {
  const [, node] =
    /^(\d+)$/.exec(lines.get('NUMA node') ?? '') ?? / NUMA node (\d+)/.exec(lines.get('Flags') ?? '') ?? []
  return node === undefined ? undefined : Number(node)
}

function groupOf({ lines, group }: ReportedFunction): number | undefined {
  const [, number] =
    /^(\d+)/.exec(lines.get('IOMMU group') ?? '') ?? / IOMMU group (\d+)/.exec(lines.get('Flags') ?? '') ?? []
  return number === undefined ? group : Number(number)
}

function groupOrNone(one: ReportedFunction, { showsGroup }: Habits): number | null | undefined {
  return groupOf(one) ?? (showsGroup && isVerbose(one) ? null : undefined)
}

function driverOf(one: ReportedFunction, { showsDriver }: Habits): string | null | undefined {
  const driver = one.lines.get('Kernel driver in use')?.split(' ')[0]
  if (driver) return driver
  // The line stands last: of a function that was cut off nothing is known.
  return showsDriver && one.complete && one.lines.size > 0 ? null : undefined
}

function linkTo(folder: string, name: string | number | null | undefined): string | null | undefined {
  return name === null || name === undefined ? name : `${folder}${name}`
}

/** The kernel gives these to bridges, and to nothing else (Linux drivers/pci/pci-sysfs.c). */
function busNumbersOf(one: ReportedFunction): Readonly<Record<string, number | null>> {
  const type = headerTypeOf(one)
  if (type === 0) return { secondary_bus_number: null, subordinate_bus_number: null }
  const [, secondary, subordinate] =
    /secondary=([0-9a-f]{2}), subordinate=([0-9a-f]{2})/.exec(one.lines.get('Bus') ?? '') ?? []
  if (secondary === undefined || subordinate === undefined) return {}
  return {
    secondary_bus_number: Number.parseInt(secondary, 16),
    subordinate_bus_number: Number.parseInt(subordinate, 16),
  }
}

/** `sriov_numvfs` counts the functions in use: none while the capability is not enabled. */
function sriovOf(one: ReportedFunction): Readonly<Record<string, number | null>> {
  const sriov = one.capabilities.find(({ text }) => text.startsWith('Single Root I/O Virtualization'))
  if (sriov === undefined) {
    const seesAll = one.complete && !one.accessDenied && isVerbose(one) && !one.unknownHeader
    return seesAll ? { sriov_totalvfs: null, sriov_numvfs: null } : {}
  }
  const [, total, count] =
    /Total VFs: (\d+), Number of VFs: (\d+)/.exec(sriov.lines.get('Initial VFs') ?? '') ?? []
  if (total === undefined || count === undefined) return {}
  const isEnabled = sriov.lines.get('IOVCtl')?.startsWith('Enable+') ?? false
  return { sriov_totalvfs: Number(total), sriov_numvfs: isEnabled ? Number(count) : 0 }
}
