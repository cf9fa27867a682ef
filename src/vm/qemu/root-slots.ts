import { type Description, DescriptionError } from '../description/description.js'
import { sparePorts } from './devices.js'
import { graphicsDriver } from './graphics.js'
import { pointerOf } from './input.js'
import { slotOf } from './slot.js'

/** Of 32: slot 0 has the host bridge, slot 31 the LPC bridge and the SATA controller (QEMU hw/i386/pc_q35.c). */
export const freeRootSlots = 30

/** How many of the root bus' slots the devices of a machine take. `addresses`: of `description.devices`, in their order. */
export function rootSlots(description: Description, addresses: readonly string[]): number {
  const { firmware, disks, network, display, guestAgent, sound, lookingGlassBytes, devices } = description
  const pointer = pointerOf(description)
  const cards = [
    graphicsDriver(description) !== undefined,
    display === 'spice' || guestAgent,
    pointer === 'virtio',
    pointer === 'usb' || description.usb.length > 0,
    sound !== undefined,
    lookingGlassBytes !== undefined,
  ]
  const drives = disks.filter(({ bus }) => bus !== 'sata')
  const slots = addresses.map(slotOf)
  const beside = new Set(slots.filter((_, index) => firmware === 'bios' && devices[index]!.vga))
  const behindPorts = new Set(slots.filter((slot) => !beside.has(slot)))
  return (
    network.length +
    drives.length +
    cards.filter(Boolean).length +
    slots.filter((slot) => beside.has(slot)).length +
    behindPorts.size +
    sparePorts
  )
}

/**
 * Throws {@link DescriptionError} where a machine's root bus has too few slots for its devices; those in `arguments` are QEMU's
 * matter.
 */
export function requireRootSlots(description: Description, addresses: readonly string[]): void {
  const slots = rootSlots(description, addresses)
  if (slots > freeRootSlots)
    throw new DescriptionError([
      `the devices of ${description.name}, emulated ones too, take ${slots} slots of the root bus, ${sparePorts} of them kept free for vm attach, and it has ${freeRootSlots}: take away ${slots - freeRootSlots}`,
    ])
}
