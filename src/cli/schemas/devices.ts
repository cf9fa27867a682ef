import * as z from 'zod'
import { verdict } from './check.js'
import { bus, functionSummary, iommu, roleName, roleSearch } from './common.js'

/** What `handover devices --json` prints. */
export const devicesSchema = z.strictObject({
  schema: z.literal('handover.devices/1'),
  kernel: z.union([
    z.strictObject({ value: z.string() }),
    z.strictObject({ unknown: z.string(), path: z.string() }),
  ]),
  bus,
  iommu,
  roles: z.record(roleName, roleSearch),
  functions: z.array(
    functionSummary.extend({
      verdict: verdict.nullable().describe('of handover check; null: a bridge, not asked'),
    }),
  ),
})
export type DevicesDocument = z.infer<typeof devicesSchema>
