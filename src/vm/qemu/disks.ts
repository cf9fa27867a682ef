import type { Description, Disk } from '../description/description.js'
import { list } from './option.js'

type Frontend = readonly [driver: string, properties: Record<string, string>]

/** The frontend of each bus, by the disk's number and its number on the bus. SATA: q35 has an AHCI controller, ide.0 to ide.5. */
const frontends: Record<Disk['bus'], (index: number, onBus: number) => Frontend> = {
  virtio: () => ['virtio-blk-pci', {}],
  nvme: (index) => ['nvme', { serial: `disk${index}` }],
  sata: (_, port) => ['ide-hd', { bus: `ide.${port}` }],
}

export function drives({ disks }: Description): string[] {
  return disks.flatMap(({ file, format, bus, cdrom, readonly, bootindex }, index) => {
    const id = `disk${index}`
    const onBus = disks.slice(0, index).filter((other) => other.bus === bus).length
    const [driver, properties] = frontends[bus](index, onBus)
    return [
      ...['-drive', list('if=none', { id, file, format, readonly: readonly ? 'on' : undefined })],
      ...['-device', list(cdrom ? 'ide-cd' : driver, { drive: id, ...properties, bootindex })],
    ]
  })
}
