import {
  capabilitiesSeen,
  capabilityOf,
  type Fact,
  firmwareUnitOf,
  intxMasking,
  isShadow,
  knownValue,
  type Machine,
  type PciFunction,
  type Resource,
  reservedRegionsOf,
  resourceFlags,
  roleNames,
} from '../../machine/index.js'
import type { FieldTree, Region, ShowDocument } from '../schemas/show.js'
import { functionSummary, hexText, mapFact } from './common.js'

export function showDocument(machine: Machine, f: PciFunction): ShowDocument {
  return {
    schema: 'handover.show/1',
    function: functionSummary(f),
    groupMembers: mapFact(f.group, (group) =>
      group === null
        ? []
        : machine.functions
            .filter((other) => other !== f && knownValue(other.group) === group)
            .map(({ address }) => address),
    ),
    rolesUnknown: roleNames.flatMap((role) =>
      f.roles.some(({ name }) => name === role)
        ? []
        : machine.roles[role].unknown.map((unknown) => ({ role, ...unknown })),
    ),
    firmwareIommu: {
      unit: mapFact(firmwareUnitOf(machine, f), (unit) =>
        unit === null
          ? null
          : { ...unit, registerBase: unit.registerBase === null ? null : hexText(unit.registerBase) },
      ),
      reservedRegions: mapFact(reservedRegionsOf(machine, f), (regions) =>
        regions.map(({ start, end, ...region }) => ({ ...region, start: hexText(start), end: hexText(end) })),
      ),
    },
    subsystemVendor: mapFact(f.subsystemVendor, (id) => (id === null ? null : hexText(id, 4))),
    subsystemDevice: mapFact(f.subsystemDevice, (id) => (id === null ? null : hexText(id, 4))),
    revision: mapFact(f.revision, (revision) => hexText(revision, 2)),
    driverOverride: f.driverOverride,
    enabled: f.enabled,
    powerState: f.powerState,
    numaNode: f.numaNode,
    physicalFunction: f.physicalFunction,
    sriov: f.sriov,
    header: mapFact(f.config, ({ header }) => ({ kind: header.kind, fields: fieldTree(header.fields) })),
    bars: bars(f),
    windows: mapFact(f.resources, (resources) =>
      resources.filter(({ kind }) => kind === 'window').map(window),
    ),
    rom: rom(f),
    interrupts: {
      irq: f.irq,
      inUse: f.messageIrqs,
      intxPin: intxPin(f),
      intxMasking: mapFact(intxMasking(f), ({ verdict }) => verdict),
      msiVectors: vectors(f, capabilityOf(f, 'msi')),
      msixVectors: vectors(f, capabilityOf(f, 'msix')),
    },
    reset: {
      methods: mapFact(f.resetMethods, (methods) => methods && [...methods]),
      functionLevelReset: functionLevelReset(f),
    },
    link: mapFact(f.link, (link) => link && { ...link, degraded: isDegraded(link) }),
    capabilities:
      'unknown' in f.config
        ? []
        : f.config.value.capabilities.map(({ kind, id, extended, offset, name, version, fields }) => ({
            kind,
            id,
            extended,
            offset: hexText(offset, 3),
            name,
            version: version ?? null,
            fields: fieldTree(fields),
          })),
    capabilitiesComplete: capabilitiesSeen(f),
    problems: 'unknown' in f.config ? [] : f.config.value.problems.map((problem) => ({ ...problem })),
  }
}

/** Decoded registers as JSON has them: what is not known is null, 64-bit numbers are hexadecimal text. */
export function fieldTree(value: unknown): FieldTree {
  if (value === undefined || value === null) return null
  if (typeof value === 'bigint') return hexText(value)
  if (Array.isArray(value)) return value.map(fieldTree)
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, fieldTree(field)]))
  return value as boolean | number | string
}

