import { type LibvirtState, libvirtState } from '../vm/index.js'
import { type Invocation, isSet, textOf } from './command.js'
import { CliError, usageError } from './errors.js'
import { status } from './status.js'
import type { Terminal } from './terminal.js'

/** What may run a machine. */
export const ways = ['libvirt', 'qemu'] as const

/**
 * Which libvirt is to run the machine; undefined: none, QEMU is run directly. What is not asked for is libvirt where it runs
 * the host. Says which, but where there is nothing to choose between.
 */
export function chooseWay(terminal: Terminal, asked: Invocation): string | undefined {
  const word = textOf(asked, 'through')
  const way = ways.find((one) => one === word)
  if (word !== undefined && way === undefined)
    throw usageError(`--through ${word}: there is no such way`, `there are: ${ways.join(', ')}`)
  const foreground = isSet(asked, 'foreground')
  if (way === 'libvirt' && foreground)
    throw usageError('--foreground goes with --through qemu: libvirt keeps its machines itself')
  if (way === 'qemu' || foreground) return undefined
  const state = stateOf()
  if (state.runs) {
    terminal.say([`Through libvirt ${state.version}; by QEMU alone: --through qemu`])
    return state.version
  }
  if (way === 'libvirt') throw new CliError(status.failed, state.because, ['by QEMU alone: --through qemu'])
  terminal.say([`By QEMU alone: ${state.because}`])
  return undefined
}

function stateOf(): LibvirtState {
  try {
    return libvirtState()
  } catch (error) {
    throw new CliError(status.failed, `libvirt does not answer: ${(error as Error).message}`, [
      'by QEMU alone: --through qemu',
    ])
  }
}
