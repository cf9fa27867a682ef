import type { Description } from '../description/description.js'
import { list } from './option.js'
import { type RunSettings, socketsOf } from './run.js'

/** QEMU's end of swtpm (QEMU docs/specs/tpm.rst). */
export function tpm({ tpm }: Description, { folder }: RunSettings): string[] {
  if (tpm === undefined) return []
  const id = 'tpm'
  return [
    ...['-chardev', list('socket', { id: 'tpm-socket', path: socketsOf(folder).tpm })],
    ...['-tpmdev', list('emulator', { id, chardev: 'tpm-socket' })],
    ...['-device', list('tpm-crb', { tpmdev: id })],
  ]
}

/**
 * What starts swtpm in the folder of its state, without the program; it ends when QEMU's connection does. Its options know no
 * way to write a comma.
 */
export function swtpmArguments(folder: string): string[] {
  return [
    ...['socket', '--tpm2', '--terminate'],
    ...['--tpmstate', 'dir=.', '--ctrl', `type=unixio,path=${socketsOf(folder).tpm}`],
  ]
}
