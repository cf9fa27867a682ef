import * as z from 'zod'
import { weights } from '../../rules/index.js'
import { evidence, functionAddress } from './common.js'

const about = {
  rule: z.string().describe('stable; handover explain RULE'),
  title: z.string().describe('the question that the rule asks'),
}
const weight = z.enum(weights)
const unknownFact = z.strictObject({ unknown: z.string(), path: z.string() })

const finding = z.strictObject({
  ...about,
  weight,
  says: z.string(),
  evidence: z.array(evidence),
  why: z.string(),
  fix: z.string().nullable(),
})
const quiet = z.strictObject({ ...about, says: z.string(), evidence: z.array(evidence) })

export const verdict = z.enum(['ready', 'ready after steps', 'not possible', 'unknown'])

const check = {
  verdict,
  findings: z.array(finding).describe('heaviest first'),
  undecided: z
    .array(
      z.strictObject({
        ...about,
        decides: z.boolean().describe('it could change the verdict'),
        unknown: z.array(unknownFact),
        decide: z.string().describe('what to do to decide it'),
      }),
    )
    .describe('rules that could not look'),
  crashed: z.array(z.strictObject({ ...about, error: z.string() })).describe('defects of this program'),
  passed: z.array(quiet),
  notHere: z.array(quiet).describe('rules whose question does not arise here'),
}

/** What `handover check --json` prints. */
export const checkSchema = z.strictObject({
  schema: z.literal('handover.check/1'),
  device: functionAddress.nullable().describe('null: the whole computer'),
  ...check,
})
export type CheckDocument = z.infer<typeof checkSchema>

/** What `handover explain --json` prints. */
export const ruleSchema = z.strictObject({
  schema: z.literal('handover.rule/1'),
  id: z.string(),
  title: z.string(),
  about: z.enum(['computer', 'device']),
  atWorst: weight.describe('the heaviest that it finds'),
  looksAt: z.array(z.string()),
  why: z.string(),
  fix: z.string().nullable(),
  since: z.array(z.string()),
  sources: z.array(z.string()),
})
export type RuleDocument = z.infer<typeof ruleSchema>

/** What `handover check --list --json` prints. */
export const rulesSchema = z.strictObject({
  schema: z.literal('handover.rules/1'),
  rules: z.array(ruleSchema),
})
export type RulesDocument = z.infer<typeof rulesSchema>

/** What `handover check --rank --json` prints. */
export const rankSchema = z.strictObject({
  schema: z.literal('handover.rank/1'),
  class: z.string().describe('the class word that was asked for'),
  devices: z
    .array(
      z.strictObject({
        device: functionAddress,
        verdict,
        steps: z.int(),
        warnings: z.int(),
        because: z.array(about.rule).describe('rules that make the verdict'),
      }),
    )
    .describe('best first'),
})
export type RankDocument = z.infer<typeof rankSchema>
