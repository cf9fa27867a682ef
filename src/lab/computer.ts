import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Accelerator, chooseAccelerator, Qmp } from '../vm/index.js'
import { LabError } from './errors.js'
import { Guest } from './guest.js'
import { buildInitramfs } from './initramfs.js'
import { hasModule, type Kernel, labKernel } from './kernel.js'
import { hasProperty, installedQemu, type Qemu } from './qemu.js'
import { labArguments } from './qemu-arguments.js'
import type { Topology } from './topology.js'

export interface StartOptions {
  /** This machine's own by default. */
  readonly qemu?: Qemu
  /** One of {@link namedKernels}; this machine's own or the distribution's by default. */
  readonly kernel?: string | undefined
  /** Called with each step as it begins. */
  readonly progress?: (step: string) => void
  /** A boot that takes longer has failed. Under software emulation it takes about 10 s. */
  readonly bootTimeoutMs?: number
  readonly signal?: AbortSignal
}

/** A running computer of the laboratory. */
export class Computer {
  constructor(
    readonly guest: Guest,
    readonly qmp: Qmp,
    readonly kernel: Kernel,
    readonly accelerator: Accelerator,
    readonly qemu: Qemu,
    /** Sockets, disks and logs of this run; removed by {@link stop}. */
    readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** Resolves when the computer has ended, by itself or not. */
  async ended(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, 'exit')
  }

  /** What the kernel and the boot wrote to the serial console. */
  serialLog(): string {
    return readFileSync(join(this.folder, 'serial.log'), 'utf8')
  }

  /** Writes what is on the video card's screen as a PNG file. */
  async screenshot(file: string): Promise<void> {
    await this.qmp.run('screendump', { filename: resolve(file), format: 'png' })
  }

  /**
   * The text on the video card's screen while it is in an 80-column text mode, one string a line.
   * The card's text memory is at 0xb8000, a character and its colours in two bytes.
   */
  async screenText(): Promise<string[]> {
    const file = join(this.folder, 'text-memory')
    await this.qmp.run('pmemsave', { val: 0xb8000, size: 80 * 25 * 2, filename: file })
    const bytes = readFileSync(file)
    return Array.from({ length: 25 }, (_, row) => {
      const cells = Array.from({ length: 80 }, (_, column) => bytes[(row * 80 + column) * 2]!)
      return String.fromCharCode(
        ...cells.map((code) => (code >= 0x20 && code < 0x7f ? code : 0x20)),
      ).trimEnd()
    })
  }

  /** Switches the computer off at once and removes its folder. Nothing in it outlives it. */
  async stop(): Promise<void> {
    this.guest.close()
    this.qmp.close()
    this.process.kill('SIGKILL')
    await this.ended()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Starts the computer that `topology` describes and waits until commands can be run in it. Throws {@link LabError}. */
export async function startComputer(topology: Topology, options: StartOptions = {}): Promise<Computer> {
  const { progress = () => undefined, bootTimeoutMs = 120_000, signal } = options
  const qemu = options.qemu ?? (await installedQemu())
  const kernel = await labKernel(options.kernel, progress)
  if (topology.iommu === 'virtio' && !hasModule(kernel, 'virtio-iommu')) {
    throw new LabError(
      `Linux ${kernel.version} has no virtio-iommu driver: choose another kernel (Debian's 6.12 and 7 have it)`,
    )
  }
  const { accelerator } = await chooseAccelerator(qemu.command)
  signal?.throwIfAborted()
  const folder = mkdtempSync(join(tmpdir(), 'handover-lab-'))
  let child: ChildProcess | undefined
  let qmp: Qmp | undefined
  let guest: Guest | undefined
  const abort = () => child?.kill('SIGKILL')
  try {
    const initramfs = join(folder, 'initramfs.cpio.gz')
    writeFileSync(
      initramfs,
      await buildInitramfs(kernel, [process.execPath, join(import.meta.dirname, 'agent.js')]),
    )
    const amdDmaRemap = topology.iommu === 'amd' && (await hasProperty(qemu, 'amd-iommu', 'dma-remap'))
    const append = steadyClock(kernel.version, accelerator)
    const boot = { kernel: kernel.image, initramfs, accelerator, qemu, amdDmaRemap, append }
    const { argv, disks } = labArguments(topology, boot, folder)
    for (const disk of disks) if (disk.make) makeSparse(disk.file, disk.sizeBytes)
    progress(
      `starting a computer (${accelerator === 'kvm' ? 'KVM' : 'software emulation'}, Linux ${kernel.version})`,
    )
    const errors = openSync(join(folder, 'qemu.log'), 'w')
    // In a session of its own: Ctrl-C at the terminal is for this program, and what runs in the computer is told first.
    child = spawn(argv[0]!, argv.slice(1), { detached: true, stdio: ['ignore', 'ignore', errors] })
    closeSync(errors)
    const failed = new Promise<never>((_, reject) => {
      child!.once('error', (error) => reject(new LabError(`cannot start ${argv[0]}: ${error.message}`)))
      child!.once('exit', (status, name) =>
        reject(
          new LabError(
            `the laboratory's computer ended during its start (${name ?? `status ${status}`})`,
            tail(folder),
          ),
        ),
      )
    })
    failed.catch(() => undefined) // after the start, an end is for `ended` to tell
    signal?.addEventListener('abort', abort)
    const connectBoth = async () => {
      qmp = await Qmp.connect(join(folder, 'qmp.sock'), 15_000, () => child!.exitCode !== null)
      guest = new Guest(await connect(join(folder, 'agent.sock')))
      await guest.ready()
    }
    await Promise.race([connectBoth(), failed, timeout(bootTimeoutMs, folder)])
    return new Computer(guest!, qmp!, kernel, accelerator, qemu, folder, child)
  } catch (error) {
    guest?.close()
    qmp?.close()
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
    throw signal?.aborted ? signal.reason : error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/**
 * Linux 7 patches the code that reads its clock when it has chosen the TSC (kernel/time/timekeeping.c in 7.3,
 * clocksource_read_inlined). QEMU's emulation may run the old code on another processor for a moment: seen on a busy host were
 * an oops there, and a processor whose timers stopped. Another clock is read without that.
 */
function steadyClock(version: string, accelerator: Accelerator): string | undefined {
  return accelerator === 'tcg' && Number.parseInt(version, 10) >= 7 ? 'clocksource=acpi_pm' : undefined
}

function makeSparse(file: string, sizeBytes: number): void {
  const fd = openSync(file, 'w')
  ftruncateSync(fd, sizeBytes)
  closeSync(fd)
}

async function connect(path: string): Promise<Socket> {
  const socket = createConnection(path)
  await once(socket, 'connect')
  return socket
}

function timeout(ms: number, folder: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(
      () =>
        reject(new LabError(`the laboratory's computer did not answer within ${ms / 1000} s`, tail(folder))),
      ms,
    ).unref()
  })
}

/** What QEMU and the guest said last. */
function tail(folder: string): string {
  const read = (name: string) => {
    try {
      return readFileSync(join(folder, name), 'utf8').trim().slice(-3000)
    } catch {
      return ''
    }
  }
  return [read('qemu.log'), read('serial.log')].filter(Boolean).join('\n')
}
