import { knownValue, type Machine, type PciFunction } from '../machine/index.js'
import { PredictionInputError } from './errors.js'
import type { KernelVersion } from './kernel-version.js'
import { type AcsOverride, type Rules, rulesFor } from './rules.js'
import { placeOf, type Subject, subjectsOf } from './subject.js'

/** Changes on paper. Functions and ports by address. They are made in this order: cards out, cards in other slots, new cards in. */
export interface WhatIf {
  /** Devices (all functions of their slots, and what is behind them) that are taken out. */
  readonly without?: readonly string[]
  /** Devices that go behind another port. They keep their addresses as names. */
  readonly move?: readonly { readonly device: string; readonly port: string }[]
  /** Cards that are put in: one function, with no ACS capability of its own. */
  readonly add?: readonly { readonly vendor: number; readonly device: number; readonly port: string }[]
  readonly kernel?: KernelVersion
  /** As after `pci=config_acs=`. */
  readonly configAcs?: string
  /** As after `pcie_acs_override=`; null: not patched. */
  readonly override?: AcsOverride | null
}

/** What to predict from: functions as they would stand, and the rules. */
export interface Changed {
  readonly subjects: readonly Subject[]
  readonly rules: Rules
  /** Addresses that the new cards would have, in the order asked for. */
  readonly added: readonly string[]
}

type Place = { -readonly [K in keyof Subject]: Subject[K] }

/** Changes a machine on paper. Throws {@link PredictionInputError} for what cannot be: no port, no room behind it. */
export function changeMachine(machine: Machine, change: WhatIf): Changed {
  const paper = new Paper(machine)
  for (const device of change.without ?? []) paper.remove(device)
  // All cards leave their slots before one is put in: two can change places.
  const moves = (change.move ?? []).map(({ device, port }) => ({ card: paper.lift(device), device, port }))
  for (const { card, device, port } of moves) paper.insert(card, device, port)
  const added = (change.add ?? []).map(({ vendor, device, port }) => paper.add(vendor, device, port))
  return { subjects: paper.subjects(), rules: rulesFor(machine, change), added }
}

class Paper {
  readonly #places: Place[]
  readonly #gone = new Set<number>()
  readonly #byAddress: Map<string, number>
  readonly #functions: readonly PciFunction[]
  /** How far the id of each virtual function is from its physical one's. */
  readonly #distances: ReadonlyMap<number, number>

  constructor(machine: Machine) {
    this.#functions = machine.functions
    this.#places = subjectsOf(machine).map((f) => ({ ...f }))
    this.#byAddress = new Map(this.#places.map((f, i) => [f.address, i]))
    this.#distances = new Map(
      this.#places.flatMap(({ physical }, i) =>
        physical < 0 ? [] : [[i, this.#idOf(i) - this.#idOf(physical)] as const],
      ),
    )
  }

