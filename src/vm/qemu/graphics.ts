import type { Description } from '../description/description.js'
import { escaped, list } from './option.js'
import { type RunSettings, socketsOf } from './run.js'

type Graphics = Pick<Description, 'graphics' | 'devices'>

/** `first`: with the legacy VGA ranges. `beside`: without, as a card of the host has them. */
const drivers = {
  virtio: { first: 'virtio-vga', beside: 'virtio-gpu-pci' },
  std: { first: 'VGA', beside: 'secondary-vga' },
}

/** Undefined: no emulated card. */
export function graphicsDriver({ graphics, devices }: Graphics): string | undefined {
  if (graphics === 'none') return undefined
  return drivers[graphics][devices.some(({ vga }) => vga) ? 'beside' : 'first']
}

/** Whoever may open the socket may see and use the machine: there is no password. */
export function graphics(description: Description, { folder }: RunSettings): string[] {
  const driver = graphicsDriver(description)
  const { display } = description
  const { spice, vnc } = socketsOf(folder)
  return [
    ...(driver ? ['-device', driver] : []),
    ...(display === 'vnc' ? ['-vnc', `unix:${escaped(vnc)}`] : []),
    ...(display === 'spice' ? ['-spice', list('unix=on', { addr: spice, 'disable-ticketing': 'on' })] : []),
  ]
}

/** Memory that a Looking Glass client on the host maps: its program in the machine writes pictures into it. */
export function lookingGlass({ name, lookingGlassBytes }: Description): string[] {
  if (lookingGlassBytes === undefined) return []
  const id = 'looking-glass'
  const size = `${lookingGlassBytes / 1024 ** 2}M`
  return [
    ...[
      '-object',
      list('memory-backend-file', { id, 'mem-path': lookingGlassFile(name), size, share: 'on' }),
    ],
    ...['-device', list('ivshmem-plain', { memdev: id })],
  ]
}

export function lookingGlassFile(name: string): string {
  return `/dev/shm/${name}`
}
