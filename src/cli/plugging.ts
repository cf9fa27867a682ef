import { liveContext } from '../changes/index.js'
import { liveHost, pseudonymousHost } from '../host/index.js'
import { type PciFunction, readMachine } from '../machine/index.js'
import type { Entry } from '../plan/index.js'
import { hotpluggedXml, noteRun, type Qmp, readRun } from '../vm/index.js'
import { halfDoneText, progressText, refusalText, rolesOf } from './binding.js'
import { selectOne } from './choose.js'
import { type Invocation, isSet, type Run } from './command.js'
import { CliError } from './errors.js'
import { untilInterrupted } from './interrupt.js'
import { type Around, attach, detach, type Noted, type Plugging, takeMs } from './plug.js'
import { requireBus } from './reading.js'
import { runningMachine } from './running-machine.js'
import type { PluggingDocument } from './schemas/plugging.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import { type Line, wrap } from './text.js'

export const runAttach: Run = (terminal, asked) => plug(terminal, asked, attach, 'attach')
export const runDetach: Run = (terminal, asked) => plug(terminal, asked, detach, 'detach')

/** What both share: MACHINE and DEVICE looked up, the work done, its outcome told. */
function plug(
  terminal: Terminal,
  asked: Invocation,
  work: (around: Around, f: PciFunction) => Promise<Plugging>,
  verb: string,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    const [name, word] = asked.arguments as [string, string]
    const json = isSet(asked, 'json')
    const accept = rolesOf(asked)
    const running = runningMachine(name)
    const host = json ? pseudonymousHost(liveHost()) : liveHost()
    const machine = readMachine(host)
    requireBus(machine.bus)
    const f = selectOne(machine, word)
    if (running.through === 'libvirt') throw byVirsh(running.name, f.address, verb)
    const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
    const options = {
      asked: `handover vm ${verb} ${name} ${word}`,
      signal,
      onHalfDone: ({ head }: Entry) => terminal.say([halfDoneText(head)]),
    }
    const noted = () => readRun(running.name)!
    const note = (now: Noted) => noteRun(running.name, now)
    let qmp: Qmp | undefined
    try {
      qmp = await running.join()
      const done = await work(
        { running, noted, note, host, machine, qmp, context, signal, accept, options },
        f,
      )
      const document: PluggingDocument = { schema: 'handover.plugging/1', ...done }
      if (json) terminal.printJson(document)
      else if (document.state === 'refused')
        terminal.say(refusalText(document.binding!.refusals, terminal.columns))
      else terminal.print(pluggingText(document, terminal.columns))
      return document.state === 'refused' ? status.refused : status.ok
    } finally {
      qmp?.close()
      context.writer.close()
    }
  })
}

/** What came into a domain of libvirt its hook does not know, and so would not give back. */
function byVirsh(name: string, address: string, verb: string): CliError {
  const plug = `echo "${hotpluggedXml(address).replaceAll('"', "'")}" | sudo virsh -c qemu:///system ${verb}-device ${name} /dev/stdin --live`
  return new CliError(
    status.failed,
    `${name} runs through libvirt, and its devices come and go by libvirt's own command`,
    verb === 'attach' ? [`sudo handover bind ${address}`, plug] : [plug, `sudo handover unbind ${address}`],
  )
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
        `${names}: attached to ${machine}, behind its port ${port}.`,
        ...(taken
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
