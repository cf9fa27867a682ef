import * as z from 'zod'
import { bus, fact, functionAddress, functionSummary } from './common.js'
import { missing, premise } from './groups.js'

export const link = z.strictObject({
  speedGTs: z.number().nullable(),
  width: z.int().nullable(),
  maxSpeedGTs: z.number().nullable(),
  maxWidth: z.int().nullable(),
})

/** What `handover slots --json` prints. */
export const slotsSchema = z.strictObject({
  schema: z.literal('handover.slots/1'),
  bus,
  kernelVersion: z.string(),
  slots: z.array(
    z.strictObject({
      port: functionAddress,
      type: fact(z.string().nullable()).describe('PCI Express type; null: conventional PCI'),
      number: fact(z.int().nonnegative().nullable()).describe(
        'number of the slot; null: nothing can be plugged in',
      ),
      link: fact(link.nullable()).describe('its link, speeds in GT/s, widths in lanes'),
      occupants: z.array(functionAddress),
      covered: z.boolean().describe('whether an IOMMU is in charge there; false: a card gets no group'),
      sharesWith: z
        .array(functionAddress)
        .nullable()
        .describe('who would share the group of a card there; null: not known, or it gets none'),
      missing: z.array(missing).describe('what is not known of the slot'),
    }),
  ),
  premises: z.array(premise),
  functions: z.array(functionSummary),
})
export type SlotsDocument = z.infer<typeof slotsSchema>
