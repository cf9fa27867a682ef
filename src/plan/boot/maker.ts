import type { Configuration, FileEdit, Regeneration } from '../../changes/index.js'
import type { Host } from '../../host/index.js'
import type { ByHand } from './by-hand.js'
import type { EarlyFunction } from './early.js'
import { names } from './kernel-install.js'

/** What makes the initramfs: a row of the table in initramfs.ts. */
export interface InitramfsMaker {
  readonly id: string
  readonly name: string
  /** What the facts in its file rest on: programs, versions, files. */
  readonly source: string
  /** The file by which it shows that it makes this computer's initramfs; undefined: it does not. Throws UnreadableError. */
  installed(host: Host): string | undefined
  /** By place. Only called where it is installed. The change's id is `early-binding`. Throws UnreadableError. */
  plan(host: Host, functions: readonly EarlyFunction[]): Configuration | ByHand
  /**
   * By id: `modprobe`, a file for modprobe(8), and vfio-pci are to be where drivers are loaded first. Only called where it is
   * installed. Throws UnreadableError.
   */
  planById(host: Host, modprobe: FileEdit): Configuration | ByHand
}

/** `how`: what is in charge, for people. */
export function earlyBinding(
  how: string,
  edits: readonly FileEdit[],
  commands: readonly Regeneration[],
): Configuration {
  return {
    kind: 'configuration',
    id: 'early-binding',
    title: `binding to vfio-pci at boot (${how})`,
    edits,
    commands,
  }
}

/**
 * Files like those in `rewrites` that come to be later, of new kernels; none of which is there now. Names in `folder` that
 * match `like` are meant.
 */
export function family(
  host: Host,
  folder: string,
  like: string,
  rewrites: readonly string[],
): NonNullable<Regeneration['family']> {
  const others = names(host, folder).filter(
    (name) => new RegExp(`^${like}$`).test(name) && !rewrites.includes(`${folder}/${name}`),
  )
  const but = others.map((name) => `(?!${name.replaceAll(/[^\w-]/g, '\\$&')}$)`).join('')
  return { folder, names: `^${but}${like}$` }
}
