import {
  backportsQemu,
  defaultTopologyFile,
  type Guest,
  installedQemu,
  joinSession,
  type Qemu,
  readTopology,
  startComputer,
} from '../lab/index.js'
import { type Invocation, isSet, textOf } from './command.js'
import { untilInterrupted } from './interrupt.js'
import { startProgress } from './progress.js'

/**
 * Runs `work` in the laboratory that runs already, or, where none does or a computer of its own is asked for, in one that is
 * started for it and stopped after it.
 */
export function withLab(
  asked: Invocation,
  work: (guest: Guest, signal: AbortSignal) => Promise<number>,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    const wantsOwn =
      ['topology', 'kernel', 'qemu'].some((option) => textOf(asked, option) !== undefined) ||
      isSet(asked, 'newer-qemu')
    const running = wantsOwn ? undefined : await joinSession()
    if (running) {
      try {
        return await work(running, signal)
      } finally {
        running.close()
      }
    }
    const computer = await startLab(asked, signal)
    try {
      return await work(computer.guest, signal)
    } finally {
      await computer.stop()
    }
  })
}

/** Starts the computer that the options ask for, with progress. */
export async function startLab(asked: Invocation, signal: AbortSignal) {
  const topology = readTopology(textOf(asked, 'topology') ?? defaultTopologyFile)
  const progress = startProgress()
  try {
    const qemu = await chooseQemu(asked, progress.step)
    const computer = await startComputer(topology, {
      qemu,
      kernel: textOf(asked, 'kernel'),
      progress: progress.step,
      signal,
    })
    progress.end()
    return computer
  } catch (error) {
    progress.end(true)
    throw error
  }
}

function chooseQemu(asked: Invocation, progress: (step: string) => void): Promise<Qemu> {
  return isSet(asked, 'newer-qemu') ? backportsQemu(progress) : installedQemu(textOf(asked, 'qemu'))
}
