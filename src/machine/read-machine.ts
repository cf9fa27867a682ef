import type { Host } from '../host/index.js'
import { acpiTablesFolder, readAcpiTables } from './acpi.js'
import { compareAddresses, isAddress } from './address.js'
import { SysfsFunction } from './function.js'
import { readHolds } from './holds.js'
import { type Fact, kernelReleasePath, type Machine, type Role } from './machine.js'
import { NameReader } from './pci-ids.js'
import { knownValue, parseLine, readFact, readList, unknownFrom } from './read.js'
import { findRoles } from './roles/find.js'
import { System } from './system/system.js'

const devices = '/sys/bus/pci/devices'

/** Signatures of ACPI tables that describe an IOMMU: Intel, AMD, Arm, virtio (Linux include/acpi/actbl1.h to actbl3.h, ACPI_SIG_*). */
const iommuSignatures = ['DMAR', 'IVRS', 'IORT', 'VIOT']

/** Everything known about the computer behind `host`. Reads it, changes nothing, and throws for nothing it finds there. */
export function readMachine(host: Host): Machine {
  const listed = host.list(devices)
  const iommuTables = tables(host)
  const addresses = listed.kind === 'value' ? listed.value.filter(isAddress).sort(compareAddresses) : []
  // Roles are found after the functions are made, and handed to them here.
  const roles = new Map<string, readonly Role[]>()
  const around = { host, names: new NameReader(host), holds: readHolds(host), roles }
  const functions = addresses.map((address) => new SysfsFunction(address, around))
  const findings = findRoles(host, functions)
  for (const [address, list] of findings.byFunction()) roles.set(address, list)

  return {
    source: { kind: host.kind, name: host.name },
    kernel: readFact(host, kernelReleasePath, parseLine),
    commandLine: readFact(host, '/proc/cmdline', parseLine),
    iommus: listOr(host, '/sys/class/iommu', []),
    iommuTables,
    acpi: readAcpiTables(host, iommuTables),
    system: new System(host),
    functions,
    bus: readBus(host, listed.kind === 'value' ? undefined : unknownFrom(listed, devices)),
    roles: findings.searches(),
  }
}

/** A computer without PCI has no such folder; nor has one where sysfs is not mounted, of which nothing can be said. */
function readBus(
  host: Host,
  why: { readonly unknown: string; readonly path: string } | undefined,
): Machine['bus'] {
  if (!why) return { value: 'present' }
  if (why.unknown !== 'absent') return why
  const buses = host.list('/sys/bus')
  if (buses.kind === 'value') return { value: 'absent' }
  return buses.kind === 'absent'
    ? { unknown: 'sysfs is not mounted here', path: '/sys' }
    : unknownFrom(buses, '/sys/bus')
}

function tables(host: Host): Fact<readonly string[]> {
  const names = listOr(host, acpiTablesFolder, [])
  return 'value' in names ? { value: iommuSignatures.filter((name) => names.value.includes(name)) } : names
}

/** Names in a folder, sorted; `absent` where there is no such folder. */
function listOr(host: Host, path: string, absent: readonly string[]): Fact<readonly string[]> {
  const names = readList(host, path)
  return 'value' in names ? { value: knownValue(names) ?? absent } : names
}
