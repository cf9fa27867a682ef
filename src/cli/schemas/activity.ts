import * as z from 'zod'
import { evidence, fact, functionAddress, sizeBytes } from './common.js'
import { link } from './slots.js'

/** What `handover vm status --watch --json` prints: a running machine, seen from the host. */
export const activitySchema = z.strictObject({
  schema: z.literal('handover.activity/1'),
  machine: z.string(),
  pid: z.int().positive().describe('of QEMU'),
  seconds: z.number().nonnegative().describe('between the two looks that rates are of'),
  qemu: fact(
    z.strictObject({
      state: z.string().describe('as query-status names it: running, paused, ...'),
      kvm: z.boolean().describe('false: software emulation'),
      agent: z
        .boolean()
        .nullable()
        .describe('whether a program in the machine has the guest agent’s port open; null: no such port'),
      memoryBytes: sizeBytes.describe('that the machine has'),
    }),
  ),
  memory: fact(
    z.strictObject({
      dmaBytes: sizeBytes.describe('pinned for devices to reach'),
      lockedBytes: sizeBytes.describe('VmLck of /proc/PID/status'),
      pinnedBytes: sizeBytes.describe('VmPin'),
    }),
  ),
  faults: fact(
    z.strictObject({
      sinceStart: z
        .boolean()
        .describe('false: the kernel’s log does not reach back to the start of the machine'),
      list: z.array(
        z.strictObject({
          device: functionAddress.nullable(),
          ofMachine: z.boolean().describe('whether the machine has this device'),
          kind: z.enum(['DMA', 'interrupt']),
          lines: z.int().positive().describe('at least so many: the kernel leaves lines out'),
          text: z.string(),
        }),
      ),
    }),
  ).describe('what IOMMUs stopped'),
  uncounted: fact(evidence.nullable()).describe(
    'what lets messages of devices reach the machine without the host, so that their rates may be too low; null: all are counted',
  ),
  devices: z.array(
    z.strictObject({
      address: functionAddress,
      driver: fact(z.string().nullable()),
      interrupts: fact(
        z
          .strictObject({
            kind: z.enum(['MSI-X', 'MSI', 'INTx']),
            vectors: z.int().positive(),
            perSecond: z.number().nonnegative().nullable().describe('null: not known for this interval'),
            sharedWith: z.array(z.string()).describe('others on its line, whose interrupts are counted too'),
          })
          .nullable(),
      ).describe('null: none is set up'),
      link: fact(link.nullable()).describe('its link, speeds in GT/s, widths in lanes'),
      powerState: fact(z.string()),
      busErrors: fact(
        z
          .array(
            z.strictObject({
              severity: z.enum(['fatal', 'nonfatal', 'correctable']),
              name: z.string(),
              count: z.int().positive(),
            }),
          )
          .nullable(),
      ).describe('counted since the kernel found the device; null: the kernel counts none for it'),
    }),
  ),
})
export type ActivityDocument = z.infer<typeof activitySchema>
