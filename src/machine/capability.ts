import type { Capability, CapabilityKind, FunctionConfig } from '../pci/index.js'
import type { Fact, PciFunction } from './machine.js'

/** What ends a chain of capabilities before its end, so that some may not have been seen. */
const chainEnders: ReadonlySet<FunctionConfig['problems'][number]['kind']> = new Set([
  'no-response',
  'unknown-header-type',
  'pointer-too-low',
  'loop',
  'broken-chain',
])

/** Whether every capability of the function is in the list, or why not. */
export function capabilitiesSeen(f: Pick<PciFunction, 'address' | 'config'>): Fact<true> {
  if ('unknown' in f.config) return f.config
  const path = `/sys/bus/pci/devices/${f.address}/config`
  const { capabilities, truncatedAt, problems } = f.config.value
  const ender = problems.find(({ kind }) => chainEnders.has(kind))
  if (ender) return { unknown: `the list of capabilities is broken at byte ${hex(ender.at)}`, path }
  if (truncatedAt === undefined) return { value: true }
  // An end before the pointer to the first one (PCI_CAPABILITY_LIST) is no matter of privilege: pasted text was too short.
  if (truncatedAt < 0x34) return { unknown: 'unrecorded', path }
  if (capabilities.length === 0)
    return { unknown: 'only root may read configuration space past byte 0x40', path }
  return { unknown: `configuration space is not known from byte ${hex(truncatedAt)} on`, path }
}

/** The first capability of a kind, null where the function has none. */
export function capabilityOf<K extends CapabilityKind>(
  f: Pick<PciFunction, 'address' | 'config'>,
  kind: K,
): Fact<Extract<Capability, { kind: K }> | null> {
  if ('unknown' in f.config) return f.config
  const found = f.config.value.capabilities.find((capability) => capability.kind === kind)
  if (found) return { value: found as Extract<Capability, { kind: K }> }
  const seen = capabilitiesSeen(f)
  return 'unknown' in seen ? seen : { value: null }
}

function hex(value: number): string {
  return `0x${value.toString(16)}`
}
