import {
  compareAddresses,
  type Evidence,
  knownValue,
  type Machine,
  type PciFunction,
} from '../../machine/index.js'
import { need, notHere, seen } from '../outcomes.js'
import type { Outcome } from '../rule.js'

/**
 * Why these rules do not ask about a function: it is no display controller (PCI Code and ID Assignment Specification, section
 * 1.4, base class 03), or a virtual function of one. Null: they do.
 */
export function noCard(device: PciFunction): Outcome | null {
  if (need(device.class) >> 16 !== 0x03)
    return notHere('it is no display controller', seen(classPath(device), classText(device)))
  const whole = need(device.physicalFunction)
  return whole === null ? null : notHere(`it is a virtual function of ${whole}`)
}

/** Base class and subclass. */
export const classes = { vga: 0x0300, threeD: 0x0302 } as const

export function subclassOf(device: PciFunction): number {
  return need(device.class) >> 8
}

export function classPath({ address }: PciFunction): string {
  return `/sys/bus/pci/devices/${address}/class`
}

export function classText(device: PciFunction): string {
  return `0x${need(device.class).toString(16).padStart(6, '0')}`
}

/** Functions in the slot of another, itself not, sorted. */
export function slotMates(machine: Machine, { address }: PciFunction): readonly PciFunction[] {
  const slot = address.slice(0, -1)
  return machine.functions.filter((f) => f.address !== address && f.address.startsWith(slot))
}

/** The graphics of a processor or chipset, and what tells that it is. */
export interface Integrated {
  readonly maker: 'Intel' | 'AMD'
  readonly evidence: Evidence
}

/**
 * Null: it is a card. Intel's graphics is at 00:02.0 on every computer (QEMU docs/igd-assign.txt). AMD's is on a root bus, or
 * shares its slot with functions of AMD the processor's maker (vendor 1022: encryption, USB), where a card has functions
 * of AMD the video card's maker (1002) only.
 */
export function integrated(machine: Machine, device: PciFunction): Integrated | null {
  const vendor = need(device.vendor)
  if (vendor === 0x8086 && device.address === '0000:00:02.0')
    return { maker: 'Intel', evidence: seen(`/sys/bus/pci/devices/${device.address}/vendor`, '0x8086') }
  if (vendor !== 0x1002) return null
  const mate = slotMates(machine, device).find((f) => need(f.vendor) === 0x1022)
  if (mate)
    return {
      maker: 'AMD',
      evidence: seen(`/sys/bus/pci/devices/${mate.address}/vendor`, '0x1022, in its slot'),
    }
  return need(device.parent) === null
    ? { maker: 'AMD', evidence: seen(`/sys/bus/pci/devices/${device.address}`, 'on a root bus') }
    : null
}

export function listed(functions: readonly PciFunction[]): string {
  return functions
    .map(({ address }) => address)
    .toSorted(compareAddresses)
    .join(' ')
}

/** Display controllers with outputs that stay with the host. Those of which that is not known are left out. */
export function remaining(machine: Machine, leaving: readonly PciFunction[]): readonly PciFunction[] {
  return machine.functions.filter((f) => {
    const subclass = (knownValue(f.class) ?? 0) >> 8
    const isWhole = (knownValue(f.physicalFunction) ?? null) === null
    return !leaving.includes(f) && subclass >> 8 === 0x03 && subclass !== classes.threeD && isWhole
  })
}
