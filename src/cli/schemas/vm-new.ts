import * as z from 'zod'
import { evidence } from './common.js'

/** What `handover vm new --json` prints. */
export const vmNewSchema = z.strictObject({
  schema: z.literal('handover.vmnew/1'),
  name: z.string(),
  problems: z.array(z.string()).describe('while there are any, nothing is written'),
  decisions: z
    .array(
      z.strictObject({
        field: z.string().describe('a setting of the description; an item of a list: devices.0'),
        value: z.json().nullable().describe('null: left out'),
        because: z.string().nullable().describe('null: asked for, or of itself'),
        rule: z.string().nullable().describe('the rule of check that found it'),
        evidence: z.array(evidence),
      }),
    )
    .describe('in the order in which they are written'),
  notes: z.array(z.string()).describe('what to do before the machine is started, or to know'),
})
export type VmNewDocument = z.infer<typeof vmNewSchema>
