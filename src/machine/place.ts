import { parsedAddress } from './address.js'
import type { Fact, PciFunction } from './machine.js'
import { knownValue } from './read.js'

/** Where a function stands and what it is, as far as the firmware's tables ask. */
export interface Place {
  readonly address: string
  readonly segment: number
  /** Bus, device and function in 16 bits. */
  readonly id: number
  /** 24 bits; undefined: not known. The same for `isBridge`. */
  readonly class: number | undefined
  readonly isBridge: boolean | undefined
  /** The bridge above it; null: it stands on a root bus. */
  readonly parent: Fact<Place | null>
  /** As which function it does DMA: a virtual function's physical one, the controller that made its bus; null: as itself. */
  readonly dmaAs: Fact<Place | null>
}

/** The places of a machine's functions, by their addresses. */
export function placesOf(functions: readonly PciFunction[]): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const f of functions) places.set(f.address, new FunctionPlace(f, places))
  return places
}

class FunctionPlace implements Place {
  readonly address: string
  readonly segment: number
  readonly id: number
  readonly #f: PciFunction
  readonly #all: ReadonlyMap<string, Place>

  constructor(f: PciFunction, all: ReadonlyMap<string, Place>) {
    const { segment, id } = parsedAddress(f.address)
    this.address = f.address
    this.segment = segment
    this.id = id
    this.#f = f
    this.#all = all
  }

  get class(): number | undefined {
    return knownValue(this.#f.class)
  }
  get isBridge(): boolean | undefined {
    return knownValue(this.#f.isBridge)
  }
  get parent(): Fact<Place | null> {
    return this.#find(this.#f.parent)
  }
  get dmaAs(): Fact<Place | null> {
    const { physicalFunction } = this.#f
    const isItself = 'value' in physicalFunction && physicalFunction.value === null
    return this.#find(isItself ? this.#f.controller : physicalFunction)
  }

  #find(address: Fact<string | null>): Fact<Place | null> {
    if ('unknown' in address) return address
    const place = address.value === null ? null : this.#all.get(address.value)
    return place === undefined ? notListed(this.address) : { value: place }
  }
}

/** Why a place is not known that some function was said to have. */
export function notListed(address: string): { readonly unknown: string; readonly path: string } {
  return {
    unknown: 'a function that it stands below is not listed',
    path: `/sys/bus/pci/devices/${address}`,
  }
}
