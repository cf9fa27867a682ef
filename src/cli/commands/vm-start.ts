import { setTimeout as sleep } from 'node:timers/promises'
import { liveContext, planBinding } from '../../changes/index.js'
import { liveHost } from '../../host/index.js'
import { readMachine } from '../../machine/index.js'
import { BusyError, carryOut, readJournal, type Tools, undoEntry } from '../../plan/index.js'
import {
  readDescription,
  requireFiles,
  requireFirmware,
  requirePrograms,
  VirtualMachine,
} from '../../vm/index.js'
import { halfDoneText, progressText, refusalText, rolesOf } from '../binding.js'
import { selectOne } from '../choose.js'
import { isSet, type Run } from '../command.js'
import { displayText } from '../display-text.js'
import { bindingDocument } from '../documents/binding.js'
import { usageError } from '../errors.js'
import { requireBus } from '../reading.js'
import { status } from '../status.js'
import type { Terminal } from '../terminal.js'

/** How long a machine is given to shut down after its power button was pressed. */
const shutdownMs = 60_000
/** How long another handover is waited for, before devices are given back. */
const busySeconds = 60

/**
 * `handover vm start FILE --foreground`: binds the devices, runs the machine, gives the devices back however it ends.
 * The machine's serial console is this program's standard input and output.
 */
export const run: Run = async (terminal, asked) => {
  if (!isSet(asked, 'foreground')) {
    throw usageError('a machine runs in the foreground so far: add --foreground', 'Ctrl-C then stops it')
  }
  const description = readDescription(asked.arguments[0]!)
  requireFiles(description)
  requirePrograms(description)
  requireFirmware(description)
  const host = liveHost()
  const machine = readMachine(host)
  if (description.devices.length > 0) requireBus(machine.bus)
  const addresses = description.devices.map((device) => selectOne(machine, device.host).address)
  const plan = planBinding(host, machine, addresses, { accept: rolesOf(asked) })
  if (plan.refusals.length > 0) {
    terminal.say(refusalText(bindingDocument(plan, null).refusals, terminal.columns))
    return status.refused
  }

  const stop = new StopRequests()
  const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
  try {
    const { id } = await carryOut(plan, context, {
      asked: `handover vm start ${asked.arguments[0]}`,
      signal: stop.first,
      onHalfDone: ({ head }) => terminal.say([halfDoneText(head)]),
    })
    try {
      const vm = await VirtualMachine.start(description, {
        addresses,
        console: process.stdout,
        onMessage: (line) => terminal.say([line]),
        signal: stop.first,
      })
      const { accelerator, because } = vm.acceleration
      if (accelerator === 'tcg') terminal.say([`In software emulation: ${because}`])
      terminal.say([
        `${description.name} runs (QEMU, process ${vm.pid}). Ctrl-C shuts it down.`,
        ...displayText(description, vm.folder),
      ])
      process.stdin.pipe(vm.input)
      await Promise.race([vm.ended, stopWhenAsked(vm, stop, terminal)])
      await vm.ended
      terminal.say([`${description.name} has ended.`])
    } finally {
      if (id !== null) await giveBack(id, context)
    }
    return status.ok
  } catch (error) {
    if (stop.first.aborted && error === stop.first.reason) return status.interrupted
    throw error
  } finally {
    stop.close()
    context.writer.close()
    process.stdin.destroy() // an open one would keep this program from ending
  }
}

/** Undoes what was done under `id`, unless somebody has meanwhile; waits for another handover that is at work. */
async function giveBack(id: number, context: Tools): Promise<void> {
  for (let seconds = 0; ; seconds++) {
    const entry = readJournal('/').find(({ head, state }) => head.id === id && state !== 'undone')
    if (entry === undefined) return
    try {
      await undoEntry(entry, context, {})
      return
    } catch (error) {
      if (!(error instanceof BusyError) || seconds >= busySeconds) throw error
      await sleep(1000)
    }
  }
}

/** On the first request the power button; on the second, or when the machine takes too long, the end. Never resolves by itself. */
async function stopWhenAsked(vm: VirtualMachine, stop: StopRequests, terminal: Terminal): Promise<void> {
  await raised(stop.first)
  if (!(await vm.powerDown())) {
    terminal.say(['No system in the machine listens to its power button: switching it off.'])
    return vm.quit()
  }
  terminal.say([`Shutting down, for up to ${shutdownMs / 1000} s. Ctrl-C again stops it at once.`])
  const waited = new AbortController()
  await Promise.race([raised(stop.second), vm.ended, sleep(shutdownMs, undefined, { signal: waited.signal })])
  waited.abort()
  await vm.quit()
}

function raised(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

/** Ctrl-C, SIGTERM and a closed terminal: the first and the second of them. */
class StopRequests {
  readonly #controllers = [new AbortController(), new AbortController()] as const
  readonly #names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  readonly #received = () => this.#controllers.find(({ signal }) => !signal.aborted)?.abort()

  constructor() {
    for (const name of this.#names) process.on(name, this.#received)
  }

  get first(): AbortSignal {
    return this.#controllers[0].signal
  }

  get second(): AbortSignal {
    return this.#controllers[1].signal
  }

  close(): void {
    for (const name of this.#names) process.off(name, this.#received)
  }
}
