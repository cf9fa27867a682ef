import type { Host } from '../host/index.js'
import type { Machine, PciFunction } from '../machine/index.js'
import type { Change } from './change.js'
import { readConsoles } from './console-release.js'
import { unreadable } from './errors.js'

/** Something that is not undone, or not prevented. */
export interface Note {
  readonly kind: /** vfio-pci takes the firmware's frame buffer off the card (since Linux 6.0); it is back only after a restart. */
    | 'boot-frame-buffer-goes'
    /** Before Linux 6.0 the kernel's VGA text console stays on the card: what it prints appears there. */
    | 'vga-text-stays'
  readonly address: string
}

/**
 * From this release on vfio-pci sends the firmware's frame buffer and the VGA text console off a card of class 0300 when it
 * takes it (drivers/vfio/pci/vfio_pci_core.c vfio_pci_vga_init, drivers/video/aperture.c).
 */
const evictsSince = [6, 0] as const

/** The role's evidence names this file where the console is on the firmware's frame buffer. */
const bootFrameBuffer = '/proc/iomem'

/** What vgacon calls itself (Linux drivers/video/console/vgacon.c); (S) consoles cannot be unbound (vt.c, vt_unbind). */
const vgaText = /^\(S\) (VGA\+|\*?[EMC](GA|DA)\+?)$/

/**
 * Adds to `changes` what takes the text console off the cards that leave, where it is drawn on no other: some drivers let
 * their card go badly while it is being drawn on. Says what cannot be taken off or does not come back.
 */
export function planConsoles(
  host: Host,
  machine: Machine,
  leaving: readonly PciFunction[],
  changes: Change[],
): readonly Note[] {
  const owners = new Map(
    leaving.flatMap((f) =>
      f.holds.flatMap(({ kind, name }) => (kind === 'graphics' ? [[name, f] as const] : [])),
    ),
  )
  const booted = leaving.find(({ roles }) =>
    roles.some(
      ({ name, evidence }) => name === 'display' && evidence.some(({ path }) => path === bootFrameBuffer),
    ),
  )
  const card = owners.values().next().value ?? booted
  if (!card && !leaving.some(isBootVga)) return []

  const consoles = readConsoles(host)
  const elsewhere = frameBuffers(host).filter((name) => !owners.has(name)).length - (booted ? 1 : 0)
  if (card && elsewhere <= 0) {
    for (const { id, name, bound } of consoles)
      if (bound && name.endsWith('frame buffer device'))
        changes.push({ kind: 'console-release', console: id, name, address: card.address })
  }
  const evicts = isAtLeast(machine.kernel, evictsSince)
  const notes: Note[] = []
  if (booted && evicts) notes.push({ kind: 'boot-frame-buffer-goes', address: booted.address })
  if (!evicts && consoles.some(({ name }) => vgaText.test(name)))
    for (const f of leaving) if (isBootVga(f)) notes.push({ kind: 'vga-text-stays', address: f.address })
  return notes
}

function isBootVga({ bootVga }: PciFunction): boolean {
  return 'value' in bootVga && bootVga.value === true
}

function frameBuffers(host: Host): readonly string[] {
  const path = '/sys/class/graphics'
  const list = host.list(path)
  if (list.kind === 'absent') return []
  if (list.kind !== 'value') throw unreadable(path, list)
  return list.value.filter((name) => /^fb\d+$/.test(name))
}

/** A release that cannot be read is taken for a new one. */
function isAtLeast(release: Machine['kernel'], [major, minor]: readonly [number, number]): boolean {
  const found = 'value' in release ? /^(\d+)\.(\d+)/.exec(release.value) : null
  if (!found) return true
  return Number(found[1]) > major || (Number(found[1]) === major && Number(found[2]) >= minor)
}
