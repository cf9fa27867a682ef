import { PassThrough, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { liveContext } from '../changes/index.js'
import { shellWord } from '../machine/index.js'
import { carryOut } from '../plan/index.js'
import {
  type Description,
  descriptionFile,
  filesOf,
  OwnRun,
  processOf,
  realPath,
  relayConsole,
  relayQmp,
  socketsOf,
  VirtualMachine,
} from '../vm/index.js'
import { halfDoneText, progressText } from './change-text.js'
import { displayText } from './display-text.js'
import { requireFreeNow } from './free-now.js'
import { giveBack } from './give-back.js'
import type { Prepared } from './prepare.js'
import { report } from './report.js'
import { status } from './status.js'
import { raised, StopRequests } from './stop-requests.js'
import type { Terminal } from './terminal.js'

/** How long a machine is given to shut down after its power button was pressed. */
export const shutdownMs = 60_000

interface Watching {
  /** See {@link RunRecord.kept}. */
  readonly kept: string
  /** The serial console is this program's own. */
  readonly foreground: boolean
}

/** Binds the devices of a machine, runs it, and gives them back however it ends. Says what goes wrong, and gives the status. */
export async function watchMachine(
  terminal: Terminal,
  prepared: Prepared,
  { kept, foreground }: Watching,
): Promise<number> {
  const { word, description } = prepared
  const { name, memoryBytes, cpus } = description
  const own = OwnRun.claim({
    ...{ name, file: descriptionFile(word), memoryBytes, cpus: cpus.count },
    ...{ arguments: description.arguments, kept },
  })
  const end = (code: number, failure: string | null) => {
    own.end({ at: new Date().toISOString(), status: code, failure })
    return code
  }
  const stop = new StopRequests()
  try {
    await runMachine(terminal, prepared, foreground, own, stop)
    return end(status.ok, null)
  } catch (error) {
    if (stop.first.aborted && error === stop.first.reason) return end(status.interrupted, null)
    return end(report(error, terminal), (error as Error).message.split('\n')[0]!)
  } finally {
    stop.close()
  }
}

async function runMachine(
  terminal: Terminal,
  { word, description, addresses, plan }: Prepared,
  foreground: boolean,
  own: OwnRun,
  stop: StopRequests,
): Promise<void> {
  const disks = description.disks.map(({ file, readonly }) => ({ file: realPath(file), readonly }))
  own.note({ addresses, disks })
  // Of two that are started at a time, one at least sees the other now.
  requireFreeNow(terminal, description, addresses)
  const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
  try {
    const { id } = await carryOut(plan, context, {
      asked: `handover vm start ${shellWord(word)}`,
      signal: stop.first,
      onHalfDone: ({ head }) => terminal.say([halfDoneText(head)]),
    })
    own.note({ journals: id === null ? [] : [id] })
    try {
      await runQemu(terminal, description, addresses, foreground, own, stop)
    } finally {
      await giveBack(own.record.journals, context)
    }
  } finally {
    context.writer.close()
  }
}

async function runQemu(
  terminal: Terminal,
  description: Description,
  addresses: readonly string[],
  foreground: boolean,
  own: OwnRun,
  stop: StopRequests,
): Promise<void> {
  const { folder } = own
  const typed = new PassThrough()
  const console = await relayConsole(typed, socketsOf(folder).console, filesOf(folder).console)
  const relays: { close(): void }[] = [console]
  try {
    const vm = await VirtualMachine.start(description, {
      addresses,
      folder,
      console: new Writable({
        write(chunk: Buffer, _, done) {
          console.write(chunk)
          if (foreground) process.stdout.write(chunk)
          done()
        },
      }),
      onMessage: (line) => terminal.say([line]),
      signal: stop.first,
    })
    relays.push(await relayQmp(vm.qmp, socketsOf(folder).watch))
    typed.pipe(vm.input)
    const { accelerator, because } = vm.acceleration
    if (accelerator === 'tcg') terminal.say([`In software emulation: ${because}`])
    own.note({ qemu: processOf(vm.pid), accelerator })
    if (foreground) {
      terminal.say([
        `${description.name} runs (QEMU, process ${vm.pid}). Ctrl-C shuts it down.`,
        ...displayText(description, folder),
      ])
      process.stdin.pipe(typed, { end: false })
    }
    await Promise.race([vm.ended, stopWhenAsked(vm, stop, terminal)])
    await vm.ended
    terminal.say([`${description.name} has ended.`])
  } finally {
    for (const relay of relays) relay.close()
    if (foreground) process.stdin.destroy() // an open one would keep this program from ending
  }
}

/** On the first request the power button; on the second, or when the machine takes too long, the end. Never resolves by itself. */
async function stopWhenAsked(vm: VirtualMachine, stop: StopRequests, terminal: Terminal): Promise<void> {
  await raised(stop.first)
  if (!(await vm.powerDown())) {
    terminal.say([deafText])
    return vm.quit()
  }
  terminal.say([`Shutting down, for up to ${shutdownMs / 1000} s. Ctrl-C again stops it at once.`])
  const waited = new AbortController()
  await Promise.race([raised(stop.second), vm.ended, sleep(shutdownMs, undefined, { signal: waited.signal })])
  waited.abort()
  await vm.quit()
}

export const deafText = 'No system in the machine listens to its power button: switching it off.'
