import type { Fact, Machine, PciFunction } from '../../machine/index.js'
import type { FunctionSummary, IommuSummary } from '../schemas/common.js'

export function mapFact<T, U>(fact: Fact<T>, map: (value: T) => U): Fact<U> {
  return 'value' in fact ? { value: map(fact.value) } : fact
}

/** `0x10de` */
export function hexText(value: number | bigint, digits = 0): string {
  return `0x${value.toString(16).padStart(digits, '0')}`
}

export function functionSummary(f: PciFunction): FunctionSummary {
  return {
    address: f.address,
    parent: f.parent,
    group: f.group,
    class: mapFact(f.class, (code) => hexText(code, 6)),
    vendor: mapFact(f.vendor, (id) => hexText(id, 4)),
    device: mapFact(f.device, (id) => hexText(id, 4)),
    names: f.names,
    driver: f.driver,
    bridge: f.isBridge,
    holds: [...f.holds],
    roles: f.roles.map(({ name, only, evidence }) => ({ name, only, evidence: [...evidence] })),
  }
}

/** Kernel parameters about IOMMUs and what it groups (Linux Documentation/admin-guide/kernel-parameters.txt). */
const parameters =
  /^(iommu|intel_iommu|amd_iommu|amd_iommu_intr|iommu\.\w+|intremap|pcie_acs_override|pci)(=|$)/

export function iommuSummary({ iommus, iommuTables, commandLine }: Machine): IommuSummary {
  return {
    units: mapFact(iommus, (names) => [...names]),
    firmwareTables: mapFact(iommuTables, (names) => [...names]),
    commandLine: mapFact(commandLine, (line) => line.split(' ').filter((word) => parameters.test(word))),
  }
}
