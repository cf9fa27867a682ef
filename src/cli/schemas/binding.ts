import * as z from 'zod'
import { evidence, functionAddress, roleName } from './common.js'

const unknown = z.strictObject({ unknown: z.string(), path: z.string() })

export const refusal = z.strictObject({
  rule: z.enum([
    'role',
    'bridge',
    'unread',
    'no-iommu-group',
    'virtual-functions',
    'no-vfio-pci',
    'same-ids',
  ]),
  functions: z.array(functionAddress),
  role: roleName.optional(),
  evidence: z.array(evidence),
  unknown: z.array(unknown),
  reason: z.string(),
  lift: z.strictObject({
    accept: roleName.optional().describe('what to give to --accept'),
    first: z.string().optional().describe('what to do before'),
  }),
})

const action = z.union([
  z.strictObject({ write: z.string(), path: z.string() }),
  z.strictObject({ run: z.array(z.string()) }),
  z.strictObject({
    edit: z.string().describe('the file'),
    before: z.string().nullable(),
    after: z.string().nullable().describe('null: removed'),
  }),
])

export const note = z.strictObject({
  kind: z.enum(['boot-frame-buffer-goes', 'vga-text-stays']),
  address: functionAddress,
})

export const change = z.strictObject({
  kind: z.enum([
    'driver-binding',
    'module-load',
    'console-release',
    'configuration',
    'attribute',
    'bar-size',
    'mediated-device',
  ]),
  target: z.string().describe("a function's address, a module, a console, or what is set"),
  from: z.string().nullable(),
  to: z.string().nullable(),
  actions: z.array(action),
  undo: z.array(action),
})

/** What `handover bind --json` and `handover unbind --json` print. */
export const bindingSchema = z.strictObject({
  schema: z.literal('handover.binding/1'),
  members: z
    .array(
      z.strictObject({
        address: functionAddress,
        group: z.int().nonnegative().nullable(),
        asked: z.boolean().describe('false: only in the group of one that was asked for'),
        driver: z.string().nullable().describe('before'),
        fate: z.enum(['to-vfio-pci', 'without-driver', 'to-host', 'stays']),
        because: z.enum(['bridge', 'handed-over', 'viable', 'with-host']).optional(),
      }),
    )
    .describe('what becomes of every function of the groups'),
  changes: z.array(change).describe('in the order in which they are made'),
  refusals: z.array(refusal).describe('while there are any, nothing is done'),
  accepted: z.array(refusal).describe('refusals that --accept lifted'),
  notes: z.array(note),
  made: z
    .array(z.string())
    .nullable()
    .describe('targets of the changes that were made now; null: it was only planned'),
})
export type BindingDocument = z.infer<typeof bindingSchema>
