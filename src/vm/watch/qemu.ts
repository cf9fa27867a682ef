import type { Fact } from '../../machine/index.js'
import { memoryOf, pluggedDevices } from '../plugged.js'
import type { Qmp } from '../qmp.js'

/** What QEMU says of the machine that it runs. */
export interface QemuAnswer {
  /** `running`, `paused`, `shutdown`, `internal-error`, ... (QEMU qapi/run-state.json, RunState). */
  readonly state: string
  /** Whether KVM runs it. */
  readonly kvm: boolean
  /** Its memory, in bytes. */
  readonly memoryBytes: number
  /** Whether a program in the machine has the agent's port open (QEMU qapi/char.json, ChardevInfo); null: it has no such port. */
  readonly agent: boolean | null
  /** Functions of the host that it has now. */
  readonly addresses: readonly string[]
}

/** The chardev of the agent's port (qemu/channels.ts). */
const agentChannel = 'agent'

/** A QEMU that hangs is not waited for longer. */
const limitMs = 2000

/** Asks over a connection of `join`, and closes it: QEMU's own socket serves one at a time. `path`: the socket's. */
export async function askQemu(join: () => Promise<Qmp>, path: string): Promise<Fact<QemuAnswer>> {
  let qmp: Qmp | undefined
  let late: NodeJS.Timeout | undefined
  try {
    qmp = await join()
    late = setTimeout(() => qmp?.close(), limitMs)
    return { value: await ask(qmp) }
  } catch (error) {
    return { unknown: (error as Error).message, path }
  } finally {
    clearTimeout(late)
    qmp?.close()
  }
}

async function ask(qmp: Qmp): Promise<QemuAnswer> {
  const { status } = (await qmp.run('query-status')) as { status: string }
  const { enabled } = (await qmp.run('query-kvm')) as { enabled: boolean }
  const channels = (await qmp.run('query-chardev')) as { label: string; 'frontend-open': boolean }[]
  const agent = channels.find(({ label }) => label === agentChannel)
  return {
    state: status,
    kvm: enabled,
    memoryBytes: await memoryOf(qmp),
    agent: agent === undefined ? null : agent['frontend-open'],
    addresses: (await pluggedDevices(qmp)).map(({ address }) => address),
  }
}
