import type { Context } from './change.js'
import { NotAsWantedError } from './errors.js'
import type { Write } from './writer.js'

/** Writes to a file of the kernel. Throws NotAsWantedError, with `next`, where that does not come back in time; `later` follows on it. */
export async function writeSetting(
  write: Write,
  { writer, limits, report }: Context,
  {
    limitMs = limits.writeMs,
    later = [],
    next = 'see `dmesg`',
  }: { readonly limitMs?: number; readonly later?: readonly Write[]; readonly next?: string } = {},
): Promise<void> {
  const slow = () => report({ kind: 'slow', ...write, limitMs })
  if ((await writer.write(write, limitMs, later, slow)) !== 'done')
    throw new NotAsWantedError(write.path, write.text, `still being written after ${limitMs / 1000} s`, next)
}
