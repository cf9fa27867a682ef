import type { Fact } from '../machine/index.js'
import { requiredBits } from './acs-bits.js'
import { type AcsQuirk, acsQuirks } from './acs-quirks.js'
import { hasSince } from './kernel-version.js'
import type { AcsSetting, DevicePattern } from './parameters.js'
import type { Rules } from './rules.js'
import type { ExpressType, Missing, Subject } from './subject.js'

/** Whether a function isolates what is behind or beside it, and why: `pci_acs_enabled` of Linux drivers/pci/pci.c. */
export interface AcsVerdict {
  /** undefined: not known; `missing` says for want of what. */
  readonly isolates: boolean | undefined
  readonly because:
    | { readonly kind: 'quirk'; readonly quirk: AcsQuirk }
    /** Conventional PCI: a shared bus. */
    | { readonly kind: 'conventional' }
    /** PCI Express bridges to or from PCI, event collectors: they never have ACS. */
    | { readonly kind: 'never has ACS'; readonly type: ExpressType }
    /** A single function has no neighbour to send to. */
    | { readonly kind: 'single function' }
    | { readonly kind: 'no ACS capability' }
    | {
        readonly kind: 'ACS capability'
        /** Of the required bits: what it can do, and what is on once the kernel has done its part. */
        readonly had: number | undefined
        readonly enabled: number | undefined
      }
    | { readonly kind: 'override'; readonly option: 'id' | 'downstream' | 'multifunction' }
    | { readonly kind: 'unknown' }
  readonly missing: readonly Missing[]
}

/** What of the rest of the machine a verdict needs. */
export interface Around {
  readonly subjects: readonly Subject[]
  readonly rules: Rules
}

type Because = AcsVerdict['because']

const downstream: readonly ExpressType[] = ['Root Port', 'Downstream Port']
const neverHave: readonly ExpressType[] = [
  'PCI-Express to PCI/PCI-X Bridge',
  'PCI/PCI-X to PCI-Express Bridge',
  'Root Complex Event Collector',
]
const onlyWithNeighbours: readonly ExpressType[] = [
  'Endpoint',
  'Legacy Endpoint',
  'Upstream Port',
  'Root Complex Integrated Endpoint',
]

export function acsVerdict(f: Subject, around: Around): AcsVerdict {
  const usual = withoutQuirks(f, around)
  const missing = new Map<string, Missing>()
  const possible: (boolean | undefined)[] = []
  for (const quirk of quirksOf(f, around.rules)) {
    const applies = quirkApplies(quirk, f, around, missing)
    if (applies === false) continue
    const isolates = quirkIsolates(quirk, f, around, missing)
    if (applies === true && possible.length === 0)
      return {
        isolates,
        because: { kind: 'quirk', quirk },
        missing: isolates === undefined ? [...missing.values()] : [],
      }
    possible.push(isolates)
    if (applies === true) return agreed(possible, { kind: 'quirk', quirk }, missing, [])
  }
  return possible.length === 0
    ? usual
    : agreed([...possible, usual.isolates], usual.because, missing, usual.missing)
}

/** Several answers are possible: fine where they are the same. */
function agreed(
  possible: readonly (boolean | undefined)[],
  because: Because,
  missing: ReadonlyMap<string, Missing>,
  more: readonly Missing[],
): AcsVerdict {
  const [first] = possible
  if (first !== undefined && possible.every((one) => one === first))
    return { isolates: first, because, missing: [] }
  return { isolates: undefined, because: { kind: 'unknown' }, missing: [...missing.values(), ...more] }
}

/** The rows that a kernel has, by vendor: a large machine does not compare each function with all. */
interface Table {
  readonly all: readonly AcsQuirk[]
  readonly byVendor: ReadonlyMap<number, readonly AcsQuirk[]>
}
const tables = new WeakMap<Rules, Table>()

