import {
  type AcsVerdict,
  acsBitNames,
  type KernelVersion,
  type Missing,
  type Premise,
  type Step,
} from '../../iommu/index.js'
import type { Machine } from '../../machine/index.js'
import type { MissingFact, StepDocument, Verdict } from '../schemas/groups.js'

export function missingDocument(machine: Machine, missing: readonly Missing[]): MissingFact[] {
  return missing.map((one) => ({ ...one, tell: tellingCommand(machine, one.fact) }))
}

/** The command whose output, or whose run, holds a fact that is missing now. */
export function tellingCommand({ source }: Machine, fact: MissingFact['fact']): string {
  switch (source.kind) {
    case 'lspci':
      return fact === 'ids' ? 'lspci -nn' : 'sudo lspci -nnvvv'
    case 'recording':
      return 'sudo handover record -o FILE'
    case 'live':
      return 'sudo handover groups'
  }
}

export function premiseDocuments({ source }: Machine, premises: readonly Premise[]) {
  return premises.map(({ kind, functions, because }) => ({
    kind,
    functions: [...functions],
    ...(because ? { because: { ...because, ...tellsTables(source.kind, because.unknown) } } : {}),
  }))
}

/** The command that would tell what a table says, where one would: what is not there, or broken, no command mends. */
function tellsTables(kind: Machine['source']['kind'], unknown: string): { readonly tell?: string } {
  if (unknown !== 'denied' && unknown !== 'unrecorded') return {}
  return { tell: kind === 'live' ? 'sudo handover groups' : 'sudo handover record -o FILE' }
}

export function versionText({ major, minor, patch }: KernelVersion): string {
  return [major, minor, patch].filter((part) => part !== undefined).join('.')
}

export function stepDocument(step: Step): StepDocument {
  switch (step.kind) {
    case 'path':
      return { ...step, asked: step.asked.map(verdictDocument) }
    case 'neighbours':
      return { ...step, asked: verdictDocument(step.asked), with: step.with.map(verdictDocument) }
    case 'alias': {
      const { quirk, ...rest } = step
      return { ...rest, ...(quirk ? { quirk: quirk.source } : {}) }
    }
    default:
      return { ...step }
  }
}

function verdictDocument(asked: { readonly function: string; readonly verdict: AcsVerdict }): Verdict {
  const { isolates = null, because } = asked.verdict
  return {
    function: asked.function,
    isolates,
    because: because.kind,
    ...(because.kind === 'quirk' ? { quirk: because.quirk.source } : {}),
    ...(because.kind === 'ACS capability' && because.had !== undefined
      ? { had: [...acsBitNames(because.had)] }
      : {}),
    ...(because.kind === 'ACS capability' && because.enabled !== undefined
      ? { enabled: [...acsBitNames(because.enabled)] }
      : {}),
  }
}
