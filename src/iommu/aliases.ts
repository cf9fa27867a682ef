import type { Fact } from '../machine/index.js'
import { matchesIds } from './acs-verdict.js'
import { type AliasQuirk, aliasQuirks } from './alias-quirks.js'
import { hasSince } from './kernel-version.js'
import type { Rules } from './rules.js'
import type { Missing, Subject } from './subject.js'

/** What the table of aliases says of one function. */
export interface Aliases {
  /** Functions of its bus whose requester id it uses too, in ranges of device and function numbers. */
  readonly known: readonly (readonly [number, number])[]
  /** What it may use besides: more than `known` where something is missing. */
  readonly possible: readonly (readonly [number, number])[]
  /** The row that decided; undefined where none is for it. */
  readonly quirk: AliasQuirk | undefined
  /** The firmware's IVRS table says one of them. */
  readonly byFirmware: boolean
  readonly missing: readonly Missing[]
}

const everything: readonly (readonly [number, number])[] = [[0, 255]]
const none: Aliases = { known: [], possible: [], quirk: undefined, byFirmware: false, missing: [] }

/** The DMA aliases of a function, or undefined for nearly all functions: they have none. `firmware`: one that the firmware's tables say. */
export function aliasesOf(f: Subject, rules: Rules, firmware: number | undefined): Aliases | undefined {
  let found: Aliases | undefined
  if (firmware !== undefined) {
    const ranges = [[firmware, firmware]] as const
    found = { ...none, known: ranges, possible: ranges, byFirmware: true }
  }
  for (const quirk of rowsFor(f, rules)) {
    const applies = quirkApplies(quirk, f)
    if (applies === false) continue
    const { alias } = quirk
    if (alias.kind === 'translated below' || alias.kind === 'forwards ids') continue
    const ranges =
      alias.kind === 'device registers'
        ? everything
        : alias.kind === 'devfns'
          ? alias.ranges
          : ownSlot(f, alias.number)
    const certain = applies === true && alias.kind !== 'device registers'
    const before: Aliases = found ?? none
    found = {
      ...before,
      known: certain ? [...before.known, ...ranges] : before.known,
      possible: [...before.possible, ...ranges],
      quirk: applies === true ? quirk : before.quirk,
      missing: certain ? before.missing : [...before.missing, whyOpen(quirk, f)],
    }
  }
  return found
}

/** What a bridge does to the requester ids of what is behind it, by the table; undefined where its ids do not tell. */
export function bridgeFlag(
  f: Subject,
  rules: Rules,
  kind: 'translated below' | 'forwards ids',
): boolean | undefined {
  let open = false
  for (const quirk of rowsFor(f, rules)) {
    if (quirk.alias.kind !== kind) continue
    const applies = quirkApplies(quirk, f)
    if (applies === true) return true
    if (applies === undefined) open = true
  }
  return open ? undefined : false
}

/** An alias of function 0 or 1 in the device's own slot; a function is no alias of itself. */
function ownSlot(f: Subject, number: number): readonly (readonly [number, number])[] {
  const devfn = (f.devfn & ~7) | number
  return devfn === f.devfn ? [] : [[devfn, devfn]]
}

function quirkApplies(quirk: AliasQuirk, f: Subject): boolean | undefined {
  const ids = matchesIds(f, quirk.vendor, quirk.devices)
  if (ids === false) return false
  let sure = ids === true
  if (quirk.classCode !== undefined) {
    if ('unknown' in f.class) sure = false
    else if (f.class.value >> 8 !== quirk.classCode) return false
  }
  if (quirk.subsystems) {
    const subsystem: Fact<readonly [number, number] | null> = f.subsystem()
    if ('unknown' in subsystem) sure = false
    else if (
      !quirk.subsystems.some(
        ([vendor, device]) => subsystem.value?.[0] === vendor && subsystem.value[1] === device,
      )
    )
      return false
  }
  return sure ? true : undefined
}

function whyOpen(quirk: AliasQuirk, f: Subject): Missing {
  const why =
    'unknown' in f.vendor
      ? f.vendor
      : 'unknown' in f.device
        ? f.device
        : quirk.alias.kind === 'device registers'
          ? {
              unknown: 'which requester ids it uses stands in its registers',
              path: `/sys/bus/pci/devices/${f.address}/resource0`,
            }
          : { unknown: 'its class or subsystem is not told', path: `/sys/bus/pci/devices/${f.address}` }
  const fact = quirk.alias.kind === 'device registers' && 'value' in f.device ? 'DMA aliases' : 'ids'
  return { function: f.address, fact, unknown: why.unknown, path: why.path }
}

const tables = new WeakMap<
  Rules,
  { readonly all: readonly AliasQuirk[]; readonly byVendor: ReadonlyMap<number, readonly AliasQuirk[]> }
>()

function rowsFor(f: Subject, rules: Rules): readonly AliasQuirk[] {
  let table = tables.get(rules)
  if (table === undefined) {
    const all = aliasQuirks.filter(({ since }) => since === undefined || hasSince(rules.kernel, since))
    const vendors = [...new Set(all.map(({ vendor }) => vendor))]
    table = {
      all,
      byVendor: new Map(vendors.map((id) => [id, all.filter(({ vendor }) => vendor === id)])),
    }
    tables.set(rules, table)
  }
  return 'value' in f.vendor ? (table.byVendor.get(f.vendor.value) ?? []) : table.all
}
