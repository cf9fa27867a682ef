import { createHash } from 'node:crypto'
import type { Description } from '../description/description.js'
import { list } from './option.js'

const drivers = { virtio: 'virtio-net-pci', e1000e: 'e1000e' }

export function network({ name, network }: Description): string[] {
  return network.flatMap(({ kind, bridge, model, mac }, index) => {
    const id = `net${index}`
    return [
      ...['-netdev', list(kind, { id, br: bridge })],
      ...['-device', list(drivers[model], { netdev: id, mac: mac ?? macOf(name, index) })],
    ]
  })
}

/** QEMU's own default is the same in every machine, which two on one bridge must not have. 52:54:00 is QEMU's (net/net.c). */
export function macOf(name: string, index: number): string {
  const hash = createHash('sha256').update(`${name}/${index}`).digest('hex')
  return `52:54:00:${hash.slice(0, 2)}:${hash.slice(2, 4)}:${hash.slice(4, 6)}`
}