  remove(address: string): void {
    const marked = new Set(this.#withVirtual(this.#slotOf(this.#find(address))))
    // Whatever hangs below goes too. A function's index says nothing of its depth: so until nothing is added.
    for (let before = -1; before !== marked.size; ) {
      before = marked.size
      for (const [i, f] of this.#places.entries()) if (marked.has(f.parent)) marked.add(i)
    }
    for (const i of marked) this.#gone.add(i)
  }

  /** Takes a card out of its slot. What is behind it stays with it. */
  lift(address: string): readonly number[] {
    const own = this.#find(address)
    const { physical } = this.#places[own]!
    const card = this.#withVirtual(this.#slotOf(physical < 0 ? own : physical))
    for (const i of card) this.#gone.add(i)
    return card
  }

  insert(card: readonly number[], address: string, portAddress: string): void {
    const { port, bus, slot, domain, requester } = this.#room(portAddress, address)
    for (let at = port; at >= 0; at = this.#places[at]!.parent)
      if (card.includes(at)) throw new PredictionInputError(`${address} cannot go behind itself`)
    // Virtual functions come last, and keep their distance from the physical one.
    for (const i of card) {
      const f = this.#places[i]!
      this.#gone.delete(i)
      const id = (bus << 8) | (slot << 3) | (f.devfn & 7)
      const moved = f.physical < 0 ? id : this.#idOf(f.physical) + (this.#distances.get(i) ?? 0)
      Object.assign(f, {
        parent: port,
        above: undefined,
        bus: moved >> 8,
        devfn: moved & 0xff,
        domain,
        requester,
      })
    }
  }

  add(vendor: number, device: number, portAddress: string): string {
    const name = `${hex(vendor, 4)}:${hex(device, 4)}`
    const { port, bus, slot, domain, requester, conventional } = this.#room(portAddress, name)
    let address = `${domain}:${hex(bus, 2)}:${hex(slot, 2)}.0`
    for (let n = 0xff; this.#byAddress.has(address); n--) address = `${domain}:${hex(n, 2)}:${hex(slot, 2)}.0`
    const none = { unknown: 'a card that is not there', path: `/sys/bus/pci/devices/${address}` }
    this.#byAddress.set(address, this.#places.length)
    this.#places.push({
      address,
      domain,
      bus,
      devfn: slot * 8,
      parent: port,
      above: undefined,
      vendor: { value: vendor },
      device: { value: device },
      possibleDevices: undefined,
      subsystem: () => none,
      class: none,
      express: { value: conventional ? null : 'Endpoint' },
      acs: { value: null },
      isBridge: false,
      multifunction: false,
      isVirtual: false,
      physical: -1,
      requester,
    })
    return address
  }

  /** What is left, with indices that fit again. */
  subjects(): readonly Subject[] {
    const index = new Map<number, number>()
    for (const i of this.#places.keys()) if (!this.#gone.has(i)) index.set(i, index.size)
    return [...index.keys()].map((i) => {
      const f = this.#places[i]!
      const { requester } = f
      return {
        ...f,
        parent: index.get(f.parent) ?? -1,
        physical: index.get(f.physical) ?? -1,
        above: f.above && { ...f.above, among: f.above.among.flatMap((one) => index.get(one) ?? []) },
        requester:
          'unknown' in requester
            ? { ...requester, among: requester.among.flatMap((one) => index.get(one) ?? []) }
            : { value: requester.value === null ? null : (index.get(requester.value) ?? null) },
      }
    })
  }

  #slotOf(at: number): readonly number[] {
    const own = this.#places[at]!
    return [...this.#places.keys()].filter((i) => {
      const f = this.#places[i]!
      return (
        !this.#gone.has(i) && f.domain === own.domain && f.bus === own.bus && f.devfn >> 3 === own.devfn >> 3
      )
    })
  }

  /** The same functions, and behind them the virtual ones that belong to them. */
  #withVirtual(card: readonly number[]): readonly number[] {
    const virtual = [...this.#places.keys()].filter(
      (i) => !this.#gone.has(i) && !card.includes(i) && card.includes(this.#places[i]!.physical),
    )
    return [...card, ...virtual]
  }

  #idOf(at: number): number {
    const { bus, devfn } = this.#places[at]!
    return (bus << 8) | devfn
  }

  #find(address: string): number {
    const i = this.#byAddress.get(address)
    if (i === undefined || this.#gone.has(i))
      throw new PredictionInputError(`${address} is not there, or is taken out already`)
    return i
  }

  /** A place behind a port for a card. */
  #room(
    address: string,
    card: string,
  ): {
    readonly port: number
    readonly bus: number
    readonly slot: number
    readonly domain: string
    readonly requester: Subject['requester']
    readonly conventional: boolean
  } {
    const port = this.#find(address)
    const f = this.#places[port]!
    if (!f.isBridge)
      throw new PredictionInputError(
        `${address} is no port: nothing can be put behind it; handover slots lists the ports`,
      )
    const type = knownValue(f.express)
    if (type === 'Upstream Port')
      throw new PredictionInputError(
        `${address} is the upper side of a switch: give one of its downstream ports; handover slots lists them`,
      )
    const behind = [...this.#places.keys()].filter(
      (i) => !this.#gone.has(i) && this.#places[i]!.parent === port,
    )
    const conventional = type === null || type === 'PCI-Express to PCI/PCI-X Bridge'
    if (!conventional && behind.length > 0)
      throw new PredictionInputError(
        `${address} has room for one card, and ${this.#places[behind[0]!]!.address} is in it: take that out, or move it, to put ${card} there`,
      )
    const taken = new Set(behind.map((i) => this.#places[i]!.devfn >> 3))
    let slot = 0
    while (taken.has(slot)) slot++
    if (slot > 31) throw new PredictionInputError(`the bus behind ${address} is full`)
    const first = behind[0]
    const bus = first === undefined ? this.#busBehind(port) : this.#places[first]!.bus
    return { port, bus, slot, domain: f.domain, requester: f.requester, conventional }
  }

  /** The number of the bus behind a port: as firmware gave it, else one that no function stands on. */
  #busBehind(port: number): number {
    const { domain } = this.#places[port]!
    const config = this.#functions[port] && knownValue(this.#functions[port].config)
    const own = config?.header.kind === 'type1' ? config.header.fields.secondaryBus : undefined
    const used = new Set(
      this.#places.flatMap((f, i) => (f.domain === domain && !this.#gone.has(i) ? [f.bus] : [])),
    )
    if (own && !used.has(own)) return own
    for (const f of this.#functions) used.add(placeOf(f.address).bus)
    let bus = 0xff
    while (used.has(bus) && bus > 0) bus--
    return bus
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