function quirksOf(f: Subject, rules: Rules): readonly AcsQuirk[] {
  let table = tables.get(rules)
  if (table === undefined) {
    const all = acsQuirks.filter(({ since }) => since === undefined || hasSince(rules.kernel, since))
    const vendors = [...new Set(all.map(({ vendor }) => vendor))]
    table = {
      all,
      byVendor: new Map(vendors.map((id) => [id, all.filter(({ vendor }) => vendor === id)])),
    }
    tables.set(rules, table)
  }
  return 'value' in f.vendor ? (table.byVendor.get(f.vendor.value) ?? []) : table.all
}

function quirkApplies(
  quirk: AcsQuirk,
  f: Subject,
  { rules }: Around,
  missing: Map<string, Missing>,
): boolean | undefined {
  const answers: (boolean | undefined)[] = []
  if (quirk.types) {
    const { express } = f
    if ('unknown' in express) answers.push(undefined)
    else if (express.value === null || !quirk.types.includes(express.value)) return false
  }
  const ids = matchesIds(f, quirk.vendor, quirk.devices)
  if (ids === false) return false
  answers.push(ids)
  if (quirk.when === 'multifunction on a root bus, with an IVRS table') {
    if (!f.multifunction || f.parent >= 0) return false
    const { hasIvrs } = rules
    if ('value' in hasIvrs && !hasIvrs.value) return false
    answers.push('value' in hasIvrs ? true : undefined)
    if ('unknown' in hasIvrs) note(missing, { function: f.address, fact: 'ACS capability', ...hasIvrs })
  }
  if (quirk.when === 'ACS capability in 32-bit registers') {
    if ('value' in f.acs && f.acs.value === null) return false
    answers.push('value' in f.acs ? true : undefined)
    noteFact(missing, f, 'ACS capability', f.acs)
  }
  if (ids === undefined) {
    noteFact(missing, f, 'ids', f.vendor)
    noteFact(missing, f, 'ids', f.device)
  }
  if (quirk.types) noteFact(missing, f, 'express type', f.express)
  return answers.every((answer) => answer === true) ? true : undefined
}

function quirkIsolates(
  quirk: AcsQuirk,
  f: Subject,
  around: Around,
  missing: Map<string, Missing>,
): boolean | undefined {
  switch (quirk.verdict) {
    case 'isolates':
      return true
    case 'does not isolate':
      return false
    case 'isolates once enabled':
      return around.rules.acsEnabled === 'with the device'
    case 'as its 32-bit control register says': {
      // Its control register at +8 is not decoded: known is only what the kernel makes of it.
      if (around.rules.acsEnabled === 'with the driver') {
        note(missing, unread(f, 'its control register, 32 bits wide at +8, is not told'))
        return undefined
      }
      const had = 'value' in f.acs ? f.acs.value?.capability : undefined
      const setting = possibleSettings(f, around).some((possible) => possible[0] !== undefined)
      if (!setting) return true
      // Any setting that fits switches off redirection here, and nothing else (pci_quirk_disable_intel_spt_pch_acs_redir).
      if (had === undefined) {
        note(missing, unread(f, 'the bits of its ACS capability are not told'))
        return undefined
      }
      return (had & 0x0c) === 0
    }
  }
}

/** What `pci_acs_enabled` says of a function that no row is for. */
function withoutQuirks(f: Subject, around: Around): AcsVerdict {
  const { express } = f
  if ('unknown' in express)
    return {
      isolates: undefined,
      because: { kind: 'unknown' },
      missing: [{ function: f.address, fact: 'express type', ...express }],
    }
  const overridden = override(f, express.value, around.rules)
  if (overridden) return overridden
  const type = express.value
  if (type === null) return { isolates: false, because: { kind: 'conventional' }, missing: [] }
  if (neverHave.includes(type))
    return { isolates: false, because: { kind: 'never has ACS', type }, missing: [] }
  const alone = onlyWithNeighbours.includes(type) && !f.multifunction
  if (alone || !(downstream.includes(type) || onlyWithNeighbours.includes(type)))
    return { isolates: true, because: { kind: 'single function' }, missing: [] }
  return byCapability(f, around)
}

