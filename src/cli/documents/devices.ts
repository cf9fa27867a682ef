import { knownValue, type Machine, type RoleName, type RoleSearch } from '../../machine/index.js'
import { verdictOn } from '../../rules/index.js'
import type { DevicesDocument } from '../schemas/devices.js'
import { functionSummary, iommuSummary } from './common.js'

export function devicesDocument(machine: Machine): DevicesDocument {
  return {
    schema: 'handover.devices/1',
    kernel: machine.kernel,
    bus: machine.bus,
    iommu: iommuSummary(machine),
    roles: machine.roles as unknown as DevicesDocument['roles'] & Record<RoleName, RoleSearch>,
    functions: machine.functions.map((f) => ({
      ...functionSummary(f),
      verdict: knownValue(f.isBridge) === true ? null : verdictOn(machine, f),
    })),
  }
}
