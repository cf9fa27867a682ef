import * as z from 'zod'
import { functionAddress, hex } from './common.js'

/** What `handover rom --json` prints. */
export const romSchema = z.strictObject({
  schema: z.literal('handover.rom/1'),
  address: functionAddress,
  file: z.string(),
  sizeBytes: z.int().nonnegative(),
  source: z
    .enum(['card', 'shadow'])
    .describe('shadow: the copy that the firmware left in memory, which has run'),
  images: z.array(
    z.strictObject({
      offset: z.int().nonnegative(),
      lengthBytes: z.int().nullable(),
      codeType: z.union([z.string(), z.int()]).nullable(),
      vendor: hex(4).nullable(),
      devices: z.array(hex(4)),
      class: hex(6).nullable(),
      checksumIsRight: z.boolean().nullable().describe('null: not code for PC firmware, or cut'),
      efiMachine: z.string().nullable().describe('null: no EFI driver'),
      efiCompression: z.union([z.string(), z.int()]).nullable(),
      isLast: z.boolean().nullable(),
    }),
  ),
  isForThisDevice: z
    .boolean()
    .nullable()
    .describe('an image names its ids; null: there is no image, or no ids'),
  problems: z.array(z.looseObject({ kind: z.string(), at: z.int().nonnegative() })),
  trailing: z
    .strictObject({ offset: z.int(), sizeBytes: z.int(), byte: z.int().nullable() })
    .nullable()
    .describe('what comes after the last image'),
})
export type RomDocument = z.infer<typeof romSchema>
