import type { AcsVerdict } from './acs-verdict.js'
import { acsVerdict } from './acs-verdict.js'
import { type Aliases, aliasesOf, bridgeFlag } from './aliases.js'
import { type Coverage, coverageOf } from './coverage.js'
import type { Rules } from './rules.js'
import type { Subject } from './subject.js'
import type { Trace } from './why.js'

/**
 * What is taken for what is not known: `finest` takes everything to isolate and nothing to alias, `coarsest` the contrary. The
 * kernel's answer lies between the two, and is known where they agree.
 */
export type Mode = 'finest' | 'coarsest'

/** What both modes share of one machine: verdicts, aliases, and who stands beside whom. */
export class Tree {
  readonly order: readonly number[]
  readonly coverage: Coverage
  readonly #verdicts: (AcsVerdict | undefined)[] = []
  readonly #slots = new Map<string, number[]>()
  readonly #buses = new Map<string, { members: number[]; aliasing: boolean }>()
  readonly #aliases = new Map<number, Aliases>()

  constructor(
    readonly subjects: readonly Subject[],
    readonly rules: Rules,
  ) {
    this.order = kernelOrder(subjects)
    this.coverage = coverageOf(subjects, rules)
    for (const [i, f] of subjects.entries()) {
      const aliases = aliasesOf(f, rules, this.coverage.alias(i))
      if (aliases) this.#aliases.set(i, aliases)
      push(this.#slots, `${f.domain}:${f.bus}:${f.devfn >> 3}`, i)
      const bus = this.#buses.get(`${f.domain}:${f.bus}`)
      if (bus) {
        bus.members.push(i)
        bus.aliasing ||= aliases !== undefined
      } else this.#buses.set(`${f.domain}:${f.bus}`, { members: [i], aliasing: aliases !== undefined })
    }
  }

  verdict(i: number): AcsVerdict {
    let verdict = this.#verdicts[i]
    if (verdict === undefined) {
      verdict = acsVerdict(this.subjects[i]!, this)
      this.#verdicts[i] = verdict
    }
    return verdict
  }

  aliases(i: number): Aliases | undefined {
    return this.#aliases.get(i)
  }

  /** All functions of its slot, itself among them. */
  slotOf(i: number): readonly number[] {
    const { domain, bus, devfn } = this.subjects[i]!
    return this.#slots.get(`${domain}:${bus}:${devfn >> 3}`)!
  }

  /** All functions of its bus, or none where no function of the bus has aliases. */
  aliasBusOf(i: number): readonly number[] {
    const { domain, bus } = this.subjects[i]!
    const { members, aliasing } = this.#buses.get(`${domain}:${bus}`)!
    return aliasing ? members : []
  }
}

/** One run of the kernel's grouping: `pci_device_group` of Linux drivers/iommu/iommu.c, function after function. */
export class Grouping {
  /** Group number of each function, -1: none. Numbers are in the order of making. */
  readonly groups: Int32Array
  readonly #tree: Tree
  readonly #mode: Mode
  /** Whether the path from a bridge to the root isolates: 0 not asked yet, 1 yes, 2 no. */
  readonly #paths: Uint8Array
  /** Groups of domains whose controller is not known. */
  readonly #domains = new Map<string, number>()
  #count = 0

  /** `traced`: the function whose steps go to `trace`. */
  constructor(tree: Tree, mode: Mode, traced = -1, trace?: Trace) {
    this.#tree = tree
    this.#mode = mode
    this.groups = new Int32Array(tree.subjects.length).fill(-1)
    this.#paths = new Uint8Array(tree.subjects.length)
    for (const i of tree.order) {
      if (tree.coverage.uncovered.has(i)) {
        if (i === traced) trace?.({ kind: 'not covered', at: i })
        continue
      }
      const found = this.#find(i, i === traced ? trace : undefined)
      this.groups[i] = found < 0 ? this.#count++ : found
    }
    if (mode === 'coarsest') this.#merge()
  }

  #find(i: number, trace: Trace | undefined): number {
    const { subjects } = this.#tree
    // A function's requests may carry another's id: a controller's, or that of a bridge on the way (pci_for_each_dma_alias).
    const { requester } = subjects[i]!
    if ('unknown' in requester) return this.#unknownRequester(i)
    let top = requester.value ?? i
    if (top !== i) {
      const decided = this.groups[top]! >= 0
      trace?.({ kind: 'controller', at: i, by: top, decided })
      if (decided) return this.groups[top]!
    }
    for (let at = subjects[top]!.parent; at >= 0; at = subjects[at]!.parent) {
      const passing = this.#passing(at)
      if (passing === 'stop') break
      if (passing === 'forwards') continue
      top = at
      const decided = this.groups[at]! >= 0
      trace?.({ kind: 'bridge id', at: i, by: at, decided })
      if (decided) return this.groups[at]!
    }
    // From there up to where the whole path to the root isolates.
    for (let at = subjects[top]!.parent; at >= 0; at = subjects[at]!.parent) {
      const isolates = this.pathIsolates(at)
      const decided = !isolates && this.groups[at]! >= 0
      trace?.({ kind: 'path', at, isolates, decided })
      if (isolates) break
      top = at
      if (decided) return this.groups[at]!
    }
    const seen = new Set<number>()
    const byAlias = this.#aliasGroup(top, seen, trace)
    if (byAlias >= 0) return byAlias
    return this.#slotGroup(top, seen, trace)
  }

