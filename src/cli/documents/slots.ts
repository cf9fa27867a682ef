import { defaultRules, predictGroups, type Rules, slotsOf } from '../../iommu/index.js'
import type { Machine } from '../../machine/index.js'
import type { SlotsDocument } from '../schemas/slots.js'
import { functionSummary } from './common.js'
import { missingDocument, premiseDocuments, versionText } from './iommu.js'

export function slotsDocument(machine: Machine, rules: Rules = defaultRules(machine)): SlotsDocument {
  return {
    schema: 'handover.slots/1',
    bus: machine.bus,
    kernelVersion: versionText(rules.kernel),
    slots: slotsOf(machine, rules).map(({ port, type, number, link, occupants, sharesWith }) => ({
      port,
      type,
      number,
      link,
      occupants: [...occupants],
      covered: sharesWith !== null,
      sharesWith: sharesWith === null || 'missing' in sharesWith ? null : [...sharesWith],
      missing:
        sharesWith !== null && 'missing' in sharesWith ? missingDocument(machine, sharesWith.missing) : [],
    })),
    premises: premiseDocuments(machine, predictGroups(machine, rules).premises),
    functions: machine.functions.map(functionSummary),
  }
}
