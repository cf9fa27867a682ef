import { setTimeout as sleep } from 'node:timers/promises'
import { shellWord } from '../../machine/index.js'
import {
  destroyDomain,
  failureOf,
  findRun,
  isAlive,
  isRunning,
  joinQmp,
  pressPowerButton,
  QmpClosedError,
  type RunRecord,
  readRun,
  shutDownDomain,
  stateOf,
  switchOff,
} from '../../vm/index.js'
import { isSet, type Run } from '../command.js'
import { CliError } from '../errors.js'
import { tidy } from '../give-back.js'
import { untilInterrupted } from '../interrupt.js'
import { runOf } from '../named-run.js'
import { status } from '../status.js'
import type { Terminal } from '../terminal.js'
import { deafText, shutdownMs } from '../watch-machine.js'

/** QEMU that was told to end is given this long before it is killed. */
const quitMs = 10_000
/** Who watches is given this long to give devices back. */
const backMs = 90_000

/** `handover vm stop MACHINE`: returns when it has ended and its devices are back. Ctrl-C stops the waiting only. */
export const run: Run = (terminal, asked) =>
  untilInterrupted(async (signal) => {
    const [word] = asked.arguments as [string]
    const record = runOf(word)
    if (record === undefined || record.ended) {
      terminal.say([`${record?.name ?? word} does not run.`])
      return status.ok
    }
    const wasRunning = isRunning(record)
    if (wasRunning) await end(terminal, word, record, isSet(asked, 'force'), signal)
    if (record.through === 'libvirt') {
      const { requireBack } = await import('../through-libvirt.js')
      requireBack(record.name, record.addresses)
      terminal.say([`${record.name} has ended.`])
      return status.ok
    }
    const last = readRun(record.name)
    if (last === undefined) return status.ok // it was started and forgotten meanwhile
    // Where nobody watched it, what they had to do is done here.
    await tidy(terminal, last, wasRunning ? null : failureOf(last))
    const failure = last.ended?.failure ?? null
    if (failure !== null && !isSet(asked, 'force'))
      throw new CliError(status.failed, `${last.name}: ${failure}`)
    terminal.say([`${last.name} has ended.`])
    return status.ok
  })

async function end(
  terminal: Terminal,
  word: string,
  record: RunRecord,
  force: boolean,
  signal: AbortSignal,
): Promise<void> {
  const { name, qemu, through } = record
  if (through !== 'libvirt' && stateOf(record) === 'starting') process.kill(record.watcher!.pid, 'SIGTERM')
  else if (force || !(await pressed(record))) {
    if (!force) terminal.say([deafText])
    await told(record)
    if (!(await untilGone(record, quitMs, signal)) && isAlive(qemu) && through !== 'libvirt')
      process.kill(qemu!.pid, 'SIGKILL')
  } else {
    terminal.say([`Shutting down ${name}, for up to ${shutdownMs / 1000} s. Ctrl-C only ends the waiting.`])
    if (!(await untilGone(record, shutdownMs, signal)))
      throw new CliError(status.failed, `${name} has not shut down in ${shutdownMs / 1000} s`, [
        `look at it: handover vm console ${shellWord(word)}`,
        `switch it off: handover vm stop ${shellWord(word)} --force`,
      ])
  }
  const deadline = Date.now() + backMs
  // libvirt answers when its hook has given the devices back.
  const read = () => (through === 'libvirt' ? findRun(name) : readRun(name))
  for (let now = read(); now && isRunning(now); now = read()) {
    if (Date.now() > deadline)
      throw new CliError(
        status.failed,
        `${name} has ended, and its devices are not back in ${backMs / 1000} s`,
        [`see what is waited for: handover vm status ${shellWord(word)}`],
      )
    await sleep(50, undefined, { signal })
  }
}

async function pressed(record: RunRecord): Promise<boolean> {
  if (record.through === 'libvirt') {
    shutDownDomain(record.name)
    return true
  }
  const qmp = await joinQmp(record)
  try {
    return await pressPowerButton(qmp, record)
  } finally {
    qmp.close()
  }
}

/** A QEMU that does not answer is killed by who calls. */
async function told(record: RunRecord): Promise<void> {
  if (record.through === 'libvirt') return destroyDomain(record.name)
  try {
    const qmp = await joinQmp(record)
    try {
      await Promise.race([switchOff(qmp), sleep(quitMs, undefined, { ref: false })])
    } finally {
      qmp.close()
    }
  } catch (error) {
    if (!(error instanceof QmpClosedError)) throw error
  }
}

async function untilGone({ qemu }: RunRecord, limitMs: number, signal: AbortSignal): Promise<boolean> {
  for (const deadline = Date.now() + limitMs; isAlive(qemu); ) {
    if (Date.now() > deadline) return false
    await sleep(50, undefined, { signal })
  }
  return true
}