function byCapability(f: Subject, around: Around): AcsVerdict {
  const { acs } = f
  if ('unknown' in acs)
    return {
      isolates: undefined,
      because: { kind: 'unknown' },
      missing: [{ function: f.address, fact: 'ACS capability', ...acs }],
    }
  if (acs.value === null) return { isolates: false, because: { kind: 'no ACS capability' }, missing: [] }
  const had = acs.value.capability === undefined ? undefined : acs.value.capability & requiredBits
  const control = controlOf(f, acs.value, around)
  // What a function cannot do it need not do: pci_acs_flags_enabled asks only for bits that the capability has.
  const needed = had ?? requiredBits
  const off = needed & control.known & ~control.value
  const open = needed & ~control.known
  const because: Because = {
    kind: 'ACS capability',
    had,
    enabled: open === 0 ? control.value & needed : undefined,
  }
  if (off !== 0 && had !== undefined) return { isolates: false, because, missing: [] }
  if (open === 0 && off === 0) return { isolates: true, because, missing: [] }
  return {
    isolates: undefined,
    because: { kind: 'unknown' },
    missing: [
      unread(
        f,
        had === undefined
          ? 'the bits of its ACS capability are not told'
          : 'its ACS control bits, as firmware left them, are not told',
      ),
    ],
  }
}

/** What is known of a control register. Bits of `value` count only where they are in `known`. */
interface Control {
  readonly value: number
  readonly known: number
}

/** The control register when groups are made: what firmware left, what the kernel switches on, what parameters say. `pci_enable_acs`. */
function controlOf(
  f: Subject,
  acs: { readonly capability: number | undefined; readonly control: number | undefined },
  around: Around,
): Control {
  const { rules } = around
  const firmware =
    acs.control === undefined ? { value: 0, known: 0 } : { value: acs.control, known: requiredBits }
  if (rules.acsEnabled === 'with the driver') return firmware
  // The kernel switches on whichever of the required bits there are.
  let control: Control = { value: requiredBits, known: requiredBits }
  for (const setting of possibleSettings(f, around)) {
    const before = control
    control = setting
      .map((one) => (one === undefined ? before : applied(one, before, firmware, rules)))
      .reduce((a, b) => ({ value: a.value, known: a.known & b.known & ~(a.value ^ b.value) }))
  }
  return control
}

/**
 * For `disable_acs_redir` and then `config_acs`: the entry that is for a function, or those that may be, since its ids are not
 * known. undefined: none. Of several the kernel takes the first (`__pci_config_acs`).
 */
function possibleSettings(f: Subject, around: Around): readonly (readonly (AcsSetting | undefined)[])[] {
  const { parameters, configAcs } = around.rules
  const firstFor = (settings: readonly AcsSetting[]) => {
    const possible: (AcsSetting | undefined)[] = []
    for (const one of settings) {
      const fits = matchesPattern(f, one.which, around)
      if (fits !== false) possible.push(one)
      if (fits === true) return possible
    }
    return [...possible, undefined]
  }
  const redirect = firstFor(parameters.disableRedirect)
  switch (configAcs) {
    case 'redirect only':
      return [redirect]
    case 'with mistakes': {
      // Once an entry has said a bit, the bits of the next one are not read, and what is left is no device.
      const last = parameters.configure.findIndex(({ mask }) => mask !== 0)
      return [redirect, firstFor(last < 0 ? parameters.configure : parameters.configure.slice(0, last + 1))]
    }
    case 'as documented':
      return [redirect, firstFor(parameters.configure)]
  }
}

function applied({ mask, flags }: AcsSetting, before: Control, firmware: Control, rules: Rules): Control {
  switch (rules.configAcs) {
    case 'redirect only':
      return { value: before.value & ~mask, known: before.known | (mask & requiredBits) }
    case 'with mistakes':
      return {
        value: (before.value & ~mask) | (firmware.value & mask) | flags,
        known: (before.known & ~mask) | (firmware.known & mask) | (flags & requiredBits),
      }
    case 'as documented':
      return {
        value: (firmware.value & ~mask) | (flags & mask),
        known: firmware.known | (mask & requiredBits),
      }
  }
}

