import { defaultRules, predictGroups, type Rules, slotsOf } from '../../iommu/index.js'
import type { Fact, Machine } from '../../machine/index.js'
import type { MissingFact } from '../schemas/groups.js'
import type { SlotsDocument } from '../schemas/slots.js'
import { functionSummary } from './common.js'
import { missingDocument, premiseDocuments, tellingCommand, versionText } from './iommu.js'

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
      missing: [
        ...missingDocument(machine, sharesWith !== null && 'missing' in sharesWith ? sharesWith.missing : []),
        ...missingFact(machine, port, 'slot number', number),
        ...missingFact(machine, port, 'link', link),
      ],
    })),
    premises: premiseDocuments(machine, predictGroups(machine, rules).premises),
    functions: machine.functions.map(functionSummary),
  }
}

function missingFact(
  machine: Machine,
  port: string,
  fact: 'slot number' | 'link',
  value: Fact<unknown>,
): readonly MissingFact[] {
  return 'unknown' in value ? [{ function: port, fact, ...value, tell: tellingCommand(machine, fact) }] : []
}
