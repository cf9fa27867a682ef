import {
  causesOf,
  changeMachine,
  defaultRules,
  differences,
  membershipOf,
  type Prediction,
  predictFrom,
  predictGroups,
  type Subject,
  subjectsOf,
  type WhatIf,
  whyFrom,
} from '../../iommu/index.js'
import { compareAddresses, type Machine } from '../../machine/index.js'
import type { FunctionSummary } from '../schemas/common.js'
import type { GroupsDocument } from '../schemas/groups.js'
import { functionSummary, hexText, iommuSummary } from './common.js'
import { missingDocument, premiseDocuments, stepDocument, tellingCommand, versionText } from './iommu.js'

/** What is asked about groups besides which there are. */
export interface GroupsQuestion {
  /** Predict, also where the kernel made groups, and compare. */
  readonly predict?: boolean
  /** Predict with these changes, and compare with the prediction without. */
  readonly whatIf?: WhatIf
  /** The function whose group is to be explained: its address. */
  readonly why?: string
}

/** Steps are worked out for so many differing functions; for more it takes long, and nobody reads them. */
const explainedDifferences = 64

type Part = Pick<
  GroupsDocument,
  'source' | 'kernelVersion' | 'groups' | 'ungrouped' | 'unknown' | 'premises' | 'differences' | 'added'
>

export function groupsDocument(machine: Machine, question: GroupsQuestion = {}): GroupsDocument {
  const { predict = false, whatIf, why } = question
  const hasGroups = machine.functions.some(({ group }) => 'value' in group && group.value !== null)
  const changed = whatIf
    ? changeMachine(machine, whatIf)
    : { subjects: subjectsOf(machine), rules: defaultRules(machine), added: [] }
  const isPredicted = predict || whatIf !== undefined || !hasGroups
  const part = isPredicted
    ? predictedPart(machine, changed, whatIf !== undefined, hasGroups && predict)
    : kernelPart(machine)
  return {
    schema: 'handover.groups/1',
    bus: machine.bus,
    iommu: iommuSummary(machine),
    ...part,
    why: why === undefined ? null : whyDocument(changed.subjects, why, changed.rules),
    functions: [
      ...machine.functions.map(functionSummary),
      ...changed.subjects.filter(({ address }) => changed.added.includes(address)).map(cardSummary),
    ].sort((a, b) => compareAddresses(a.address, b.address)),
  }
}

function kernelPart(machine: Machine): Part {
  const groups = new Map<number, string[]>()
  const ungrouped: string[] = []
  const unknown: Part['unknown'] = []
  for (const { address, group } of machine.functions) {
    if ('unknown' in group) {
      const missing = {
        function: address,
        fact: 'group' as const,
        ...group,
        tell: tellingCommand(machine, 'group'),
      }
      unknown.push({ function: address, certain: [], possible: [], missing: [missing] })
    } else if (group.value === null) ungrouped.push(address)
    else {
      const list = groups.get(group.value)
      if (list) list.push(address)
      else groups.set(group.value, [address])
    }
  }
  return {
    source: 'kernel',
    kernelVersion: null,
    // Functions come sorted: the first of a group is its lowest, and the first group has the lowest of all.
    groups: [...groups].map(([number, functions]) => ({ id: functions[0]!, number, functions })),
    ungrouped,
    unknown,
    premises: [],
    differences: null,
    added: [],
  }
}

function predictedPart(
  machine: Machine,
  changed: ReturnType<typeof changeMachine>,
  isChanged: boolean,
  comparesKernel: boolean,
): Part {
  const { subjects, rules } = changed
  const prediction = predictFrom(subjects, rules)
  return {
    source: 'predicted',
    kernelVersion: versionText(rules.kernel),
    groups: prediction.groups.map(({ id, functions }) => ({ id, number: null, functions: [...functions] })),
    ungrouped: [...prediction.ungrouped],
    unknown: prediction.unknown.map((one) => ({
      function: one.function,
      certain: [...one.certain],
      possible: [...one.possible],
      missing: missingDocument(machine, one.missing),
    })),
    premises: premiseDocuments(machine, prediction.premises),
    differences: isChanged
      ? differencesDocument('today', predictGroups(machine), prediction, subjects)
      : comparesKernel
        ? kernelDifferences(machine, prediction, subjects)
        : null,
    added: [...changed.added],
  }
}

function kernelDifferences(
  machine: Machine,
  prediction: Prediction,
  subjects: readonly Subject[],
): Part['differences'] {
  const found = differencesDocument('kernel', machine, prediction, subjects)
  return found.functions.length === 0 ? found : { ...found, causes: [...causesOf(machine)] }
}

function differencesDocument(
  from: 'kernel' | 'today',
  before: Machine | Prediction,
  prediction: Prediction,
  subjects: readonly Subject[],
): NonNullable<Part['differences']> {
  const found = differences(membershipOf(before), membershipOf(prediction))
  return {
    from,
    causes: [],
    functions: found.map((one, i) => {
      const step =
        i < explainedDifferences
          ? whyFrom(subjects, one.function, prediction.rules).steps.findLast(({ decided }) => decided)
          : undefined
      return {
        function: one.function,
        before: one.before && [...one.before],
        after: one.after && [...one.after],
        ...(step ? { step: stepDocument(step) } : {}),
      }
    }),
  }
}

function whyDocument(
  subjects: readonly Subject[],
  address: string,
  rules: Prediction['rules'],
): GroupsDocument['why'] {
  const { group, steps, others } = whyFrom(subjects, address, rules)
  return {
    function: address,
    ...(group === undefined ? {} : { group: group && [...group] }),
    steps: steps.map(stepDocument),
    others: others.map((other) => ({ function: other.function, step: stepDocument(other.step) })),
  }
}

/** A card on paper. */
function cardSummary(f: Subject): FunctionSummary {
  const id = (fact: Subject['vendor']) => ('value' in fact ? { value: hexText(fact.value, 4) } : fact)
  return {
    address: f.address,
    parent: { value: null },
    group: { value: null },
    class: f.class as { unknown: string; path: string },
    vendor: id(f.vendor),
    device: id(f.device),
    names: {},
    driver: { value: null },
    bridge: { value: false },
    holds: [],
    roles: [],
  }
}
