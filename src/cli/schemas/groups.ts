import * as z from 'zod'
import { bus, functionAddress, functionSummary, iommu } from './common.js'

const addresses = z.array(functionAddress)

export const missing = z.strictObject({
  function: functionAddress,
  fact: z.enum([
    'group',
    'ids',
    'express type',
    'ACS capability',
    'ACS control',
    'DMA aliases',
    'VMD controller',
    'place',
    'slot number',
    'link',
  ]),
  unknown: z.string(),
  path: z.string(),
  tell: z.string().describe('the command that would tell'),
})
export type MissingFact = z.infer<typeof missing>

export const premise = z.strictObject({
  kind: z.enum(['above is missing', 'newest kernel', 'coverage by convention', 'chipset registers']),
  functions: addresses,
  because: z
    .strictObject({
      unknown: z.string(),
      path: z.string(),
      tell: z.string().optional().describe('the command that would tell'),
    })
    .optional()
    .describe('what stood in the way of knowing'),
})

const acsBits = z.array(
  z.enum([
    'sourceValidation',
    'translationBlocking',
    'requestRedirect',
    'completionRedirect',
    'upstreamForwarding',
    'egressControl',
    'directTranslated',
  ]),
)

/** Whether a function isolates, and why. */
const verdict = z.strictObject({
  function: functionAddress,
  isolates: z.boolean().nullable().describe('null: not known'),
  because: z.enum([
    'quirk',
    'conventional',
    'never has ACS',
    'single function',
    'no ACS capability',
    'ACS capability',
    'override',
    'unknown',
  ]),
  quirk: z.string().optional().describe('the function of Linux drivers/pci/quirks.c that decides'),
  had: acsBits.optional().describe('of the required bits, those the function has'),
  enabled: acsBits.optional().describe('of these, those that are on when groups are made'),
})
export type Verdict = z.infer<typeof verdict>

const step = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('not covered'), function: functionAddress, decided: z.boolean() }),
  z.strictObject({
    kind: z.literal('controller'),
    function: functionAddress,
    controller: functionAddress,
    decided: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('bridge id'),
    function: functionAddress,
    bridge: functionAddress,
    decided: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('path'),
    bridge: functionAddress,
    isolates: z.boolean(),
    asked: z.array(verdict).describe('the bridge and those above it'),
    decided: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('alias'),
    function: functionAddress,
    with: functionAddress,
    quirk: z.string().optional(),
    byFirmware: z.boolean().describe("the firmware's IVRS table says so"),
    decided: z.boolean(),
  }),
  z.strictObject({
    kind: z.literal('neighbours'),
    function: functionAddress,
    asked: verdict,
    with: z.array(verdict).describe('functions of its slot that do not isolate either'),
    decided: z.boolean(),
  }),
])
export type StepDocument = z.infer<typeof step>

const company = addresses.nullable().describe('whom it shares a group with; null: it has no group')

/** What `handover groups --json` prints. */
export const groupsSchema = z.strictObject({
  schema: z.literal('handover.groups/1'),
  source: z.enum(['kernel', 'predicted']),
  kernelVersion: z.string().nullable().describe('predicted: by the rules of this kernel'),
  bus,
  iommu,
  groups: z
    .array(
      z.strictObject({
        id: functionAddress.describe('the lowest function of the group'),
        number: z.int().nonnegative().nullable().describe("the kernel's number; null where predicted"),
        functions: addresses,
      }),
    )
    .describe('by their lowest functions'),
  ungrouped: addresses.describe('functions in no group'),
  unknown: z
    .array(
      z.strictObject({
        function: functionAddress,
        certain: addresses.describe('share its group in any case'),
        possible: addresses.describe('may share it'),
        missing: z.array(missing),
      }),
    )
    .describe('functions whose group depends on something that is not known'),
  premises: z.array(premise).describe('what the prediction takes for granted'),
  differences: z
    .strictObject({
      from: z
        .enum(['kernel', 'today'])
        .describe("the kernel's groups, or those predicted without the changes"),
      causes: z
        .array(z.enum(['override patch', 'late ACS']))
        .describe(
          "what the kernel does not tell, and with which the prediction agrees with the kernel's groups",
        ),
      functions: z.array(
        z.strictObject({
          function: functionAddress,
          before: company,
          after: company,
          step: step.optional().describe('the step of the prediction that decided'),
        }),
      ),
    })
    .nullable(),
  added: addresses.describe('cards that are put in on paper'),
  why: z
    .strictObject({
      function: functionAddress,
      group: addresses.nullable().optional().describe('null: none; absent: not known'),
      steps: z.array(step),
      others: z.array(z.strictObject({ function: functionAddress, step })),
    })
    .nullable(),
  functions: z.array(functionSummary),
})
export type GroupsDocument = z.infer<typeof groupsSchema>
