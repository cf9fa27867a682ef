import { type Change, UnreadableError } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { Fact, Machine, PciFunction, RoleName } from '../../machine/index.js'
import type { ByHand } from '../boot/by-hand.js'

/** What is wanted of the host beside devices for vfio-pci, in the words of the options of `handover plan`. */
export interface Wishes {
  /** A group whose people may use devices that were handed over: `kvm`. */
  readonly group?: string | undefined
  /** Memory as huge pages, and the size of a page where it is not the usual one: `16G`, `16G:1G`. */
  readonly hugePages?: string | undefined
  /** How many virtual functions each device is to have: `4`. */
  readonly functions?: string | undefined
  readonly mediated?: { readonly type: string; readonly uuid: string } | undefined
  /** `1=16G` */
  readonly barSizes?: readonly string[] | undefined
  /** Processors for a machine alone: `2-7,10`. */
  readonly cpus?: string | undefined
  /** The libvirt domain with which the devices come and go. */
  readonly libvirt?: string | undefined
}

/** What a wish is planned with. */
export interface About {
  readonly host: Host
  readonly machine: Machine
  /** Those asked for, by address. */
  readonly devices: readonly PciFunction[]
  /** From the next start on; else until it. */
  readonly boot: boolean
  /** Roles that the host may lose. */
  readonly accept: readonly RoleName[]
  /** Takes what could not be read; the rest is planned. */
  readonly onUnreadable: (error: UnreadableError) => void
}

/** What is to be done for a wish. */
export interface Wished {
  readonly changes: readonly Change[]
  readonly byHand?: readonly ByHand[]
}

/** A wish that cannot be had, or is not in the form of one. */
export class WishError extends Error {
  override readonly name = 'WishError'
  constructor(
    /** As it was typed: `--functions 9`. */
    readonly option: string,
    why: string,
  ) {
    super(`${option}: ${why}`)
  }
}

/** A fact that a wish depends on. Throws UnreadableError where it is not known. */
export function known<T>(fact: Fact<T>): T {
  if ('value' in fact) return fact.value
  throw new UnreadableError(fact.path, fact.unknown)
}

/** For the head of every file that this program writes. */
export const written = '# Written by handover; "handover undo" takes it away.'
