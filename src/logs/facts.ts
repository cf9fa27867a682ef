import { type Fact, knownValue, type Machine, type PciFunction } from '../machine/index.js'
import type { FactName } from './failure.js'

/** A path and what was found there. */
export interface Evidence {
  readonly path: string
  readonly value: string
}

/** `holds` undefined: it cannot be known from this machine. */
export interface FactAnswer {
  readonly holds: boolean | undefined
  readonly evidence: readonly Evidence[]
}

const sysfs = (f: PciFunction, file: string) => `/sys/bus/pci/devices/${f.address}/${file}`

/** `f`: the device that a line names, where it names one function that the machine has. */
export function answerFact(name: FactName, machine: Machine, f: PciFunction | undefined): FactAnswer {
  switch (name) {
    case 'the firmware shows no IOMMU': {
      const tables = knownValue(machine.iommuTables)
      return answer(
        isOff(machine, tables && tables.length === 0),
        acpiTablesFolder,
        'no DMAR, IVRS, IORT or VIOT',
      )
    }
    case 'the command line switches the IOMMU off': {
      const commandLine = knownValue(machine.commandLine)
      const tables = knownValue(machine.iommuTables)
      const off = commandLine?.split(/\s+/).find((word) => {
        const [, vendor] = offOption.exec(word) ?? []
        return (
          vendor !== undefined && (tables === undefined || tables.includes(offTables[vendor] ?? tables[0]!))
        )
      })
      return answer(
        isOff(machine, commandLine === undefined ? undefined : off !== undefined),
        '/proc/cmdline',
        off ?? '',
      )
    }
    case 'the firmware shows an IOMMU that the kernel leaves off': {
      const tables = knownValue(machine.iommuTables)
      return answer(
        isOff(machine, tables && tables.length > 0),
        acpiTablesFolder,
        `${tables?.join(', ')}; nothing in ${iommusFolder}`,
      )
    }
    default:
      return f === undefined ? { holds: undefined, evidence: [] } : answerOfDevice(name, machine, f)
  }
}

const acpiTablesFolder = '/sys/firmware/acpi/tables'
const iommusFolder = '/sys/class/iommu'
/** Linux Documentation/admin-guide/kernel-parameters.txt; the option of one vendor has no effect on the other's. */
const offOption = /^((?:intel_|amd_)?iommu)=(?:\S*,)?off(?:,|$)/
const offTables: Readonly<Record<string, string>> = { intel_iommu: 'DMAR', amd_iommu: 'IVRS' }

/** Both: no IOMMU is on, and `also`. */
function isOff(machine: Machine, also: boolean | undefined): boolean | undefined {
  const iommus = knownValue(machine.iommus)
  if (also === false || (iommus !== undefined && iommus.length > 0)) return false
  return iommus === undefined ? undefined : also
}

type DeviceFact = Exclude<FactName, `the ${string}`>

function answerOfDevice(name: DeviceFact, machine: Machine, f: PciFunction): FactAnswer {
  switch (name) {
    case 'is in no group': {
      const group = knownValue(f.group)
      return answer(
        group === undefined ? undefined : group === null,
        sysfs(f, 'iommu_group'),
        String(group ?? 'none'),
      )
    }
    case 'is a bridge': {
      const bridge = knownValue(f.isBridge)
      return answer(bridge, sysfs(f, 'config'), bridge ? 'header type 1' : 'header type 0')
    }
    case 'has no ROM BAR': {
      const resources = knownValue(f.resources)
      return answer(
        resources === undefined
          ? undefined
          : !resources.some(({ kind, sizeBytes }) => kind === 'rom' && sizeBytes > 0n),
        sysfs(f, 'resource'),
        'no ROM',
      )
    }
    case 'cannot be reset alone': {
      const methods = knownValue(f.resetMethods)
      return answer(
        methods === undefined ? undefined : methods === null || methods.length === 0,
        sysfs(f, 'reset_method'),
        methods?.join(' ') || 'none',
      )
    }
    case 'shows a display or a console': {
      const display = f.roles.find((role) => role.name === 'display')
      if (display === undefined)
        return { holds: machine.roles.display.unknown.length > 0 ? undefined : false, evidence: [] }
      return { holds: true, evidence: display.evidence }
    }
  }
}

function answer(holds: boolean | undefined, path: string, value: string): FactAnswer {
  return { holds, evidence: holds ? [{ path, value }] : [] }
}

/** The functions that a match is about: the one it names, else those of the group it names. */
export function functionsOf(
  machine: Machine,
  { device, group }: { readonly device?: string; readonly group?: number },
): readonly PciFunction[] {
  if (device !== undefined) return machine.functions.filter(({ address }) => address === device)
  if (group !== undefined) return machine.functions.filter((f) => knownValue(f.group) === group)
  return []
}

/** What helps to judge a failure of this function, as it stands on the host now. */
export function factsAbout(f: PciFunction): readonly Evidence[] {
  return [
    ...driverOf(f),
    ...shown(f, 'iommu_group', f.group, String),
    ...shown(f, 'reset_method', f.resetMethods, (methods) => methods.join(' ')),
    ...shown(f, 'power_state', f.powerState, String),
  ]
}

/** What matters of the functions of a group: which of them a driver of the host still has. */
export function driverOf(f: PciFunction): readonly Evidence[] {
  return shown(f, 'driver', f.driver, String)
}

function shown<T>(
  f: PciFunction,
  file: string,
  fact: Fact<T | null>,
  text: (value: T) => string,
): readonly Evidence[] {
  if ('unknown' in fact) return []
  return [{ path: sysfs(f, file), value: fact.value === null ? 'none' : text(fact.value) }]
}
