import type { Configuration, FileEdit } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { beforeUdev } from './before-udev.js'
import { booster } from './booster.js'
import { bootedBy } from './booted.js'
import { type ByHand, byHand } from './by-hand.js'
import { dracut } from './dracut.js'
import { type EarlyFunction, takenBy } from './early.js'
import { initramfsTools } from './initramfs-tools.js'
import { runKernelInstall } from './kernel-install.js'
import { installedLoaders } from './loaders.js'
import type { InitramfsMaker } from './maker.js'
import { mkinitcpio } from './mkinitcpio.js'
import { nixosInitramfs } from './nixos.js'

/** What is in charge of all others comes first. */
export const initramfsMakers: readonly InitramfsMaker[] = [
  nixosInitramfs,
  initramfsTools,
  dracut,
  mkinitcpio,
  booster,
]

/**
 * Has functions bound to vfio-pci before their drivers are loaded: in the initramfs, or, where no maker of one is known, by
 * systemd. By place; with `modprobe`, by ids.
 */
export function planEarlyBinding(
  host: Host,
  functions: readonly EarlyFunction[],
  modprobe?: FileEdit,
): Configuration | ByHand {
  const edit = `have vfio-pci written to driver_override of ${functions.map(({ path }) => path).join(', ')} before their drivers are loaded`
  const there = initramfsMakers.filter((one) => one.installed(host) !== undefined)
  const found = there[0] === nixosInitramfs ? [nixosInitramfs] : there
  if (found.length > 1)
    return byHand(
      `several makers of an initramfs are installed (${found.map(({ name, installed }) => `${name}: ${installed(host)}`).join('; ')}), and nothing tells which one made this system's`,
      edit,
    )
  const maker = found[0] ?? (beforeUdev.installed(host) === undefined ? undefined : beforeUdev)
  if (maker === undefined)
    return byHand(
      `no initramfs was found that handover changes (${initramfsMakers.map(({ name }) => name).join(', ')}), nor systemd`,
      edit,
    )
  const change = modprobe === undefined ? byPlace(maker, host, functions) : maker.planById(host, modprobe)
  return 'because' in change || change.commands.length === 0 ? change : carriedOn(host, change)
}

/** What an earlier plan takes is taken by the same script, so that stays in it. */
function byPlace(
  maker: InitramfsMaker,
  host: Host,
  functions: readonly EarlyFunction[],
): Configuration | ByHand {
  const change = maker.plan(host, functions)
  if ('because' in change) return change
  const before = change.edits.flatMap((edit) => takenBy(edit.before ?? ''))
  const others = before.filter(({ path }) => functions.every((one) => one.path !== path))
  return others.length === 0 ? change : maker.plan(host, [...others, ...functions])
}

/** Where the initramfs is copied to the EFI system partition, or into an image there, that is done too. */
function carriedOn(host: Host, change: Configuration): Configuration | ByHand {
  const loaders = installedLoaders(host)
  const { fits } = bootedBy(host)
  // What it started lies on its partition: an image in /boot alone would change nothing.
  if (
    fits.every((one) => one.startsWith('systemd-')) &&
    !loaders.some(({ startedBy }) => startedBy.some((one) => fits.includes(one)))
  )
    return byHand(
      'systemd-boot or a unified kernel image started this system, and none of its files is there: their partition may not be mounted',
      'mount it, and plan again',
    )
  const known = loaders.flatMap(({ copiesImages }) => (copiesImages ? [copiesImages] : []))
  // These copy new images by themselves, but not the old ones that undoing puts back.
  const again = known.filter((argv) => argv.length > 0)
  if (again.length > 0) return { ...change, takeBack: [...(change.takeBack ?? []), ...again] }
  if (known.length > 0) return change
  const copying = runKernelInstall(host)
  if (copying === undefined) return change
  // A hook of the package systemd-boot may run it in the midst of the first command.
  const commands = change.commands.map((one) => ({
    ...one,
    rewrites: [...one.rewrites, ...copying.rewrites],
  }))
  return { ...change, commands: [...commands, copying] }
}
