import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'
import { grub } from './grub.js'
import type { Loader, LoaderPlan } from './loader.js'
import { systemdBoot } from './systemd-boot.js'
import { unifiedKernelImage } from './uki.js'

/** Those that this program knows to give words for the kernel. What is in charge of another one comes before it. */
export const loaders: readonly Loader[] = [grub, systemdBoot, unifiedKernelImage]

/**
 * Adds words to the kernel's command line, with the boot loader that started this system, and sees to an entry that starts
 * without them; `words` may be none.
 */
export function planCommandLine(host: Host, words: readonly string[]): LoaderPlan | ByHand {
  const edit = `add ${words.join(' ')} to the kernel's command line`
  const found = loaders.filter((loader) => loader.installed(host) !== undefined)
  const [first, ...others] = found
  if (first === undefined)
    return byHand(
      `no boot loader was found that handover changes (${loaders.map(({ name }) => name).join(', ')})`,
      edit,
    )
  if (others.length > 0)
    return byHand(
      `several boot loaders are installed (${found.map(({ name, installed }) => `${name}: ${installed(host)}`).join('; ')}), and nothing tells which one started this system`,
      edit,
    )
  if (words.length > 0) return first.plan(host, words)
  return (
    first.keepEntry?.(host) ?? {
      change: undefined,
      wayBack:
        'An entry for recovery starts without the change, and so does any with handover=off added to its line in the menu.',
    }
  )
}
