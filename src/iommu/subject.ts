import {
  capabilityOf,
  type Fact,
  knownValue,
  type Machine,
  type PciFunction,
  type Unknown,
} from '../machine/index.js'
import { acsBits } from './acs-bits.js'

/** Types of PCI Express function, in the words of the PCI Express Capabilities register (PCI Express 6.0, 7.5.3.2). */
export type ExpressType =
  | 'Endpoint'
  | 'Legacy Endpoint'
  | 'Root Port'
  | 'Upstream Port'
  | 'Downstream Port'
  | 'PCI-Express to PCI/PCI-X Bridge'
  | 'PCI/PCI-X to PCI-Express Bridge'
  | 'Root Complex Integrated Endpoint'
  | 'Root Complex Event Collector'
  | 'reserved'

/** A fact about a function that was needed and could not be had. */
export interface Missing {
  readonly function: string
  readonly fact:
    | 'ids'
    | 'express type'
    | 'ACS capability'
    | 'ACS control'
    | 'DMA aliases'
    | 'VMD controller'
    | 'place'
  readonly unknown: string
  readonly path: string
}

/** The ACS capability of a function. Bits are those of {@link acsBits}; what is not known of them is undefined. */
export interface Acs {
  readonly capability: number | undefined
  readonly control: number | undefined
}

/**
 * The function whose requester id a function's DMA carries, by index: its own (null), but for what is in a domain that a VMD
 * controller made. Not known: one of `among`, if any of them is listed; all of one domain have the same.
 */
export type Requester = { readonly value: number | null } | (Unknown & { readonly among: readonly number[] })

/** One function as the kernel's grouping sees it. Where it stands is kept apart from its name, so that a card can be moved on paper. */
export interface Subject {
  readonly address: string
  readonly domain: string
  readonly bus: number
  /** Device and function number in one byte: `device * 8 + function`. */
  readonly devfn: number
  /** Index of the bridge above it; -1 on a root bus, and where that is not told. */
  readonly parent: number
  /** Where the bridge above it is not told: why, and the bridges that may be it: those whose bus is not told either. */
  readonly above: (Unknown & { readonly among: readonly number[] }) | undefined
  readonly vendor: Fact<number>
  readonly device: Fact<number>
  /** Where that is not known: what it may be, if anything tells. */
  readonly possibleDevices: readonly number[] | undefined
  /** Asked for by few rows, and a read of its own on a live host: so only read when asked for. */
  readonly subsystem: () => Fact<readonly [number, number] | null>
  readonly class: Fact<number>
  /** null: conventional PCI. */
  readonly express: Fact<ExpressType | null>
  readonly acs: Fact<Acs | null>
  readonly isBridge: boolean
  /** Its header says, or its neighbours show, that its slot has several functions. Virtual functions never do. */
  readonly multifunction: boolean
  readonly isVirtual: boolean
  /** Index of a virtual function's physical one; -1: it is none, or that one is not listed. */
  readonly physical: number
  /** Whose requester id its DMA carries. */
  readonly requester: Requester
}

/** What the grouping needs of every function of a machine, in the order of the machine's functions. */
export function subjectsOf(machine: Pick<Machine, 'functions'>): readonly Subject[] {
  const { functions } = machine
  const index = new Map(functions.map((f, i) => [f.address, i]))
  const places = functions.map(({ address }) => placeOf(address))
  const shared = new Set<string>()
  for (const { slot, devfn } of places) if ((devfn & 7) !== 0) shared.add(slot)
  const virtual = virtualFunctions(functions)
  const openBridges = new Map<string, number[]>()
  for (const [i, f] of functions.entries())
    if (knownValue(f.isBridge) !== false && busBehind(f) === undefined) {
      const { domain } = places[i]!
      openBridges.set(domain, [...(openBridges.get(domain) ?? []), i])
    }
  const vmds = functions.flatMap((f, i) => (isVmd(f) ? [i] : []))

  const subjects = functions.map((f, i): Subject => {
    const { domain, bus, devfn, slot } = places[i]!
    const physical = virtual.get(f.address)
    // A virtual function hangs where its physical one does, on whatever bus its number makes it seem to be.
    const { parent } = functions[index.get(physical ?? '') ?? -1] ?? f
    const above = knownValue(parent) ?? null
    return {
      address: f.address,
      domain,
      bus,
      devfn,
      parent: above === null ? -1 : (index.get(above) ?? -1),
      above: 'unknown' in parent ? { ...parent, among: openBridges.get(domain) ?? [] } : undefined,
      vendor: f.vendor,
      device: f.device,
      possibleDevices: f.possibleDevices,
      subsystem: () => subsystemOf(f),
      class: f.class,
      express: expressOf(f),
      acs: acsOf(f),
      isBridge: knownValue(f.isBridge) ?? false,
      multifunction: physical === undefined && (shared.has(slot) || (multifunctionBit(f) ?? false)),
      isVirtual: physical !== undefined,
      physical: index.get(physical ?? '') ?? -1,
      requester: requesterOf(domain, i, vmds, functions),
    }
  })
  return subjects.map((f) => corrected(f, subjects))
}

/**
 * Some ports say the wrong type; where they stand shows it, and the kernel corrects them (Linux drivers/pci/probe.c
 * `set_pcie_port_type`, which also looks at the parent's type as corrected).
 */
function corrected(f: Subject, subjects: readonly Subject[]): Subject {
  const type = knownValue(f.express)
  if ((type !== 'Upstream Port' && type !== 'Downstream Port') || f.parent < 0) return f
  const above = knownValue(corrected(subjects[f.parent]!, subjects).express)
  if (type === 'Downstream Port' && belowThemIsALink.includes(above))
    return { ...f, express: { value: 'Upstream Port' } }
  if (type === 'Upstream Port' && above === 'Upstream Port')
    return { ...f, express: { value: 'Downstream Port' } }
  return f
}

