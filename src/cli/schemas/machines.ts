import * as z from 'zod'
import { fact, functionAddress, sizeBytes } from './common.js'

const state = z
  .enum(['never started', 'starting', 'runs', 'unwatched', 'stopped', 'ended badly', 'unknown'])
  .describe(
    'unwatched: it runs, and who was to give its devices back was killed; unknown: root started it, and only root may look',
  )

const common = {
  name: z.string(),
  file: z.string().describe('its description'),
  state,
  failure: z.string().nullable().describe('why it ended badly, or how its devices did not come back'),
  memoryBytes: sizeBytes.nullable(),
  cpus: z.int().positive().nullable(),
}
const problems = z
  .array(z.string())
  .describe('mistakes of the description, for which it could not be started again')

/** What `handover vm list --json` prints. */
export const machinesSchema = z.strictObject({
  schema: z.literal('handover.machines/1'),
  machines: z.array(
    z.strictObject({
      ...common,
      devices: z.array(z.string()).describe('addresses while it runs, else as the description names them'),
      problems,
    }),
  ),
})
export type MachinesDocument = z.infer<typeof machinesSchema>

/** What `handover vm status --json` prints. */
export const machineSchema = z.strictObject({
  schema: z.literal('handover.machine/1'),
  ...common,
  problems,
  startedAt: z.string().nullable().describe('ISO 8601, UTC'),
  endedAt: z.string().nullable().describe('null also where libvirt does not know'),
  through: z.enum(['qemu', 'libvirt']).nullable().describe('what runs it: QEMU by itself, or libvirt'),
  kept: z.string().nullable().describe('what keeps it when the terminal has gone'),
  folder: z.string().describe('its run folder: sockets, console.log, log'),
  watcher: z.int().positive().nullable().describe('the process that gives its devices back'),
  qemu: z.int().positive().nullable().describe('the process, while it runs'),
  accelerator: z.enum(['kvm', 'tcg']).nullable(),
  devices: z.array(z.strictObject({ address: functionAddress, driver: fact(z.string().nullable()) })),
  says: z
    .union([
      z.strictObject({
        status: z.string().describe("QEMU's RunState: running, paused, io-error, ..."),
        agent: z
          .boolean()
          .nullable()
          .describe('whether a guest agent listens in the machine; null: it has no channel for one'),
      }),
      z.strictObject({ unknown: z.string() }),
    ])
    .nullable()
    .describe('what QEMU says of it; null: it does not run'),
  journals: z.array(z.int().positive()).describe('numbers under which its changes to the host can be undone'),
})
export type MachineDocument = z.infer<typeof machineSchema>