  /** All of a domain share a controller's group, whichever it is. */
  #unknownRequester(i: number): number {
    const { domain } = this.#tree.subjects[i]!
    const found = this.#domains.get(domain)
    if (found !== undefined) return found
    this.#domains.set(domain, this.#count)
    return -1
  }

  /** Whatever may be above a function, or may be its controller, counts as one with it. */
  #merge(): void {
    const into = Int32Array.from({ length: this.#count }, (_, group) => group)
    const top = (group: number): number => {
      let at = group
      while (into[at] !== at) at = into[at]!
      return at
    }
    for (const [i, { requester, above }] of this.#tree.subjects.entries())
      for (const other of [...('unknown' in requester ? requester.among : []), ...(above?.among ?? [])])
        if (this.groups[i]! >= 0 && this.groups[other]! >= 0)
          into[top(this.groups[i]!)] = top(this.groups[other]!)
    for (const [i, group] of this.groups.entries()) if (group >= 0) this.groups[i] = top(group)
  }

  #passing(bridge: number): 'forwards' | 'owns' | 'stop' {
    const f = this.#tree.subjects[bridge]!
    const { rules } = this.#tree
    const optimistic = this.#mode === 'finest'
    if (bridgeFlag(f, rules, 'translated below') ?? optimistic) return 'stop'
    const { express } = f
    if ('unknown' in express) return optimistic ? 'forwards' : 'owns'
    switch (express.value) {
      case null:
      case 'PCI/PCI-X to PCI-Express Bridge':
        return 'owns'
      case 'PCI-Express to PCI/PCI-X Bridge':
        return (bridgeFlag(f, rules, 'forwards ids') ?? optimistic) ? 'forwards' : 'owns'
      default:
        return 'forwards'
    }
  }

  #isolates(i: number): boolean {
    return this.#tree.verdict(i).isolates ?? this.#mode === 'finest'
  }

  /** Whether a bridge and all above it isolate: `pci_acs_path_enabled` up to the root. */
  pathIsolates(bridge: number): boolean {
    if (this.#paths[bridge] === 0) {
      const { parent, above } = this.#tree.subjects[bridge]!
      const isOpen = this.#mode === 'coarsest' && (above?.among.length ?? 0) > 0
      const isolates = this.#isolates(bridge) && !isOpen && (parent < 0 || this.pathIsolates(parent))
      this.#paths[bridge] = isolates ? 1 : 2
    }
    return this.#paths[bridge] === 1
  }

  /** `get_pci_alias_group`: whoever it aliases, or is aliased by, on its bus. */
  #aliasGroup(i: number, seen: Set<number>, trace?: Trace): number {
    const { devfn } = this.#tree.subjects[i]!
    if (seen.has(devfn)) return -1
    seen.add(devfn)
    if (this.groups[i]! >= 0) return this.groups[i]!
    for (const other of this.#tree.aliasBusOf(i)) {
      if (other === i || !(this.#has(i, other) || this.#has(other, i))) continue
      let found = this.#aliasGroup(other, seen)
      if (found < 0) found = this.#slotGroup(other, seen)
      trace?.({ kind: 'alias', at: i, with: other, decided: found >= 0 })
      if (found >= 0) return found
    }
    return -1
  }

  #has(i: number, other: number): boolean {
    const aliases = this.#tree.aliases(i)
    if (aliases === undefined) return false
    const { devfn } = this.#tree.subjects[other]!
    const ranges = this.#mode === 'finest' ? aliases.known : aliases.possible
    return ranges.some(([first, last]) => first <= devfn && devfn <= last)
  }

  /** `get_pci_function_alias_group`: functions of its slot, where neither isolates. */
  #slotGroup(i: number, seen: Set<number>, trace?: Trace): number {
    const keepsApart = !this.#tree.subjects[i]!.multifunction || this.#isolates(i)
    const neighbours = keepsApart
      ? []
      : this.#tree.slotOf(i).filter((other) => other !== i && !this.#isolates(other))
    trace?.({ kind: 'neighbours', at: i, with: neighbours, decided: true })
    for (const other of neighbours) {
      const found = this.#aliasGroup(other, seen)
      if (found >= 0) return found
    }
    return -1
  }
}

/**
 * The order in which the kernel finds functions (drivers/pci/probe.c `pci_scan_child_bus_extend`): all of a bus, then what is
 * behind each of its bridges; virtual functions last, when their drivers make them.
 */
function kernelOrder(subjects: readonly Subject[]): readonly number[] {
  const below = new Map<number, number[]>()
  const roots: number[] = []
  for (const [i, f] of subjects.entries()) {
    if (f.isVirtual) continue
    if (f.parent < 0) roots.push(i)
    else push(below, f.parent, i)
  }
  const byPlace = (a: number, b: number) => {
    const [f, g] = [subjects[a]!, subjects[b]!]
    const domains =
      f.domain.length - g.domain.length || (f.domain < g.domain ? -1 : f.domain > g.domain ? 1 : 0)
    return domains || f.bus - g.bus || f.devfn - g.devfn
  }
  const order: number[] = []
  const scan = (list: number[]) => {
    list.sort(byPlace)
    order.push(...list)
    for (const i of list) {
      const behind = below.get(i)
      if (behind) scan(behind)
    }
  }
  scan(roots)
  for (const [i, f] of subjects.entries()) if (f.isVirtual) order.push(i)
  return order
}

function push<K>(map: Map<K, number[]>, key: K, value: number): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