/** `pcie_downstream_port` of Linux drivers/pci/pci.h. */
const belowThemIsALink: readonly (ExpressType | null | undefined)[] = [
  'Root Port',
  'Downstream Port',
  'PCI/PCI-X to PCI-Express Bridge',
]

export function placeOf(address: string): {
  readonly domain: string
  readonly bus: number
  readonly devfn: number
  readonly slot: string
} {
  const [, domain, bus, device, fn] = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.([0-7])$/.exec(address)!
  return {
    domain: domain!,
    bus: Number.parseInt(bus!, 16),
    devfn: Number.parseInt(device!, 16) * 8 + Number(fn),
    slot: `${domain}:${bus}:${device}`,
  }
}

/** The bus behind a bridge, as firmware numbered it. */
export function busBehind(f: PciFunction): number | undefined {
  const header = knownValue(f.config)?.header
  if (header?.kind === 'type1') return header.fields.secondaryBus
  return header?.kind === 'type2' ? header.fields.cardBus : undefined
}

function multifunctionBit(f: PciFunction): boolean | undefined {
  return knownValue(f.config)?.header.fields.headerType.multifunction
}

function subsystemOf(f: PciFunction): Fact<readonly [number, number] | null> {
  const [vendor, device] = [f.subsystemVendor, f.subsystemDevice]
  if ('unknown' in vendor) return vendor
  if ('unknown' in device) return device
  return { value: vendor.value === null || device.value === null ? null : [vendor.value, device.value] }
}

function expressOf(f: PciFunction): Subject['express'] {
  const capability = capabilityOf(f, 'express')
  if ('unknown' in capability || capability.value === null) return capability as Fact<null>
  const { type } = capability.value.fields.flags
  if (type === undefined) return { unknown: 'the type of function is not told', path: configOf(f.address) }
  return { value: typeof type === 'string' ? (type as ExpressType) : 'reserved' }
}

function acsOf(f: PciFunction): Subject['acs'] {
  const found = capabilityOf(f, 'acs')
  if ('unknown' in found || found.value === null) return found as Fact<null>
  const { capability, control } = found.value.fields
  return { value: { capability: bitsOf(capability), control: bitsOf(control) } }
}

/** One number of a register's flags; undefined where one that is asked about is not known. */
function bitsOf(flags: { readonly [K in keyof typeof acsBits]: boolean | undefined }): number | undefined {
  let bits = 0
  for (const [name, bit] of Object.entries(acsBits) as [keyof typeof acsBits, number][]) {
    if (flags[name] === undefined) return undefined
    if (flags[name]) bits |= bit
  }
  return bits
}

/**
 * Virtual functions and the physical ones they belong to: as the kernel says, or, where a text does not tell, from the SR-IOV
 * capability of the physical function (PCI Express 6.0, 9.3.3.9 and 9.3.3.10: first offset and stride are in requester ids).
 */
function virtualFunctions(functions: readonly PciFunction[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const f of functions) {
    const physical = knownValue(f.physicalFunction)
    if (physical) found.set(f.address, physical)
  }
  for (const f of functions) {
    const fact = capabilityOf(f, 'sriov')
    if (!('value' in fact) || fact.value === null) continue
    const { functionsInUse = 0, firstFunctionOffset = 0, functionStride = 0 } = fact.value.fields
    const { domain, bus, devfn } = placeOf(f.address)
    for (let n = 0; n < functionsInUse; n++) {
      const id = bus * 256 + devfn + firstFunctionOffset + n * functionStride
      const address = `${domain}:${hex(id >> 8)}:${hex((id >> 3) & 31)}.${id & 7}`
      if (!found.has(address) && id <= 0xffff) found.set(address, f.address)
    }
  }
  return found
}

/** Intel Volume Management Device: Linux drivers/pci/controller/vmd.c `vmd_ids`. It makes a PCI domain of its own. */
export const vmdDevices: readonly number[] = [
  0x201d, 0x28c0, 0x28c1, 0x467f, 0x4c3d, 0xa77f, 0x7d0b, 0xad0b, 0x9a0b, 0xb60b, 0xb06f, 0xb07f, 0xd70b,
  0xd73b,
]

function isVmd(f: PciFunction): boolean {
  return knownValue(f.vendor) === 0x8086 && vmdDevices.includes(knownValue(f.device) ?? -1)
}

/** Domains from 0x10000 on are VMD's (vmd.c vmd_find_free_domain), and what is in them sends DMA as the controller (arch/x86/pci/common.c pci_real_dma_dev). */
function requesterOf(
  domain: string,
  own: number,
  vmds: readonly number[],
  functions: readonly PciFunction[],
): Requester {
  if (domain.length <= 4) return { value: null }
  const { controller } = functions[own]!
  if (controller !== undefined && 'value' in controller && controller.value !== null) {
    const at = functions.findIndex(({ address }) => address === controller.value)
    if (at >= 0) return { value: at }
  }
  if (vmds.length === 1) return { value: vmds[0]! }
  return {
    unknown:
      vmds.length === 0
        ? 'the controller that made this domain is not among the devices'
        : `${vmds.length} VMD controllers could have made this domain`,
    path: `/sys/bus/pci/devices/${functions[own]!.address}`,
    among: vmds,
  }
}

function configOf(address: string): string {
  return `/sys/bus/pci/devices/${address}/config`
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0')
}
