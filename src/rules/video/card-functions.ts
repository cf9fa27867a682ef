import type { Fact, Machine, PciFunction } from '../../machine/index.js'
import { need, note, passes, seen } from '../outcomes.js'
import { type DeviceRule, Undecided } from '../rule.js'
import { integrated, listed, noCard, slotMates } from './display.js'

export const cardFunctions: DeviceRule = {
  id: 'card-functions',
  title: 'Is the device all there is of its card?',
  about: 'device',
  looksAt: [
    "functions of the same maker in the card's slot, and behind the card's own switch",
    '/sys/bus/pci/devices/*/class',
  ],
  why: "Sound over HDMI and DisplayPort, and the card's USB-C socket, are functions of their own. Left with the host, the machine has no sound over the display's cable and a USB-C socket that carries no data; and a driver of the host stays on a card that the machine resets.",
  fix: 'Give the machine all of them; functions of one slot at one address of the machine, with multifunction=on, as they are on the card.',
  sources: [
    'PCI Local Bus Specification 3.0, section 3.2.2.3.4: multifunction devices',
    'Linux drivers/pci/quirks.c quirk_gpu_hda, quirk_gpu_usb, quirk_gpu_usb_typec_ucsi: they depend on the video function',
  ],
  atWorst: 'note',
  check({ device, machine }) {
    const other = noCard(device)
    if (other) return other
    const others = restOfCard(machine, device)
    if (others.length === 0)
      return passes('no other function is part of it', seen('/sys/bus/pci/devices', device.address))
    return note(
      `${others.map((f) => `${f.address} (${kindOf(f)})`).join(', ')} ${others.length === 1 ? 'goes' : 'go'} with it`,
      seen('/sys/bus/pci/devices', listed([device, ...others])),
      {
        fix: `give ${others.length === 1 ? 'it' : 'them'} to the machine too, at the same address with multifunction=on where the slot is the same`,
      },
    )
  },
}

/** The other functions of a card: of a video card what its slot and its own switch hold of the same maker, of others none. */
export function cardRest(machine: Machine, device: PciFunction): Fact<readonly PciFunction[]> {
  try {
    return { value: noCard(device) ? [] : restOfCard(machine, device) }
  } catch (error) {
    if (error instanceof Undecided) return error.unknown[0]!
    throw error
  }
}

function restOfCard(machine: Machine, device: PciFunction): readonly PciFunction[] {
  const vendor = need(device.vendor)
  const candidates = [...slotMates(machine, device), ...behindSwitch(machine, device)]
  return candidates.filter((f) => need(f.vendor) === vendor && need(f.physicalFunction) === null)
}

/** Intel's cards have their sound in a slot of its own, beside the video function's: both below one port that is not on a root bus. */
function behindSwitch(machine: Machine, device: PciFunction): readonly PciFunction[] {
  if (integrated(machine, device) !== null || need(device.vendor) !== 0x8086) return []
  const above = switchAbove(machine, device)
  if (above === null) return []
  return machine.functions.filter(
    (f) =>
      !need(f.isBridge) &&
      f.address.slice(0, -1) !== device.address.slice(0, -1) &&
      switchAbove(machine, f) === above,
  )
}

/** The upstream port of the switch that a function is behind. */
function switchAbove(machine: Machine, f: PciFunction): string | null {
  const port = need(f.parent)
  const bridge = machine.functions.find(({ address }) => address === port)
  const above = bridge === undefined ? null : need(bridge.parent)
  const upstream = machine.functions.find(({ address }) => address === above)
  return upstream === undefined || need(upstream.parent) === null ? null : upstream.address
}

/** By class: PCI Code and ID Assignment Specification, section 1. */
function kindOf(f: PciFunction): string {
  const code = need(f.class)
  if (code >> 16 === 0x04) return 'its sound'
  if (code >> 8 === 0x0c03) return 'its USB controller'
  if (code >> 8 === 0x0c80) return 'its USB-C control'
  return f.names.class ?? `class 0x${code.toString(16).padStart(6, '0')}`
}
