import { type Host, liveHost, openHost, pseudonymousHost } from '../host/index.js'
import { type Fact, type Machine, readMachine } from '../machine/index.js'
import { type Invocation, isSet, textOf } from './command.js'
import { CliError } from './errors.js'
import { whyUnknown } from './explain.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** The computer that is asked about: this one, or what `--host` names. */
export async function openHostAsIs(asked: Invocation): Promise<Host> {
  const name = textOf(asked, 'host')
  return name === undefined ? liveHost() : openHost(name)
}

/** The same for what is printed: in JSON, which goes on to others, pseudonyms stand for what identifies somebody. */
export async function readAskedMachine(asked: Invocation): Promise<Machine> {
  const host = await openHostAsIs(asked)
  return readMachine(isSet(asked, 'json') && !isSet(asked, 'private') ? pseudonymousHost(host) : host)
}

/** Says so where no functions are listed. A computer without PCI is an answer; not to have been able to look is a failure. */
export function checkBus(bus: Fact<'present' | 'absent'>, terminal: Terminal): number {
  if ('unknown' in bus) {
    terminal.say([`handover: the PCI devices cannot be listed: ${whyUnknown(bus)}`])
    return status.failed
  }
  if (bus.value === 'absent') terminal.say(['This computer has no PCI bus.'])
  return status.ok
}

/** For commands that are about one device: throws where there can be none. */
export function requireBus(bus: Fact<'present' | 'absent'>): void {
  if ('unknown' in bus)
    throw new CliError(status.failed, `the PCI devices cannot be listed: ${whyUnknown(bus)}`)
  if (bus.value === 'absent') throw new CliError(status.noSuchDevice, 'this computer has no PCI bus')
}
