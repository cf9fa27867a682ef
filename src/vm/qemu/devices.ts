import type { Description, HostDevice } from '../description/description.js'
import { list } from './option.js'
import type { RunSettings } from './run.js'

/** Ports that devices can be plugged into while the machine runs. */
const sparePorts = 4

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
    const slot = address.slice(0, address.lastIndexOf('.'))
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

/** Function 0 must be there, as no system looks for others without it: where the host's is not among them, they count from 0. */
function slotBehind(bus: string, functions: readonly Placed[]): string[] {
  const sorted = functions.toSorted((a, b) => functionOf(a) - functionOf(b))
  const keepsNumbers = functionOf(sorted[0]!) === 0
  return sorted.flatMap((one, index) => {
    const number = keepsNumbers ? functionOf(one) : index
    const multifunction = number === 0 && sorted.length > 1 ? 'on' : undefined
    return ['-device', vfioPci(one, { bus, addr: `0.${number}`, multifunction })]
  })
}

function functionOf({ address }: Placed): number {
  return Number.parseInt(address.slice(address.lastIndexOf('.') + 1), 16)
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
