import { liveContext } from '../changes/index.js'
import { liveHost } from '../host/index.js'
import { isVfioDriver, knownValue, type RoleName, readMachine, shellWord } from '../machine/index.js'
import { carryOut, makePlan } from '../plan/index.js'
import {
  defineDomain,
  descriptionFile,
  findRun,
  forgetRun,
  requireOwnDomain,
  startDomain,
} from '../vm/index.js'
import { halfDoneText, progressText } from './change-text.js'
import { viewerText } from './display-text.js'
import { CliError } from './errors.js'
import type { Prepared } from './prepare.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** Has libvirt know a machine and its hook bind the devices, and starts it. What libvirt knows of it stays. */
export async function startThroughLibvirt(
  terminal: Terminal,
  word: string,
  prepared: Prepared,
  accept: readonly RoleName[],
): Promise<number> {
  const { description, addresses } = prepared
  const { name } = description
  const file = descriptionFile(prepared.word)
  requireOwnDomain(name, file)
  const { because } = await defineDomain(description, file, addresses)
  await setHook(terminal, prepared, accept)
  startDomain(description)
  forgetRun(name)
  const run = findRun(name)
  terminal.say([
    ...(because === undefined ? [] : [`In software emulation: ${because}`]),
    `${name} runs (QEMU, process ${run?.qemu?.pid ?? 'unknown'}), ${run?.kept}.`,
    ...viewerText(description),
    `Its console: handover vm console ${shellWord(word)}`,
    `To shut it down: handover vm stop ${shellWord(word)}`,
  ])
  return status.ok
}

/** Devices that are with vfio-pci already are left there, as they are when the machine has ended. */
async function setHook(
  terminal: Terminal,
  { word, description: { name }, addresses, plan: { members } }: Prepared,
  accept: readonly RoleName[],
): Promise<void> {
  const isThere = (address: string) =>
    members.some((member) => member.address === address && member.fate === 'stays')
  const devices = addresses.filter((address) => !isThere(address)).sort()
  if (devices.length === 0) return
  const host = liveHost()
  const intent = { devices, boot: false, byId: false, accept, host: { libvirt: name } }
  const plan = makePlan(host, readMachine(host), intent)
  const [unread] = plan.unreadable
  if (unread) throw new CliError(status.failed, `${unread.path} cannot be read: ${unread.why}`)
  const context = liveContext({ report: (event) => terminal.say(progressText(event)) })
  try {
    const { id } = await carryOut(plan, context, {
      asked: `handover vm start ${shellWord(word)}`,
      onHalfDone: ({ head }) => terminal.say([halfDoneText(head)]),
    })
    if (id !== null)
      terminal.say([
        `Its devices go whenever libvirt starts it, and come back. To take that hook away: handover undo ${id}`,
      ])
  } finally {
    context.writer.close()
  }
}

/** Throws where libvirt's hook has not given back what a machine had that has ended. */
export function requireBack(name: string, addresses: readonly string[]): void {
  const left = readMachine(liveHost()).functions.filter(
    ({ address, driver }) => addresses.includes(address) && isVfioDriver(knownValue(driver) ?? null),
  )
  if (left.length === 0) return
  const words = left.map(({ address }) => address)
  throw new CliError(
    status.failed,
    `${name} has ended, and ${words.join(', ')} ${left.length === 1 ? 'is' : 'are'} still with vfio-pci`,
    [
      `what was there before the machine was started stays; else give it back: handover unbind ${words.join(' ')}`,
      'what libvirt and its hook said: journalctl -u libvirtd -u virtqemud',
    ],
  )
}
