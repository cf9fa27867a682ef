import { capabilityOf, type Fact, type Link, type Machine } from '../machine/index.js'
import { Grouping, Tree } from './grouping.js'
import { distinct, missingOf } from './predict.js'
import { defaultRules, type Rules } from './rules.js'
import { busBehind, type ExpressType, type Missing, subjectsOf } from './subject.js'

/** A place for a card: a port, or a bridge to conventional PCI, and the group that a card there would get. */
export interface Slot {
  readonly port: string
  /** null: a conventional bridge. */
  readonly type: Fact<ExpressType | null>
  /** The number on the board (PCI Express 6.0, 7.5.3.9), where the port has a slot; null: nothing can be plugged in there. */
  readonly number: Fact<number | null>
  /** Its link now and at most; null: it has none. */
  readonly link: Fact<Link | null>
  /** What sits there: the functions right behind it. */
  readonly occupants: readonly string[]
  /**
   * Who would share a card's group: nobody, or all these. What sits there now is not counted: the card would take its place.
   * Null: it would get no group, since no IOMMU is in charge of it there.
   */
  readonly sharesWith: readonly string[] | null | { readonly missing: readonly Missing[] }
}

/** Every place for a card, in the order of the ports' addresses. */
export function slotsOf(machine: Machine, rules: Rules = defaultRules(machine)): readonly Slot[] {
  const subjects = subjectsOf(machine)
  const tree = new Tree(subjects, rules)
  const [finest, coarsest] = [new Grouping(tree, 'finest'), new Grouping(tree, 'coarsest')]
  const behind = new Map<number, number[]>()
  for (const [i, { parent }] of subjects.entries()) {
    const list = behind.get(parent)
    if (list) list.push(i)
    else behind.set(parent, [i])
  }
  const below = (i: number, found = new Set<number>()): ReadonlySet<number> => {
    for (const one of behind.get(i) ?? []) {
      found.add(one)
      below(one, found)
    }
    return found
  }
  const companyOf = (grouping: Grouping, port: number): string => {
    if (grouping.pathIsolates(port)) return ''
    const gone = below(port)
    const group = grouping.groups[port]!
    const members = subjects.flatMap(({ address }, i) =>
      grouping.groups[i] === group && !gone.has(i) ? [address] : [],
    )
    return members.join(' ')
  }

  return subjects.flatMap((f, i) => {
    if (!f.isBridge || !takesCards('value' in f.express ? f.express.value : undefined)) return []
    const [least, most] = [companyOf(finest, i), companyOf(coarsest, i)]
    const own = machine.functions[i]!
    const occupants = behind.get(i) ?? []
    const bus = occupants.length > 0 ? subjects[occupants[0]!]!.bus : busBehind(own)
    return [
      {
        port: f.address,
        type: f.express,
        number: slotNumber(own),
        link: own.link,
        occupants: occupants.map((one) => subjects[one]!.address),
        sharesWith: !tree.coverage.behind(i, bus)
          ? null
          : least === most
            ? least.split(' ').filter(Boolean)
            : { missing: missingAbove(tree, i) },
      },
    ]
  })
}

/** Not known: it may. The upper side of a switch has only the switch's own ports behind it. */
function takesCards(type: ExpressType | null | undefined): boolean {
  return type !== 'Upstream Port'
}

function slotNumber(f: Machine['functions'][number]): Slot['number'] {
  const express = capabilityOf(f, 'express')
  if ('unknown' in express || express.value === null) return express as Fact<null>
  const { flags, slotCapabilities } = express.value.fields
  if (flags.slotImplemented === undefined)
    return {
      unknown: 'whether it has a slot is not told',
      path: `/sys/bus/pci/devices/${f.address}/config`,
    }
  if (!flags.slotImplemented || slotCapabilities === null) return { value: null }
  const { physicalSlot } = slotCapabilities
  return physicalSlot === undefined
    ? { unknown: 'its slot number is not told', path: `/sys/bus/pci/devices/${f.address}/config` }
    : { value: physicalSlot }
}

function missingAbove(tree: Tree, port: number): readonly Missing[] {
  const missing: Missing[] = []
  for (let at = port; at >= 0; at = tree.subjects[at]!.parent)
    for (const one of tree.slotOf(at)) missing.push(...missingOf(tree, one))
  return distinct(missing)
}
