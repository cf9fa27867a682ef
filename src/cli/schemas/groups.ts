import * as z from 'zod'
import { bus, functionSummary, iommu } from './common.js'

/** What `handover groups --json` prints. */
export const groupsSchema = z.strictObject({
  schema: z.literal('handover.groups/1'),
  bus,
  iommu,
  groups: z.array(z.strictObject({ group: z.int().nonnegative(), functions: z.array(functionSummary) })),
  ungrouped: z.array(functionSummary).describe('functions that the kernel put in no group'),
  unknown: z.array(functionSummary).describe('functions whose group could not be read'),
})
export type GroupsDocument = z.infer<typeof groupsSchema>
