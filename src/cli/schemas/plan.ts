import * as z from 'zod'
import { change, note, refusal } from './binding.js'
import { fact, functionAddress, held, roleName } from './common.js'

const wishes = z
  .strictObject({
    group: z.string(),
    hugePages: z.string(),
    functions: z.string(),
    mediated: z.strictObject({ type: z.string(), uuid: z.string() }),
    cpus: z.string(),
    libvirt: z.string(),
    barSizes: z.array(z.string()),
  })
  .partial()
  .describe('what else is wanted of the host, in the words of the options of plan')

/** What `handover plan --json` prints, and what `-o` saves for `handover apply`. */
export const planSchema = z.strictObject({
  schema: z.literal('handover.plan/1'),
  program: z.string().describe('what made it'),
  at: z.string().describe('when, ISO 8601'),
  intent: z
    .strictObject({
      devices: z.array(functionAddress).describe('those asked for'),
      boot: z.boolean().describe('from boot on; else until the next restart'),
      byId: z.boolean().describe('from boot on: by ids; else by place'),
      accept: z.array(roleName),
      host: wishes.optional(),
    })
    .describe('what is wanted: apply plans it again, and compares'),
  takes: z
    .array(functionAddress)
    .describe('what leaves the host: those asked for and what shares their groups'),
  changes: z.array(change).describe('in the order in which they are made'),
  refusals: z.array(refusal).describe('while there are any, nothing is done'),
  accepted: z.array(refusal),
  notes: z.array(note),
  byHand: z
    .array(z.strictObject({ because: z.string(), edit: z.string() }))
    .describe('what handover does not change here'),
  restartFor: z
    .array(z.string())
    .describe('targets of changes that take effect with the next start; none: no restart is needed'),
  wayBack: z
    .string()
    .nullable()
    .describe('how the computer is started without the change; null: no boot entry is changed'),
  losses: z
    .array(
      z.strictObject({
        address: functionAddress,
        driver: z.string().nullable(),
        roles: z.array(
          z.strictObject({ name: roleName, last: z.boolean().describe('nothing is left that has it') }),
        ),
        holds: z.array(held).describe('kernel objects that go with it'),
      }),
    )
    .describe('what the host has of each function that is taken, and then no longer'),
  risks: z.array(z.strictObject({ can: z.string(), back: z.string().describe('how one comes back') })),
  unreadable: z
    .array(z.strictObject({ path: z.string(), why: z.string() }))
    .describe('what could not be read: while there is any, apply refuses the plan'),
  bootLoader: z
    .string()
    .nullable()
    .describe('which boot loader is changed, and by what it is known to be the right one; null: none is'),
})
export type PlanDocument = z.infer<typeof planSchema>

/** What `handover history --json` prints. */
export const historySchema = z.strictObject({
  schema: z.literal('handover.history/1'),
  root: z.string().describe('where the computer that it is about has its root mounted'),
  entries: z.array(
    z.strictObject({
      id: z.int().positive(),
      at: z.string(),
      asked: z.string(),
      state: z.enum(['half-done', 'applied', 'undone']),
      changes: z.array(
        z.strictObject({
          target: z.string(),
          kind: change.shape.kind,
          state: z.enum(['not begun', 'half-done', 'done', 'undone', 'over']),
          drift: z
            .array(
              z.strictObject({ path: z.string(), from: z.string().nullable(), to: z.string().nullable() }),
            )
            .describe('where it is no longer as it was made; of a change that is done'),
          unread: z
            .strictObject({ unknown: z.string(), path: z.string() })
            .nullable()
            .describe('why it could not be looked at; null: it could'),
        }),
      ),
      running: z
        .strictObject({
          restarted: z.boolean().describe('false: the computer has not been started since'),
          without: z
            .array(z.string())
            .describe('words on the command line by which this start was to be without it'),
          functions: z.array(
            z.strictObject({
              address: functionAddress.describe('now'),
              state: fact(z.enum(['taken', 'not taken', 'gone'])),
              driver: z.string().nullable(),
            }),
          ),
          words: z.array(z.strictObject({ word: z.string(), state: fact(z.enum(['there', 'not there'])) })),
        })
        .nullable()
        .describe('what came of what a start was to bring; null: nothing, or it was not looked at'),
    }),
  ),
})
export type HistoryDocument = z.infer<typeof historySchema>
