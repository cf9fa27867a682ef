import type { Host } from '../../host/index.js'
import { type Booted, bootedBy, programs } from './booted.js'
import { type ByHand, byHand } from './by-hand.js'
import { extlinux } from './extlinux.js'
import { grub } from './grub.js'
import { grubBls } from './grub-bls.js'
import { kernelstub } from './kernelstub.js'
import { limine } from './limine.js'
import { anyEntry, type Loader, type LoaderPlan } from './loader.js'
import { nixos } from './nixos.js'
import { proxmox } from './proxmox.js'
import { refind } from './refind.js'
import { rpmOstree } from './rpm-ostree.js'
import { syslinux } from './syslinux.js'
import { systemdBoot } from './systemd-boot.js'
import { unifiedKernelImage } from './uki.js'

/** Those that this program knows to give words for the kernel. What is in charge of another one comes before it. */
export const loaders: readonly Loader[] = [
  nixos,
  rpmOstree,
  proxmox,
  kernelstub,
  grubBls,
  grub,
  refind,
  limine,
  extlinux,
  syslinux,
  systemdBoot,
  unifiedKernelImage,
]

/** What is changed, and why that one. */
export interface ChosenLoader extends LoaderPlan {
  /** Which boot loader it is, and by what that is known, in a sentence. */
  readonly bootLoader: string
}

/**
 * Adds words to the kernel's command line, with the boot loader that started this system, and sees to an entry that starts
 * without them; `words` may be none.
 */
export function planCommandLine(host: Host, words: readonly string[]): ChosenLoader | ByHand {
  const edit = `add ${words.join(' ')} to the kernel's command line`
  const installed = installedLoaders(host)
  const booted = bootedBy(host)
  const name = ({ name, installed }: Loader) => `${name} (${installed(host)})`
  const names = installed.map(name).join(', ')
  if (installed.length === 0)
    return byHand(
      `no boot loader was found that handover changes (${loaders
        .filter((one) => one !== nixos)
        .map(({ name }) => name)
        .join(', ')})`,
      edit,
    )
  const fitting = installed.filter(({ startedBy }) => startedBy.some((one) => booted.fits.includes(one)))
  const [chosen, ...more] = fitting
  if (chosen === undefined)
    return byHand(
      `what is installed is not what started this system: ${names}; but ${evidenceOf(booted)}`,
      edit,
    )
  if (more.length > 0)
    return byHand(
      `several boot loaders are installed: ${fitting.map(name).join(', ')}; and nothing tells which one started this system`,
      edit,
    )
  const found = words.length > 0 ? chosen.plan(host, words) : keptEntry(chosen, host)
  if ('because' in found) return found
  const own = chosen.installed(host)
  // One whose entries lie in the chosen one's folder is not another.
  const others = installed.filter((one) => one !== chosen && !one.installed(host)!.startsWith(`${own}/`))
  const why =
    booted.fits.length < programs.length ? ` It fits how this system was started: ${evidenceOf(booted)}.` : ''
  const rest =
    others.length > 0
      ? ` Left as they are: ${others.map(name).join(', ')}.`
      : ' No other boot loader was found.'
  return { ...found, bootLoader: `${name(chosen)}.${why}${rest}` }
}

/** Those that are installed, without those that another one is in charge of. Throws UnreadableError. */
export function installedLoaders(host: Host): readonly Loader[] {
  const found = loaders.filter((loader) => loader.installed(host) !== undefined)
  const governed = found.flatMap(({ inChargeOf }) => inChargeOf)
  return found.filter(({ id }) => !governed.includes(id))
}

function keptEntry(loader: Loader, host: Host): LoaderPlan {
  return (
    loader.keepEntry?.(host) ?? {
      change: undefined,
      wayBack: anyEntry,
    }
  )
}

function evidenceOf({ evidence }: Booted): string {
  return evidence.map(({ says }) => says).join('; ')
}
