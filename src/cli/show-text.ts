import { type Fact, roleNames, sizeText } from '../machine/index.js'
import { capabilityWords } from './capability-text.js'
import { whyUnknown } from './explain.js'
import type { Region, ShowDocument } from './schemas/show.js'
import { type Line, wrap } from './text.js'
import { idsOf, roleWords } from './words.js'

/** Everything about one function, for a person. */
export function showText(document: ShowDocument, width: number): readonly Line[] {
  const f = document.function
  const { names } = f
  const page = new Page(width)
  page.heading(f.address, names.class ?? text(f.class, (code) => `class ${code}`))
  page.paragraph(
    `${fullName(names)}  ${idsOf(f)}${text(
      document.revision,
      (revision) => ` rev ${revision.slice('0x'.length)}`,
      () => '',
    )}`,
  )
  page.row('Subsystem', subsystem(document))
  page.row('Driver', driver(document))
  page.row('IOMMU group', group(document))
  page.row('IOMMU unit', firmwareUnit(document))
  for (const line of reservedRegions(document)) page.row('Reserved memory', line)
  page.row('Holds', f.holds.map(({ kind, name }) => `${kind} ${name}`).join(', '))
  page.row('Host uses it as', uses(document))
  for (const { name, evidence } of f.roles)
    for (const { path, value } of evidence) page.detail(`${roleWords[name]}: ${path} = ${value}`)
  page.row('Bridge above', text(f.parent, String, undefined, 'none: on a root bus'))
  page.row('Power', power(document))
  page.row(
    'NUMA node',
    text(document.numaNode, (node) => String(node), undefined, 'none'),
  )
  page.row('Link', link(document))
  page.row('Reset', reset(document))
  virtualFunctions(document, page)

  page.section('Memory and ports')
  regions(document, page)

  page.section('Interrupts')
  interrupts(document, page)

  page.section('Capabilities')
  capabilities(document, page)
  return page.lines
}

function fullName({ vendor, device, printed }: ShowDocument['function']['names']): string {
  return device === undefined
    ? (printed ?? vendor ?? 'no name known')
    : [vendor, device].filter(Boolean).join(' ')
}

/** Builds the page: labels at the left, what they say wrapped beside them. */
class Page {
  readonly lines: Line[] = []
  readonly #width: number

  constructor(width: number) {
    this.#width = width
  }

  heading(first: string, rest: string): void {
    this.lines.push([{ text: first, style: 'bold' }, `  ${rest}`])
  }

  paragraph(text: string): void {
    this.lines.push(text)
  }

  section(title: string): void {
    this.lines.push('', [{ text: title, style: 'bold' }])
  }