/** Alex Williamson's "pci: Enable overrides for missing ACS capabilities": `pcie_acs_overrides`, the last row of the patched table. */
function override(f: Subject, type: ExpressType | null, { override }: Rules): AcsVerdict | undefined {
  if (!override || type === null) return undefined
  // Functions that have the capability are left to it.
  if ('value' in f.acs && f.acs.value !== null) return undefined
  const because = (option: 'id' | 'downstream' | 'multifunction'): AcsVerdict | undefined =>
    'unknown' in f.acs ? undefined : { isolates: true, because: { kind: 'override', option }, missing: [] }
  if (override.ids.some(([vendor, device]) => matchesIds(f, vendor, [device]) === true)) return because('id')
  if (override.downstream && downstream.includes(type)) return because('downstream')
  if (override.multifunction && f.multifunction && onlyWithNeighbours.includes(type))
    return because('multifunction')
  return undefined
}

/** Whether a function has these ids; undefined where its ids are not known well enough. */
export function matchesIds(
  f: Pick<Subject, 'vendor' | 'device' | 'possibleDevices'>,
  vendor: number,
  devices: AcsQuirk['devices'],
): boolean | undefined {
  if ('value' in f.vendor && f.vendor.value !== vendor) return false
  const fits = devices === 'any' ? true : someOf(f, devices)
  return fits === false ? false : 'value' in f.vendor ? fits : undefined
}

function someOf(
  { device, possibleDevices }: Pick<Subject, 'device' | 'possibleDevices'>,
  devices: Exclude<AcsQuirk['devices'], 'any'>,
): boolean | undefined {
  const isOne = (id: number) =>
    devices.some((one) => (typeof one === 'number' ? one === id : one[0] <= id && id <= one[1]))
  if ('value' in device) return isOne(device.value)
  const count = possibleDevices?.filter(isOne).length
  return count === undefined
    ? undefined
    : count === 0
      ? false
      : count === possibleDevices!.length
        ? true
        : undefined
}

/** Whether a parameter is for this function: `pci_dev_str_match`. */
export function matchesPattern(f: Subject, which: DevicePattern, { subjects }: Around): boolean | undefined {
  if (which.kind === 'path') {
    let at: Subject | undefined = f
    for (const [i, devfn] of which.devfns.toReversed().entries()) {
      if (at?.devfn !== devfn) return false
      if (i < which.devfns.length - 1) at = subjects[at.parent]
    }
    return at!.bus === which.bus && Number.parseInt(at!.domain, 16) === which.domain
  }
  const [vendor, device, subvendor, subdevice] = which.ids
  const answers = [fits(f.vendor, vendor), fits(f.device, device)]
  if (subvendor !== 0 || subdevice !== 0) {
    const subsystem = f.subsystem()
    const part = (index: 0 | 1): Fact<number> =>
      'value' in subsystem ? { value: subsystem.value?.[index] ?? 0 } : subsystem
    answers.push(fits(part(0), subvendor), fits(part(1), subdevice))
  }
  return answers.includes(false) ? false : answers.includes(undefined) ? undefined : true
}

function fits(fact: Fact<number>, wanted: number): boolean | undefined {
  return wanted === 0 ? true : 'value' in fact ? fact.value === wanted : undefined
}

function unread(f: Subject, unknown: string): Missing {
  return {
    function: f.address,
    fact: 'ACS control',
    unknown,
    path: `/sys/bus/pci/devices/${f.address}/config`,
  }
}

function noteFact(
  missing: Map<string, Missing>,
  f: Subject,
  fact: Missing['fact'],
  what: Fact<unknown>,
): void {
  if ('unknown' in what) note(missing, { function: f.address, fact, unknown: what.unknown, path: what.path })
}

function note(missing: Map<string, Missing>, one: Missing): void {
  missing.set(`${one.fact} ${one.unknown}`, one)
}
