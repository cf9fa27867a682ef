import type { Description } from '../description/description.js'
import { element, type Xml } from './xml.js'

/** `<boot order>` of each, in the order of the description. */
export interface BootOrder {
  readonly disks: readonly (Xml | undefined)[]
  readonly devices: readonly (Xml | undefined)[]
  readonly network: readonly (Xml | undefined)[]
}

/**
 * libvirt always has firmware try nothing but what is listed (`-boot strict=on`, src/qemu/qemu_command.c
 * qemuBuildBootCommandLine), and lists one disk where no order is told. QEMU alone lets it try the rest too: so what has no
 * bootindex comes after what has one.
 */
export function bootOrder({ disks, devices, network }: Description): BootOrder {
  const all = [
    ...disks.map((disk) => ({ of: disk, index: disk.bootindex })),
    ...devices.flatMap((device) =>
      device.vga && device.bootindex === undefined ? [] : [{ of: device, index: device.bootindex }],
    ),
    ...network.map((card) => ({ of: card, index: undefined })),
  ].toSorted((a, b) => (a.index ?? Number.MAX_VALUE) - (b.index ?? Number.MAX_VALUE))
  const places = new Map<object, Xml>(all.map(({ of }, place) => [of, element('boot', { order: place + 1 })]))
  const each = (list: readonly object[]) => list.map((one) => places.get(one))
  return { disks: each(disks), devices: each(devices), network: each(network) }
}
