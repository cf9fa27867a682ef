import * as z from 'zod'
import { evidence, functionAddress } from './common.js'

const quotedLine = z.strictObject({
  source: z.string().describe('name of the log'),
  line: z.int().positive(),
  text: z.string().describe('without what loggers put before it'),
})

const meaning = { cause: z.string().describe('stable'), title: z.string(), why: z.string(), fix: z.string() }

const single = z.strictObject({
  ...meaning,
  certainty: z.enum(['certain', 'likely', 'possible']),
  device: functionAddress.optional(),
  group: z.int().nonnegative().optional(),
  lines: z.array(quotedLine).describe('the first of them'),
  count: z.int().positive().describe('how often it was said'),
  evidence: z.array(evidence).describe('what the host says of the device now'),
  otherwise: z
    .array(z.strictObject(meaning))
    .describe('what else the words can mean, where nothing tells which'),
  sources: z
    .array(z.strictObject({ source: z.string(), seen: z.string() }))
    .describe('whose message it is, and the versions in whose source it was found'),
})
interface FindingDocument extends z.infer<typeof single> {
  consequences: FindingDocument[]
}
const finding: z.ZodType<FindingDocument> = z.strictObject({
  ...single.shape,
  consequences: z.lazy(() => z.array(finding)).describe('what only came of it'),
})

/** What `handover diagnose --json` prints. */
export const diagnosisSchema = z.strictObject({
  schema: z.literal('handover.diagnosis/1'),
  sources: z.array(z.strictObject({ name: z.string(), lines: z.int().nonnegative() })),
  unread: z
    .array(z.strictObject({ path: z.string(), unknown: z.string() }))
    .describe(
      'logs that could not be read, and why; `cut`: of a recorded log only the end was; `empty`: there was nothing in it',
    ),
  findings: z.array(finding),
  harmless: z.array(finding),
  unknown: z.array(quotedLine).describe('lines in which vfio says what is not known here'),
  unknownCount: z.int().nonnegative(),
})
export type DiagnosisDocument = z.infer<typeof diagnosisSchema>
