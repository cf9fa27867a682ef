import type { Fact } from '../../machine/index.js'
import { pluggedDevices } from '../plugged.js'
import { Qmp } from '../qmp.js'

/** What QEMU says of the machine that it runs. */
export interface QemuAnswer {
  /** `running`, `paused`, `shutdown`, `internal-error`, ... (QEMU qapi/run-state.json, RunState). */
  readonly state: string
  /** Whether KVM runs it. */
  readonly kvm: boolean
  /** Bytes of memory that it was started with. */
  readonly memoryBytes: number
  /** Whether a program in the machine has the agent's port open; null: it has no such port. */
  readonly agent: boolean | null
  /** Functions of the host that it has now. */
  readonly addresses: readonly string[]
}

/** The chardev of the agent's port (qemu/channels.ts). */
const agentChannel = 'agent'

/** Asks, and leaves the socket to others at once: QEMU talks to one at a time. */
export async function askQemu(socket: string, limitMs: number): Promise<Fact<QemuAnswer>> {
  let qmp: Qmp | undefined
  let late: NodeJS.Timeout | undefined
  try {
    qmp = await Qmp.connect(socket, limitMs)
    late = setTimeout(() => qmp?.close(), limitMs)
    return { value: await ask(qmp) }
  } catch (error) {
    return { unknown: (error as Error).message, path: socket }
  } finally {
    clearTimeout(late)
    qmp?.close()
  }
}

async function ask(qmp: Qmp): Promise<QemuAnswer> {
  const { status } = (await qmp.run('query-status')) as { status: string }
  const { enabled } = (await qmp.run('query-kvm')) as { enabled: boolean }
  const memory = (await qmp.run('query-memory-size-summary')) as Record<string, number>
  const channels = (await qmp.run('query-chardev')) as { label: string; 'frontend-open': boolean }[]
  const agent = channels.find(({ label }) => label === agentChannel)
  return {
    state: status,
    kvm: enabled,
    memoryBytes: memory['base-memory']! + (memory['plugged-memory'] ?? 0),
    agent: agent === undefined ? null : agent['frontend-open'],
    addresses: (await pluggedDevices(qmp)).map(({ address }) => address),
  }
}
