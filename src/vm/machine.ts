import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Writable } from 'node:stream'
import { explainWords } from '../logs/index.js'
import { type AcceleratorChoice, chooseAccelerator } from './accelerator.js'
import { environment, makeLookingGlass, openDisplay } from './caller.js'
import type { Description } from './description/index.js'
import { uefiFirmware } from './firmware.js'
import { MachineError } from './machine-error.js'
import { pinThreads } from './pinning.js'
import { pressPowerButton, switchOff } from './power.js'
import { qemuArguments } from './qemu/arguments.js'
import { socketsOf } from './qemu/run.js'
import { Qmp } from './qmp.js'
import { type Swtpm, startSwtpm } from './swtpm.js'

export interface StartOptions {
  /** The functions of `description.devices`, in their order: `0000:01:00.0`. They are bound to vfio-pci already. */
  readonly addresses: readonly string[]
  /** Where the machine's serial console writes. */
  readonly console: Writable
  /** Where its sockets go: the folder stays. Without it they are in one of their own, which goes when the machine has ended. */
  readonly folder?: string
  /** QEMU's own messages, a line each. */
  readonly onMessage?: (line: string) => void
  /** Ends a start that takes long. */
  readonly signal?: AbortSignal
}

/** How much of what QEMU said is kept for an error. */
const keptLines = 20

/** QEMU answers once it has pinned the machine's memory, which takes seconds for each 10 GiB. */
const startMs = 300_000

/** A running machine. */
export class VirtualMachine {
  /** Resolves when QEMU has ended by itself or was asked to; rejects with {@link MachineError} when it crashed or was killed. */
  readonly ended: Promise<void>

  private constructor(
    private readonly process: ChildProcess,
    readonly qmp: Qmp,
    private readonly description: Description,
    /** What runs its processors, and why not KVM where it is not. */
    readonly acceleration: AcceleratorChoice,
    /** Where its sockets are. */
    readonly folder: string,
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

  /** See {@link pressPowerButton}. */
  powerDown(): Promise<boolean> {
    return pressPowerButton(this.qmp, this.description)
  }

  /** Ends QEMU at once; kills it when it has not ended in `limitMs`. */
  async quit(limitMs = 10_000): Promise<void> {
    const kill = setTimeout(() => this.process.kill('SIGKILL'), limitMs)
    try {
      await Promise.race([switchOff(this.qmp).then(() => this.ended), this.ended])
    } finally {
      clearTimeout(kill)
    }
  }

  /** Starts QEMU and waits until it answers. Throws {@link MachineError}, FirmwareError. */
  static async start(description: Description, options: StartOptions): Promise<VirtualMachine> {
    requireLockableMemory(description, options.addresses)
    const { addresses, signal } = options
    const firmware = description.firmware === 'bios' ? undefined : uefiFirmware(description.firmware)
    const acceleration = await chooseAccelerator([description.qemu])
    signal?.throwIfAborted()
    const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'handover-vm-'))
    const leave = () => options.folder ?? rmSync(folder, { recursive: true, force: true })
    let swtpm: Swtpm | undefined
    try {
      makeLookingGlass(description)
      if (description.tpm) swtpm = await startSwtpm(description.tpm, folder, signal)
    } catch (error) {
      leave()
      throw error
    }
    const isAmd = readFileSync('/proc/cpuinfo', 'utf8').includes('AuthenticAMD')
    const run = { accelerator: acceleration.accelerator, folder, addresses, firmware, isAmd }
    // In a session of its own: Ctrl-C at the terminal is for this program, which then asks the machine to shut down.
    const child = spawn(description.qemu, qemuArguments(description, run), {
      detached: true,
      stdio: 'pipe',
      env: environment(description),
    })
    const said: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line)
      said.splice(0, said.length - keptLines)
      options.onMessage?.(line)
    })
    child.stdout.pipe(options.console, { end: false })
    child.stdin.on('error', () => undefined) // QEMU may end before it has read everything

    const ended = waitForEnd(child, description, said, options.onMessage !== undefined).finally(async () => {
      await swtpm?.end()
      leave()
    })
    ended.catch(() => undefined) // told to whoever waits for it, also when that is later
    const abort = () => child.kill('SIGKILL')
    signal?.addEventListener('abort', abort)
    try {
      const connecting = Qmp.connect(
        socketsOf(folder).qmp,
        startMs,
        () => child.exitCode !== null || child.signalCode !== null,
      )
      // Which of the two is known first when QEMU refuses is chance; its own words are the better answer.
      const qmp = await Promise.race([connecting, ended.then(() => connecting)])
      await pinThreads(description.cpus, qmp, child.pid!)
      openDisplay(description, folder)
      return new VirtualMachine(child, qmp, description, acceleration, folder, ended)
    } catch (error) {
      child.kill('SIGKILL')
      // What QEMU said as it ended is the better answer, but for an end that was asked for or was made here.
      await ended.catch((end) => {
        if (!signal?.aborted && !(error instanceof MachineError)) throw end
      })
      throw signal?.aborted ? signal.reason : error
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }
}

async function waitForEnd(
  child: ChildProcess,
  { qemu }: Description,
  said: readonly string[],
  isTold: boolean,
): Promise<void> {
  const [status, signal] = (await once(child, 'close').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'it is not installed' : error.message
    throw new MachineError(`cannot run ${qemu}: ${why}`)
  })) as [number | null, NodeJS.Signals | null]
  if (status === 0) return
  const last = said.join('\n')
  const detail = isTold || last === '' ? undefined : last
  if (signal !== null) throw new MachineError(`${qemu} was ended by ${signal}`, detail)
  const explained = explainWords(last)
  throw new MachineError(
    explained ? `QEMU refuses: ${explained.title}; ${explained.fix}` : `${qemu} ended with status ${status}`,
    detail,
  )
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
