import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { consoleLog, failureOf, runFolder, shownBytes, socketsOf, stateOf } from '../../vm/index.js'
import type { Run } from '../command.js'
import { CliError } from '../errors.js'
import { runOf } from '../named-run.js'
import { status } from '../status.js'

/** Ctrl-] */
const leave = 0x1d

/** `handover vm console MACHINE`: this terminal becomes the machine's serial one until Ctrl-], or the end of the input or machine. */
export const run: Run = async (terminal, asked) => {
  const [word] = asked.arguments as [string]
  const record = runOf(word)
  const state = record && stateOf(record)
  if (record === undefined || state !== 'runs') {
    const why = record && failureOf(record)
    throw new CliError(
      status.failed,
      `${record?.name ?? word} ${words[state ?? 'stopped']}`,
      why ? [why] : [],
    )
  }
  if (record.through === 'libvirt') return joinLibvirts(record.name)
  const socket = createConnection(socketsOf(runFolder(record.name)).console)
  await once(socket, 'connect').catch((error: NodeJS.ErrnoException) => {
    throw new CliError(status.failed, `the console of ${record.name} cannot be joined: ${error.code}`)
  })
  const { stdin, stdout } = process
  const isTerminal = stdin.isTTY
  if (isTerminal) {
    terminal.say([`The serial console of ${record.name}. Ctrl-] leaves it; Enter may bring a prompt.`])
    stdin.setRawMode(true)
  }
  const onInput = (chunk: Buffer) => {
    const end = isTerminal ? chunk.indexOf(leave) : -1
    if (end !== 0) socket.write(end < 0 ? chunk : chunk.subarray(0, end))
    if (end >= 0) socket.end()
  }
  socket.on('error', () => undefined) // `close` follows
  socket.on('data', (chunk) => stdout.write(chunk))
  stdin.on('data', onInput).on('end', () => socket.end())
  try {
    await once(socket, 'close')
  } finally {
    if (isTerminal) stdin.setRawMode(false)
    stdin.destroy()
  }
  return status.ok
}

/** virsh knows the way, but wants a terminal, and shows what comes from then on. Ctrl-] leaves it too. */
function joinLibvirts(name: string): number {
  const file = consoleLog(name)
  const isTerminal = process.stdin.isTTY === true
  try {
    process.stdout.write(readFileSync(file).subarray(isTerminal ? -shownBytes : 0))
  } catch (error) {
    if (!isTerminal)
      throw new CliError(status.failed, `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  if (!isTerminal) return status.ok
  const { error, status: code } = spawnSync('virsh', ['-c', 'qemu:///system', 'console', name], {
    stdio: 'inherit',
  })
  if (error) throw new CliError(status.failed, `cannot run virsh: ${error.message}`)
  return code === 0 ? status.ok : status.failed
}

const words = {
  starting: 'is being started: its console is there when it runs',
  unwatched: 'runs, but who watched it was killed, and with them its console went',
  stopped: 'does not run',
  'ended badly': 'does not run: it ended badly',
  runs: '',
} as const
