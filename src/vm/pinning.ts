import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Processors } from './description/index.js'
import { MachineError } from './machine-error.js'
import type { Qmp } from './qmp.js'

/**
 * Keeps each virtual processor's thread on its host thread, and QEMU's other threads on `others`: threads that they start later
 * inherit it. Throws {@link MachineError}, QmpError. Source: QEMU qapi/machine.json, query-cpus-fast.
 */
export async function pinThreads({ pin, others }: Processors, qmp: Qmp, pid: number): Promise<void> {
  if (others) await taskset('-apc', others, pid)
  if (!pin) return
  const cpus = (await qmp.run('query-cpus-fast')) as readonly {
    readonly 'cpu-index': number
    readonly 'thread-id': number
  }[]
  for (const cpu of cpus) {
    const thread = pin[cpu['cpu-index']]
    if (thread !== undefined) await taskset('-pc', [thread], cpu['thread-id'])
  }
}

async function taskset(option: string, threads: readonly number[], id: number): Promise<void> {
  try {
    await promisify(execFile)('taskset', [option, threads.join(','), String(id)])
  } catch (error) {
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { readonly stderr?: string }
    const why = code === 'ENOENT' ? 'taskset is not installed' : stderr.trim() || (error as Error).message
    throw new MachineError(`QEMU's threads cannot be kept on the host's ${threads.join(',')}: ${why}`)
  }
}
