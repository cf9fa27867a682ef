import type { Description } from '../description/description.js'
import type { BootOrder } from './boot-order.js'
import type { DomainSettings, RootBus } from './settings.js'
import { element, type Xml } from './xml.js'

const letters = { virtio: 'vd', sata: 'sd' } as const

/** The port of a SATA disk follows from its letter (libvirt src/conf/domain_conf.c virDomainDiskDefAssignAddress). */
export function drives(
  { disks }: Description,
  { isBlock }: DomainSettings,
  order: BootOrder,
  root: RootBus,
): readonly Xml[] {
  return disks.map(({ file, format, bus, cdrom, readonly }, index) => {
    if (bus === 'nvme') throw new Error('refused by requireLibvirtCan')
    const onBus = disks.slice(0, index).filter((other) => other.bus === bus).length
    const type = isBlock(file) ? 'block' : 'file'
    return element(
      'disk',
      { type, device: cdrom ? 'cdrom' : 'disk' },
      element('driver', { name: 'qemu', type: format }),
      element('source', { [type === 'block' ? 'dev' : 'file']: file }),
      element('target', { dev: `${letters[bus]}${letter(onBus)}`, bus }),
      readonly ? element('readonly') : undefined,
      order.disks[index],
      bus === 'virtio' ? root() : undefined,
    )
  })
}

/** `a` to `z`, `aa`, ... */
function letter(index: number): string {
  const last = String.fromCharCode(97 + (index % 26))
  return index < 26 ? last : letter(Math.floor(index / 26) - 1) + last
}
