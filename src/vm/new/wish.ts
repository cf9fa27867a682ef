import type { Machine, PciFunction } from '../../machine/index.js'
import type { OperatingSystem } from '../description/index.js'

export const systems = [
  'linux',
  'windows10',
  'windows11',
  'other',
] as const satisfies readonly OperatingSystem[]

export const firmwareNames = ['bios', 'uefi', 'secure-boot'] as const
export const inputKinds = ['evdev', 'usb', 'none'] as const

/** What a person wants of a new machine. File names are as the description is to have them. */
export interface Wish {
  readonly name: string
  readonly os: OperatingSystem
  /** Undefined: as fits the host. The same for `cpus` and `firmware`. */
  readonly memoryBytes: bigint | undefined
  readonly cpus: number | undefined
  readonly firmware: (typeof firmwareNames)[number] | undefined
  /** As named; the rest of a card is added. */
  readonly devices: readonly PciFunction[]
  readonly disks: readonly string[]
  /** Media to install from. */
  readonly isos: readonly string[]
  /** The ISO with virtio drivers for Windows. */
  readonly drivers: string | undefined
  /** An option ROM for the video card, from a file. */
  readonly rom: { readonly file: string; readonly bytes: Uint8Array } | undefined
  /** Pixels of the largest screen that Looking Glass is to show. */
  readonly lookingGlass: { readonly width: number; readonly height: number } | undefined
  /** How keyboard and mouse come to the machine; undefined: as fits. */
  readonly input: (typeof inputKinds)[number] | undefined
}

export type Decide = (machine: Machine, wish: Wish) => Part

/** What a file of this folder came to. */
export interface Part {
  readonly decisions?: readonly Decision[]
  /** Why there can be no such machine: sentences without their full stops. */
  readonly problems?: readonly string[]
  /** What to do before it is started, or to know. */
  readonly notes?: readonly string[]
}

/** As it stands in YAML. */
export type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value }

/** One setting of the description, and why it is so. */
export interface Decision {
  /** `memory`; an item of a list: `devices.0` */
  readonly field: string
  /** Null: left out. */
  readonly value: Value | null
  /** A sentence without its full stop; null: it was asked for so, or needs no reason. */
  readonly because: string | null
  readonly evidence: readonly { readonly path: string; readonly value: string }[]
  /** The rule of `check` that found it. */
  readonly rule: string | null
}

export function decision(
  field: string,
  value: Value | null,
  because: string | null = null,
  from: { readonly evidence?: Decision['evidence']; readonly rule?: string } = {},
): Decision {
  return { field, value, because, evidence: from.evidence ?? [], rule: from.rule ?? null }
}

export function upper(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
