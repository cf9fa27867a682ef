import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { Description } from './description.js'
import { uefiFirmware } from './firmware.js'
import { qemuArguments } from './qemu-arguments.js'
import { Qmp, QmpClosedError } from './qmp.js'

/** The machine could not be started, or QEMU ended otherwise than by itself. `detail`: what QEMU said last. */
export class MachineError extends Error {
  override readonly name = 'MachineError'

  constructor(
    message: string,
    readonly detail?: string,
  ) {
    super(message)
  }
}

export interface StartOptions {
  /** The functions of `description.devices`, in their order: `0000:01:00.0`. They are bound to vfio-pci already. */
  readonly addresses: readonly string[]
  /** Where the machine's serial console writes. */
  readonly console: Writable
  /** QEMU's own messages, a line each. */
  readonly onMessage?: (line: string) => void
}

/** How much of what QEMU said is kept for an error. */
const keptLines = 20

/** A running machine. */
export class VirtualMachine {
  /** Resolves when QEMU has ended by itself or was asked to; rejects with {@link MachineError} when it crashed or was killed. */
  readonly ended: Promise<void>

  private constructor(
    private readonly process: ChildProcess,
    private readonly qmp: Qmp,
    readonly accelerator: 'kvm' | 'tcg',
    ended: Promise<void>,
  ) {
    this.ended = ended
  }

  get pid(): number {
    return this.process.pid!
  }

  /** Where the machine's serial console reads. */
  get input(): Writable {
    return this.process.stdin!
  }

  /** Presses the machine's power button: its system shuts down, if it has one that listens. */
  async powerDown(): Promise<void> {
    await this.#ask('system_powerdown')
  }

  /** Ends QEMU at once. */
  async quit(): Promise<void> {
    await this.#ask('quit')
  }

  /** QEMU may be gone before it answers, which is what was wanted. */
  async #ask(command: string): Promise<void> {
    try {
      await this.qmp.run(command)
    } catch (error) {
      if (!(error instanceof QmpClosedError)) throw error
    }
  }

  /** Starts QEMU and waits until it answers. Throws {@link MachineError}, FirmwareError. */
  static async start(description: Description, options: StartOptions): Promise<VirtualMachine> {
    requireLockableMemory(description, options.addresses)
    const { firmware } = description
    const folder = mkdtempSync(join(tmpdir(), 'handover-vm-'))
    const qmpSocket = join(folder, 'qmp.sock')
    const run = {
      accelerator: kvmCanBeOpened() ? ('kvm' as const) : ('tcg' as const),
      qmpSocket,
      addresses: options.addresses,
      firmware: firmware === 'bios' ? undefined : uefiFirmware(firmware.code, firmware.vars),
    }
    // In a session of its own: Ctrl-C at the terminal is for this program, which then asks the machine to shut down.
    const child = spawn(description.qemu, qemuArguments(description, run), { detached: true, stdio: 'pipe' })
    const said: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        said.push(line)
        options.onMessage?.(line)
      }
      said.splice(0, said.length - keptLines)
    })
    child.stdout.pipe(options.console, { end: false })
    child.stdin.on('error', () => undefined) // QEMU may end before it has read everything

    const ended = waitForEnd(child, description, said).finally(() =>
      rmSync(folder, { recursive: true, force: true }),
    )
    ended.catch(() => undefined) // told to whoever waits for it, also when that is later
    try {
      const connecting = Qmp.connect(
        qmpSocket,
        30_000,
        () => child.exitCode !== null || child.signalCode !== null,
      )
      // Which of the two is known first when QEMU refuses is chance; its own words are the better answer.
      const qmp = await Promise.race([connecting, ended.then(() => connecting)])
      return new VirtualMachine(child, qmp, run.accelerator, ended)
    } catch (error) {
      child.kill('SIGKILL')
      await ended
      throw error
    }
  }
}

async function waitForEnd(
  child: ChildProcess,
  { qemu }: Description,
  said: readonly string[],
): Promise<void> {
  const [status, signal] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'it is not installed' : error.message
    throw new MachineError(`cannot run ${qemu}: ${why}`)
  })) as [number | null, NodeJS.Signals | null]
  if (status === 0) return
  const last = said.join('\n')
  if (signal !== null) throw new MachineError(`${qemu} was ended by ${signal}`, last)
  throw new MachineError(`${qemu} ended with status ${status}`, last)
}

function kvmCanBeOpened(): boolean {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

/**
 * A machine with devices has all of its memory pinned, which counts as locked memory; only root is not limited
 * (Linux drivers/vfio/vfio_iommu_type1.c, vfio_lock_acct).
 */
function requireLockableMemory({ memoryBytes }: Description, addresses: readonly string[]): void {
  if (addresses.length === 0 || process.geteuid?.() === 0) return
  const limit = /^Max locked memory\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
  if (limit === undefined || limit === 'unlimited' || Number(limit) >= memoryBytes) return
  const mebibytes = (bytes: number) => `${Math.floor(bytes / 1024 ** 2)} MiB`
  throw new MachineError(
    `this user may lock ${mebibytes(Number(limit))} of memory, and the machine's ${mebibytes(memoryBytes)} must be locked for its devices: ` +
      'run this as root, or raise memlock in /etc/security/limits.d and log in again',
  )
}
