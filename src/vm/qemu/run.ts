import { join } from 'node:path'
import type { UefiFirmware } from '../firmware.js'

/** What was decided for one run of a machine. */
export interface RunSettings {
  readonly accelerator: 'kvm' | 'tcg'
  /** The folder of its sockets. */
  readonly folder: string
  /** The addresses of `description.devices`, in their order: `0000:01:00.0`. */
  readonly addresses: readonly string[]
  readonly firmware?: UefiFirmware | undefined
  /** Whether the host's processors are AMD's. */
  readonly isAmd?: boolean
}

/** The UNIX sockets of a run; `watch` and `console` are this program's, which several may join at a time. */
export function socketsOf(folder: string) {
  return {
    qmp: join(folder, 'qmp.sock'),
    watch: join(folder, 'watch.sock'),
    console: join(folder, 'console.sock'),
    spice: join(folder, 'spice.sock'),
    vnc: join(folder, 'vnc.sock'),
    agent: join(folder, 'agent.sock'),
    tpm: join(folder, 'tpm.sock'),
  }
}