/** From the kernel's `resource`, which knows the sizes; else from the registers, without them. */
function bars(f: PciFunction): Fact<Region[]> {
  if ('value' in f.resources)
    return { value: f.resources.value.filter(({ kind }) => kind === 'bar').map(region) }
  if ('unknown' in f.config || f.config.value.header.kind === 'unknown') return f.resources
  const { bars } = f.config.value
  const known = bars.filter((bar) => bar.kind !== 'unknown')
  if (known.length < bars.length) return f.resources
  return {
    value: known.map((bar) => ({
      index: bar.index,
      kind: bar.kind,
      address: bar.address === undefined ? null : hexText(bar.address),
      sizeBytes: null,
      is64Bit: bar.kind === 'memory' && bar.type !== undefined ? bar.type === '64-bit' : null,
      prefetchable: bar.kind === 'memory' ? (bar.prefetchable ?? null) : null,
    })),
  }
}

function region({ index, start, sizeBytes, flags }: Resource): Region {
  const memory = (flags & resourceFlags.memory) !== 0n
  return {
    index,
    kind: memory ? 'memory' : (flags & resourceFlags.io) !== 0n ? 'io' : null,
    address: (flags & resourceFlags.unset) !== 0n ? null : hexText(start),
    sizeBytes: String(sizeBytes),
    is64Bit: memory ? (flags & resourceFlags.memory64) !== 0n : null,
    prefetchable: memory ? (flags & resourceFlags.prefetch) !== 0n : null,
  }
}

const windowKinds = ['io', 'memory', 'prefetchable', 'cardbus'] as const

function window({ index, start, sizeBytes }: Resource) {
  return {
    kind: windowKinds[index] ?? ('cardbus' as const),
    address: hexText(start),
    sizeBytes: String(sizeBytes),
  }
}

function rom(f: PciFunction): ShowDocument['rom'] {
  if ('value' in f.resources) {
    const found = f.resources.value.find(({ kind }) => kind === 'rom')
    if (!found) return { value: null }
    return {
      value: {
        address: (found.flags & resourceFlags.unset) !== 0n ? null : hexText(found.start),
        sizeBytes: String(found.sizeBytes),
        source: isShadow(found) ? 'shadow' : 'card',
      },
    }
  }
  // The register tells an address at most: 0 may be no ROM, or one that was given no address.
  return f.resources
}

function intxPin(f: PciFunction): Fact<string | number | null> {
  if ('unknown' in f.config) return f.config
  const pin = told(f, f.config.value.header.fields.interruptPin)
  return mapFact(pin, (name) => (name === 'none' ? null : name))
}

function vectors(
  f: PciFunction,
  capability: Fact<{
    readonly fields: { readonly control: { readonly vectors: number | undefined } }
  } | null>,
): Fact<number | null> {
  if ('unknown' in capability || capability.value === null) return capability as Fact<null>
  return told(f, capability.value.fields.control.vectors)
}

/** PCI Express says it in its device capabilities, conventional PCI in Advanced Features. */
function functionLevelReset(f: PciFunction): Fact<boolean> {
  const express = capabilityOf(f, 'express')
  if ('unknown' in express) return express
  if (express.value) return told(f, express.value.fields.deviceCapabilities.functionLevelReset)
  const advanced = capabilityOf(f, 'af')
  if ('unknown' in advanced) return advanced
  return advanced.value ? told(f, advanced.value.fields.capabilities.functionLevelReset) : { value: false }
}

/** A decoded field is undefined where its bits are not known. */
function told<T>(f: PciFunction, field: T | undefined): Fact<T> {
  return field === undefined
    ? { unknown: 'not told', path: `/sys/bus/pci/devices/${f.address}/config` }
    : { value: field }
}

function isDegraded(
  link: NonNullable<Extract<PciFunction['link'], { value: unknown }>['value']>,
): boolean | null {
  const { speedGTs, width, maxSpeedGTs, maxWidth } = link
  if (speedGTs === null || width === null || maxSpeedGTs === null || maxWidth === null) return null
  return speedGTs < maxSpeedGTs || width < maxWidth
}
