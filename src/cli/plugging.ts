import { liveContext } from '../changes/index.js'
import { liveHost, pseudonymousHost } from '../host/index.js'
import { readMachine } from '../machine/index.js'
import type { Entry } from '../plan/index.js'
import { noteRun, type Qmp, readRun } from '../vm/index.js'
import { rolesOf } from './accepted.js'
import { refusalText } from './binding.js'
import { halfDoneText, progressText } from './change-text.js'
import { selectOne } from './choose.js'
import { type Invocation, isSet, type Run } from './command.js'
import { untilInterrupted } from './interrupt.js'
import { type Around, attach, detach, type Noted, type Plugging, takeMs } from './plug.js'
import { attachToDomain, detachFromDomain } from './plug-domain.js'
import { requireBus } from './reading.js'
import { type RunningMachine, runningMachine } from './running-machine.js'
import type { PluggingDocument } from './schemas/plugging.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import { type Line, wrap } from './text.js'

export const runAttach: Run = (terminal, asked) => plug(terminal, asked, attach, attachToDomain, 'attach')
export const runDetach: Run = (terminal, asked) => plug(terminal, asked, detach, detachFromDomain, 'detach')

/** What both share: MACHINE and DEVICE looked up, the work done, its outcome told. */
function plug(
  terminal: Terminal,
  asked: Invocation,
  work: typeof attach,
  workOnDomain: typeof attachToDomain,
  verb: string,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    const [name, word] = asked.arguments as [string, string]
    const json = isSet(asked, 'json')
    const running = runningMachine(name)
    const host = json ? pseudonymousHost(liveHost()) : liveHost()
    const machine = readMachine(host)
    requireBus(machine.bus)
    const f = selectOne(machine, word)
    const around = { running, host, machine, signal, accept: rolesOf(asked) }
    const done =
      running.through === 'libvirt'
        ? await workOnDomain(around, f)
        : await withQmp(terminal, around, `handover vm ${verb} ${name} ${word}`, (all) => work(all, f))
    const document: PluggingDocument = { schema: 'handover.plugging/1', ...done }
    if (json) terminal.printJson(document)
    else if (document.state === 'refused')
      terminal.say(refusalText(document.binding!.refusals, terminal.columns))
    else terminal.print(pluggingText(document, terminal.columns))
    return document.state === 'refused' ? status.refused : status.ok
  })
}

/** Of a machine that this program runs: by QMP, the journal, and what is noted of the run. */
async function withQmp(
  terminal: Terminal,
  around: Pick<Around, 'host' | 'machine' | 'signal' | 'accept'> & { readonly running: RunningMachine },
  asked: string,
  work: (around: Around) => Promise<Plugging>,
): Promise<Plugging> {
  const { running, signal } = around
  const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
  const onHalfDone = ({ head }: Entry) => terminal.say([halfDoneText(head)])
  const noted = () => readRun(running.name)!
  const note = (now: Noted) => noteRun(running.name, now)
  let qmp: Qmp | undefined
  try {
    qmp = await running.join()
    return await work({ ...around, noted, note, qmp, context, options: { asked, signal, onHalfDone } })
  } finally {
    qmp?.close()
    context.writer.close()
  }
}

export function pluggingText(
  { machine, functions, state, port, taken, left, keptBy }: PluggingDocument,
  columns: number,
): readonly Line[] {
  const names = functions.join(', ')
  switch (state) {
    case 'attached-already':
      return [`${machine} has ${names} already.`]
    case 'attached':
      return [
        `${names}: attached to ${machine}${port === null ? '' : `, behind its port ${port}`}.`,
        ...(taken !== false
          ? []
          : wrap(
              `No driver in the machine has switched it on in ${takeMs / 1000} s: its system has no driver for it, or does not look for new devices.`,
              columns,
            )),
      ]
    case 'detached':
      return wrap(
        `${names}: detached from ${machine}; ${
          left === 'host'
            ? 'back with the host.'
            : keptBy.length > 0
              ? `still with vfio-pci, as the machine keeps ${keptBy.join(', ')} of the same IOMMU group.`
              : 'still with vfio-pci, as before.'
        }`,
        columns,
      )
    case 'refused':
      return []
  }
}
