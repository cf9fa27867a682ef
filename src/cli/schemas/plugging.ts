import * as z from 'zod'
import { bindingSchema } from './binding.js'
import { functionAddress } from './common.js'

/** What `handover vm attach --json` and `handover vm detach --json` print. */
export const pluggingSchema = z.strictObject({
  schema: z.literal('handover.plugging/1'),
  machine: z.string(),
  functions: z.array(functionAddress).describe('that go together: those of one slot of the host'),
  state: z.enum(['refused', 'attached', 'attached-already', 'detached']),
  port: z.string().nullable().describe("the machine's port that it was put behind now"),
  taken: z
    .boolean()
    .nullable()
    .describe('whether a driver in the machine has switched it on; null: not looked'),
  left: z.enum(['host', 'vfio-pci']).nullable().describe('where the host has what was detached'),
  keptBy: z
    .array(functionAddress)
    .describe('of the same IOMMU groups and still in the machine, for which it stays with vfio-pci'),
  binding: bindingSchema
    .nullable()
    .describe('what was planned and made on the host; null: nothing had to be'),
})
export type PluggingDocument = z.infer<typeof pluggingSchema>
