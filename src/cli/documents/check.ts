import type { Machine, Unknown } from '../../machine/index.js'
import { type Check, decides, type Finding, type Rule, type Weight } from '../../rules/index.js'
import { whyUnknown } from '../explain.js'
import type { CheckDocument, RuleDocument } from '../schemas/check.js'

export function checkDocument(check: Check, machine: Machine, device: string | null): CheckDocument {
  const about = ({ rule }: { readonly rule: Finding['rule'] }) => ({ rule: rule.id, title: rule.title })
  const quiet = (one: Finding) => ({ ...about(one), says: one.says, evidence: [...one.evidence] })
  return {
    schema: 'handover.check/1',
    device,
    verdict: check.verdict,
    findings: check.findings.map((one) => ({
      ...about(one),
      weight: one.kind as Weight,
      says: one.says,
      evidence: [...one.evidence],
      why: one.why ?? one.rule.why,
      fix: one.fix ?? one.rule.fix,
    })),
    undecided: check.open.map((one) => ({
      ...about(one),
      decides: decides(one.rule),
      unknown: [...one.unknown],
      decide: howToDecide(machine, one.unknown, device),
    })),
    crashed: check.crashed.map((one) => ({ ...about(one), error: one.error })),
    passed: check.passed.map(quiet),
    notHere: check.notHere.map(quiet),
  }
}

export function ruleDocument({ check: _, since = [], ...rest }: Rule): RuleDocument {
  return {
    schema: 'handover.rule/1',
    ...rest,
    since: [...since],
    looksAt: [...rest.looksAt],
    sources: [...rest.sources],
  }
}

/** What a person does so that a rule can be decided: a command where one tells, else the reason. */
function howToDecide({ source }: Machine, unknown: readonly Unknown[], device: string | null): string {
  const denied = unknown.some((one) => one.unknown === 'denied' || one.unknown.startsWith('only root'))
  const again = `on that computer: sudo handover record -o report.json`
  if (source.kind === 'lspci') return again
  if (denied || unknown.some((one) => one.unknown === 'unrecorded'))
    return source.kind === 'recording' ? again : `sudo handover check${device === null ? '' : ` ${device}`}`
  return unknown.map(whyUnknown).join('; ')
}