  /** Nothing is shown for an empty text. */
  row(label: string, text: string, labelWidth = 17): void {
    if (text === '') return
    const [first = '', ...rest] = wrap(text, this.#width - labelWidth - 2)
    this.lines.push(['  ', { text: label.padEnd(labelWidth), style: 'cyan' }, first])
    for (const line of rest) this.lines.push(`  ${' '.repeat(labelWidth)}${line}`)
  }

  detail(text: string): void {
    for (const line of wrap(text, this.#width - 21))
      this.lines.push([{ text: `${' '.repeat(21)}${line}`, style: 'dim' }])
  }
}

function text<T>(
  fact: Fact<T | null>,
  show: (value: T) => string,
  unknown: (why: string) => string = (why) => `unknown: ${why}`,
  none = 'none',
): string {
  if ('unknown' in fact) return unknown(why(fact))
  return fact.value === null ? none : show(fact.value)
}

/** The page is about one function: which of its files it was need not be said each time. */
function why(fact: { readonly unknown: string; readonly path: string }): string {
  return whyUnknown(fact).replace(` (${fact.path})`, '')
}

function subsystem({ subsystemVendor, subsystemDevice, function: f }: ShowDocument): string {
  if ('unknown' in subsystemVendor) return text(subsystemVendor, String)
  if ('unknown' in subsystemDevice) return text(subsystemDevice, String)
  if (subsystemVendor.value === null || subsystemDevice.value === null) return ''
  const ids = `${subsystemVendor.value.slice('0x'.length)}:${subsystemDevice.value.slice('0x'.length)}`
  return f.names.subsystem === undefined ? ids : `${f.names.subsystem}  ${ids}`
}

function uses({ function: f, rolesUnknown }: ShowDocument): string {
  const known = f.roles.map(({ name, only }) => roleWords[name] + (only ? ' (the only one)' : ''))
  // One reason may stand for several roles: nothing of a recording is in pasted text.
  const open = new Map<string, string[]>()
  for (const { role, ...unknown } of rolesUnknown) {
    const why = whyUnknown(unknown)
    open.set(why, [...(open.get(why) ?? []), roleWords[role]])
  }
  const doubts = [...open].map(([why, roles]) => {
    const which = new Set(roles)
    return which.size >= roleNames.length - 1 // no card, no boot VGA: that is then known
      ? `unknown: ${why}`
      : `not known whether ${[...which].join(', ')}: ${why}`
  })
  return [known.join(', ') || (doubts.length === 0 ? 'nothing' : ''), ...doubts].filter(Boolean).join('; ')
}

function driver({ function: f, driverOverride }: ShowDocument): string {
  const override =
    'value' in driverOverride && driverOverride.value !== null
      ? `; driver_override says ${driverOverride.value}`
      : ''
  return text(f.driver, (name) => name) + override
}

function group({ function: f, groupMembers }: ShowDocument): string {
  return text(
    f.group,
    (number) => {
      const others = 'value' in groupMembers ? groupMembers.value : []
      return others.length === 0 ? `${number}, alone in it` : `${number}, with ${others.join(', ')}`
    },
    undefined,
    'none: the kernel made none for it',
  )
}

/** The firmware's tables are not among the function's files: their path is said. */
function firmwareUnit({ firmwareIommu: { unit }, function: f }: ShowDocument): string {
  if ('unknown' in unit) return `unknown: ${whyUnknown(unit)}`
  return text(
    unit,
    ({ kind, registerBase, device, because, named }) => {
      const why = {
        named: named === f.address ? 'names this function' : `names ${named}`,
        below: `names ${named} above it`,
        rest: 'covers what no other one does',
        range: 'covers a range of addresses that it is in',
      }[because]
      return `${kind} ${registerBase === null ? device : `with registers at ${registerBase}`}, which ${why}`
    },
    undefined,
    "none in the firmware's tables",
  )
}

/** Nothing is said where there is none, or where the unit's line has said already why it is not known. */
function reservedRegions({
  firmwareIommu: { unit, reservedRegions: regions },
}: ShowDocument): readonly string[] {
  if ('unknown' in regions)
    return 'unknown' in unit && unit.path === regions.path ? [] : [`unknown: ${whyUnknown(regions)}`]
  return regions.value.map(({ kind, start, end, relaxable }) => {
    const linux = relaxable
      ? 'Linux does not insist on it for this class of device'
      : 'Linux keeps it mapped at its own addresses'
    return `${start} to ${end} (${kind}); ${linux}`
  })
}

function power({ powerState, enabled }: ShowDocument): string {
  const parts = [
    text(powerState, (state) => state),
    text(enabled, (on) => (on ? 'enabled' : 'not enabled by a driver')),
  ]
  return [...new Set(parts)].join('; ')
}

function link({ link }: ShowDocument): string {
  return text(
    link,
    ({ speedGTs, width, maxSpeedGTs, maxWidth, degraded }) => {
      const at = (speed: number | null, lanes: number | null) =>
        `${speed === null ? 'unknown speed' : `${speed} GT/s`} x${lanes ?? '?'}`
      const now = speedGTs === null && width === null ? 'down' : at(speedGTs, width)
      if (degraded === false) return `${now}, its most`
      // Many cards slow the link down while idle, so that this alone is no fault.
      return `${now}; at most ${at(maxSpeedGTs, maxWidth)}${degraded ? ' (below its most now)' : ''}`
    },
    undefined,
    'no PCI Express link of its own',
  )
}

function reset({ reset: { methods, functionLevelReset } }: ShowDocument): string {
  const how = text(methods, (names) => names.join(', '), undefined, 'the kernel has no way to reset it')
  const flr = text(
    functionLevelReset,
    (can) => (can ? 'it has function level reset' : 'it has no function level reset'),
    (why) => `function level reset unknown: ${why}`,
  )
  return `${how}; ${flr}`
}

function virtualFunctions({ sriov, physicalFunction }: ShowDocument, page: Page): void {
  const known = 'value' in sriov
  if (!known) page.row('SR-IOV', text(sriov, String))
  else if (sriov.value !== null)
    page.row('SR-IOV', `${sriov.value.enabled} of ${sriov.value.total} virtual functions in use`)
  if ('value' in physicalFunction && physicalFunction.value !== null)
    page.row('SR-IOV', `a virtual function of ${physicalFunction.value}`)
}

function regions(document: ShowDocument, page: Page): void {
  const { bars, windows, rom } = document
  if ('unknown' in bars) page.row('BARs', text(bars, String))
  else if (bars.value.length === 0) page.row('BARs', 'none')
  else for (const bar of bars.value) page.row(`BAR ${bar.index}`, barText(bar))
  if ('value' in windows)
    for (const { kind, address, sizeBytes } of windows.value)
      page.row('Bridge window', `${kind}  ${address}  ${sizeText(BigInt(sizeBytes))}`)
  page.row(
    'Option ROM',
    text(rom, ({ address, sizeBytes, source }) => {
      const size = sizeBytes === null ? 'unknown size' : sizeText(BigInt(sizeBytes))
      return source === 'shadow'
        ? `the copy in memory at ${address} that the firmware started, ${size}; the card's own is not shown`
        : `${address ?? 'no address'}  ${size}`
    }),
  )
}

function barText({ kind, address, sizeBytes, is64Bit, prefetchable }: Region): string {
  return [
    kind === 'io' ? 'ports' : kind === 'memory' ? 'memory' : 'unknown kind',
    address ?? 'no address',
    sizeBytes === null ? 'unknown size' : sizeText(BigInt(sizeBytes)),
    ...(is64Bit === null ? [] : [is64Bit ? '64-bit' : '32-bit']),
    ...(prefetchable ? ['prefetchable'] : []),
  ].join('  ')
}

const intxMaskings = {
  'no-intx': '',
  works: 'DisINTx masks it (the bit is set now)',
  expected:
    'DisINTx should mask it, as PCI Express demands; Linux tries that when it finds the device, and does not tell',
  broken: 'DisINTx does not mask it, as Linux knows: it needs an interrupt line of its own',
  hidden: 'does not work, as Linux knows: vfio-pci hides it from the virtual machine',
  firmware: 'whether DisINTx masks it depends on the firmware in the card',
  untried: 'whether DisINTx masks it is not told: before PCI 2.3 there was no such bit',
} as const

function interrupts({ interrupts: i }: ShowDocument, page: Page): void {
  page.row(
    'In use',
    text(
      i.inUse,
      ({ mode, count }) => `${mode === 'msix' ? 'MSI-X' : 'MSI'}, ${count}`,
      undefined,
      'no MSI or MSI-X',
    ),
  )
  page.row('INTx', intxText(i))
  page.row(
    'MSI',
    text(i.msiVectors, (count) => counted(count, 'vector')),
  )
  page.row(
    'MSI-X',
    text(i.msixVectors, (count) => counted(count, 'vector')),
  )
}

function intxText({ intxPin, intxMasking, irq }: ShowDocument['interrupts']): string {
  return text(
    intxPin,
    (pin) => {
      const line = 'value' in irq && irq.value !== null ? `, IRQ ${irq.value}` : ''
      const masking =
        'unknown' in intxMasking ? `maskable unknown: ${why(intxMasking)}` : intxMaskings[intxMasking.value]
      return `pin ${pin}${line}; ${masking}`
    },
    undefined,
    'none: it has no interrupt pin',
  )
}

function capabilities({ capabilities, capabilitiesComplete, problems }: ShowDocument, page: Page): void {
  for (const capability of capabilities) {
    const offset = capability.offset.slice('0x'.length).replace(/^0/, '')
    page.row(
      `[${offset}]`.padEnd(6),
      [capability.name, ...capabilityWords(capability)].join(', ').replace(', ', ': '),
      6,
    )
  }
  if ('unknown' in capabilitiesComplete) page.row('', `There may be more: ${why(capabilitiesComplete)}.`, 0)
  else if (capabilities.length === 0) page.row('', 'none', 0)
  for (const problem of problems) page.row('', `Broken: ${problemText(problem)}`, 0)
}

function problemText({ kind, at, ...rest }: ShowDocument['problems'][number]): string {
  const more = Object.entries(rest).map(([name, value]) => `${name} ${String(value)}`)
  return `${kind} at byte 0x${at.toString(16)}${more.length === 0 ? '' : ` (${more.join(', ')})`}`
}

function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
