import type { Configuration } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import { type ByHand, byHand } from './by-hand.js'
import type { EarlyFunction } from './early.js'
import { initramfsTools } from './initramfs-tools.js'
import { runKernelInstall } from './kernel-install.js'
import { installedLoaders } from './loaders.js'
import { nixosInitramfs } from './nixos.js'

/** What makes the initramfs: a row of the table below. */
export interface InitramfsMaker {
  readonly id: string
  readonly name: string
  /** What the facts in its file rest on: programs, versions, files. */
  readonly source: string
  /** The file by which it shows that it makes this computer's initramfs; undefined: it does not. Throws UnreadableError. */
  installed(host: Host): string | undefined
  /** Only called where it is installed. The change's id is `early-binding`. Throws UnreadableError. */
  plan(host: Host, functions: readonly EarlyFunction[]): Configuration | ByHand
}

export const initramfsMakers: readonly InitramfsMaker[] = [nixosInitramfs, initramfsTools]

/** Has functions bound to vfio-pci in the initramfs, before their drivers are loaded. */
export function planEarlyBinding(host: Host, functions: readonly EarlyFunction[]): Configuration | ByHand {
  const maker = initramfsMakers.find((one) => one.installed(host) !== undefined)
  if (maker !== undefined) {
    const found = maker.plan(host, functions)
    return 'because' in found ? found : carriedOn(host, found)
  }
  return byHand(
    `no initramfs was found that handover changes (${initramfsMakers
      .filter((one) => one !== nixosInitramfs)
      .map(({ name }) => name)
      .join(', ')})`,
    `have vfio-pci written to driver_override of ${functions.map(({ path }) => path).join(', ')} before their drivers are loaded`,
  )
}

/** Where the initramfs is copied to the EFI system partition, or into an image there, that is done too. */
function carriedOn(host: Host, change: Configuration): Configuration {
  const known = installedLoaders(host).flatMap(({ copiesImages }) => (copiesImages ? [copiesImages] : []))
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
