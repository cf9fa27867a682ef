import type { Description, HostDevice } from '../description/description.js'
import { list } from './option.js'
import type { RunSettings } from './run.js'
import { numbered, slotOf } from './slot.js'

/** Ports that devices can be plugged into while the machine runs. */
export const sparePorts = 4

interface Placed {
  readonly device: HostDevice
  readonly address: string
}

/**
 * Functions of one slot of the host stand in one slot of the machine, behind a root port of their own. The card that SeaBIOS
 * draws on stays beside them on the root bus, with what shares its slot.
 */
export function hostDevices({ firmware, devices }: Description, { addresses }: RunSettings): string[] {
  const slots = new Map<string, Placed[]>()
  for (const [index, device] of devices.entries()) {
    const address = addresses[index]!
    const slot = slotOf(address)
    slots.set(slot, [...(slots.get(slot) ?? []), { device, address }])
  }
  let ports = 0
  const port = (id: string) => ['-device', list('pcie-root-port', { id, chassis: ++ports })]
  return [
    ...[...slots.values()].flatMap((functions, index) => {
      if (firmware === 'bios' && functions.some(({ device }) => device.vga))
        return functions.flatMap((one) => ['-device', vfioPci(one, {})])
      const id = `host${index}`
      return [...port(id), ...slotBehind(id, functions)]
    }),
    ...Array.from({ length: sparePorts }, (_, index) => port(`spare${index}`)).flat(),
  ]
}

function slotBehind(bus: string, functions: readonly Placed[]): string[] {
  return numbered(functions).flatMap(({ number, ...one }) => {
    const multifunction = number === 0 && functions.length > 1 ? 'on' : undefined
    return ['-device', vfioPci(one, { bus, addr: `0.${number}`, multifunction })]
  })
}

function vfioPci(
  { device: { vga, rom, bootindex }, address }: Placed,
  place: Readonly<Record<string, string | undefined>>,
): string {
  return list('vfio-pci', {
    host: address,
    ...place,
    'x-vga': vga ? 'on' : undefined,
    // An empty file name would be an error; rombar=0 leaves the machine without a ROM of the device.
    rombar: rom === false ? 0 : undefined,
    romfile: rom || undefined,
    bootindex,
  })
}
