import { type BindingPlan, type Change, liveContext, planBinding, planReturn } from '../changes/index.js'
import { type Host, liveHost, pseudonymousHost } from '../host/index.js'
import { type Machine, readMachine } from '../machine/index.js'
import { carryOut, carryOutReturn } from '../plan/index.js'
import { rolesOf } from './accepted.js'
import { halfDoneText, progressText } from './change-text.js'
import { selectEach } from './choose.js'
import { type Invocation, isSet } from './command.js'
import { bindingDocument } from './documents/binding.js'
import { whyUnknown } from './explain.js'
import { untilInterrupted } from './interrupt.js'
import { requireBus } from './reading.js'
import type { BindingDocument } from './schemas/binding.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'
import { type Line, wrap } from './text.js'

/** What `bind` and `unbind` share: plan, refuse or show, and make the changes unless only asked what they would be. */
function handOver(
  terminal: Terminal,
  asked: Invocation,
  name: 'bind' | 'unbind',
  plan: (host: Host, machine: Machine, addresses: readonly string[]) => BindingPlan,
  make: typeof carryOut,
): Promise<number> {
  return untilInterrupted(async (signal) => {
    const json = isSet(asked, 'json')
    const host = json ? pseudonymousHost(liveHost()) : liveHost()
    const machine = readMachine(host)
    requireBus(machine.bus)
    const addresses = selectEach(machine, asked.arguments).map(({ address }) => address)
    const planned = plan(host, machine, addresses)
    const print = (made: readonly Change[] | null) => {
      const document = bindingDocument(planned, made)
      if (json) terminal.printJson(document)
      else terminal.print(bindingText(document))
    }
    if (planned.refusals.length > 0) {
      const document = bindingDocument(planned, null)
      if (json) terminal.printJson(document)
      else terminal.say(refusalText(document.refusals, terminal.columns))
      return status.refused
    }
    if (isSet(asked, 'dry-run')) {
      print(null)
      return planned.changes.length > 0 ? status.pending : status.ok
    }
    const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
    try {
      const words = ['handover', name, ...asked.arguments].join(' ')
      const { id, made } = await make(planned, context, {
        asked: words,
        signal,
        onHalfDone: ({ head }) => terminal.say([halfDoneText(head)]),
      })
      print(made)
      if (id !== null) terminal.say([`To take it back: sudo handover undo ${id}`])
    } finally {
      context.writer.close()
    }
    return status.ok
  })
}

export function bind(terminal: Terminal, asked: Invocation): Promise<number> {
  const accept = rolesOf(asked)
  return handOver(
    terminal,
    asked,
    'bind',
    (host, machine, addresses) => planBinding(host, machine, addresses, { accept }),
    carryOut,
  )
}

export function unbind(terminal: Terminal, asked: Invocation): Promise<number> {
  return handOver(
    terminal,
    asked,
    'unbind',
    (_, machine, addresses) => planReturn(machine, addresses),
    carryOutReturn,
  )
}

const stays = {
  bridge: 'a bridge: stays with the host',
  'handed-over': 'handed over already',
  viable: 'does no harm there: stays',
  'with-host': 'with the host already',
} as const

/** What was done, or would be. */
export function bindingText({ members, changes, accepted, notes, made }: BindingDocument): readonly Line[] {
  const verb = made === null ? 'would go' : 'went'
  const fates = {
    'to-vfio-pci': `${verb} to vfio-pci`,
    'without-driver': `${made === null ? 'would be' : 'is'} without a driver`,
    'to-host': `${verb} back to the host`,
  } as const
  return [
    ...members.map(
      ({ address, driver, fate, because, asked }): Line => [
        { text: address, style: asked ? 'bold' : undefined },
        `  ${driver ?? 'no driver'}: `,
        fate === 'stays' ? stays[because ?? 'viable'] : fates[fate],
      ],
    ),
    ...accepted.map(({ functions, reason }) => `Accepted for ${functions.join(', ')}: ${reason}`),
    ...notes.map(({ kind, address }) => noteText(kind, address)),
    ...(made === null && changes.length > 0
      ? [
          '',
          [{ text: 'That is', style: 'bold' as const }],
          ...changes.flatMap(({ actions }) => actions.map(actionText)),
        ]
      : []),
    ...(changes.length === 0 ? ['Nothing need be done.'] : []),
  ]
}

export function noteText(kind: BindingDocument['notes'][number]['kind'], address: string): string {
  return kind === 'boot-frame-buffer-goes'
    ? `vfio-pci takes the firmware's frame buffer off ${address}: its picture is back only after a restart.`
    : `The kernel's VGA text console cannot be taken off ${address}: what it prints appears there.`
}

/** As a person would type it. */
function actionText(action: BindingDocument['changes'][number]['actions'][number]): string {
  if ('run' in action) return `  ${action.run.join(' ')}`
  if ('edit' in action) return `  edit ${action.edit}`
  return `  echo ${action.write.trim() || "''"} > ${action.path}`
}

export function refusalText(refusals: BindingDocument['refusals'], columns: number): readonly Line[] {
  const width = Math.min(columns, 110)
  const below = (text: string) => wrap(text, width - 4).map((line, i) => `${i === 0 ? '  ' : '    '}${line}`)
  return refusals.flatMap(({ functions, reason, evidence, unknown, lift }): Line[] => {
    const [first = '', ...rest] = wrap(`Refused for ${functions.join(', ')}: ${reason}`, width)
    return [
      [{ text: 'Refused', style: 'red' }, first.slice('Refused'.length)],
      ...rest.map((line) => `  ${line}`),
      ...evidence.flatMap(({ path, value }) => below(`${path} = ${value}`)),
      ...unknown.flatMap((one) => below(`not known: ${whyUnknown(one)}`)),
      ...below(
        `To go on: ${[lift.first, lift.accept && `--accept ${lift.accept}`].filter(Boolean).join(', or insist with ')}`,
      ),
    ]
  })
}
