import { type Invocation, isSet, type Run } from '../command.js'
import { driverText, machineDocument } from '../documents/machines.js'
import { untilInterrupted } from '../interrupt.js'
import { runningMachine } from '../running-machine.js'
import type { MachineDocument } from '../schemas/machines.js'
import { status } from '../status.js'
import { table } from '../table.js'
import type { Terminal } from '../terminal.js'
import type { Line } from '../text.js'
import { showActivity } from '../vm-activity.js'

export const run: Run = async (terminal, asked) => {
  if (isSet(asked, 'watch')) return watchActivity(terminal, asked)
  const document = await machineDocument(asked.arguments[0]!)
  if (isSet(asked, 'json')) terminal.printJson(document)
  else terminal.print(machineText(document, terminal.columns))
  return document.state === 'ended badly' || document.state === 'unwatched' ? status.pending : status.ok
}

/** Anew every second where a person looks, else once. */
function watchActivity(terminal: Terminal, asked: Invocation): Promise<number> {
  const json = isSet(asked, 'json')
  const running = runningMachine(asked.arguments[0]!)
  return untilInterrupted((signal) =>
    showActivity(terminal, running, { json, again: !json && process.stdout.isTTY === true, signal }),
  )
}

const states: Readonly<Record<MachineDocument['state'], string>> = {
  'never started': 'was not started since the computer was',
  starting: 'is being started',
  runs: 'runs',
  unwatched: 'runs, and who watched it was killed: vm stop ends it and gives its devices back',
  stopped: 'does not run',
  'ended badly': 'ended badly',
  unknown: 'was started by root, and only root may look',
}

export function machineText(document: MachineDocument, columns: number): readonly Line[] {
  const { name, state, failure, says, devices, problems, journals } = document
  const isBad = state === 'ended badly' || state === 'unwatched'
  const rows: (readonly [string, string | null])[] = [
    ['description', document.file],
    ['started', document.startedAt && when(document.startedAt)],
    ['ended', document.endedAt && when(document.endedAt)],
    ['why', failure],
    ['kept', document.qemu === null ? null : document.kept],
    [
      'QEMU',
      document.qemu === null ? null : `process ${document.qemu}, ${accelerators[document.accelerator!]}`,
    ],
    ['says', says && ('unknown' in says ? `not known: ${says.unknown}` : says.status)],
    [
      'guest agent',
      says && 'agent' in says && says.agent !== null ? (says.agent ? 'listens' : 'not there') : null,
    ],
    ['run folder', document.through === 'qemu' ? document.folder : null],
    ['changes', isBad && journals.length > 0 ? `handover history: ${journals.join(', ')}` : null],
  ]
  return [
    [{ text: name, style: 'bold' }, ' ', { text: states[state], style: isBad ? 'yellow' : undefined }],
    ...rows.flatMap(([title, text]) => (text === null ? [] : [`  ${title.padEnd(12)}  ${text}`])),
    ...(devices.length === 0
      ? []
      : [
          '',
          ...table(
            [{ title: 'DEVICE' }, { title: 'DRIVER', least: 12 }],
            devices.map(({ address, driver }) => ({ cells: [address, driverText(driver)] })),
            columns,
          ),
        ]),
    ...(problems.length === 0
      ? []
      : ['', 'Its description has mistakes:', ...problems.map((line) => `  ${line}`)]),
  ]
}

const accelerators = { kvm: 'by KVM', tcg: 'in software emulation' } as const

/** `2026-11-26 00:10:02 UTC` */
function when(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`
}
