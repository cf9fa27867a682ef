import { knownValue, type PciFunction } from '../../machine/index.js'
import type { Wish } from './wish.js'

/** PCI Code and ID Assignment Specification, section 1. */
const display = 0x03
const storage = 0x01
const network = 0x02
const vga = 0x0300
const withoutOutputs = 0x0302
const usbController = 0x0c03
const nvme = 0x0108

export function isVideoCard({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 16 === display
}

export function isVga({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 8 === vga
}

/** A display can be plugged into it: no 3D controller, and no slice of a card (SR-IOV). */
function hasOutputs(f: PciFunction): boolean {
  const is3d = (knownValue(f.class) ?? 0) >> 8 === withoutOutputs
  return isVideoCard(f) && !is3d && (knownValue(f.physicalFunction) ?? null) === null
}

export function isUsbController({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 8 === usbController
}

export function isNetworkCard({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 16 === network
}

export function isStorage({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 16 === storage
}

function isNvme({ class: code }: PciFunction): boolean {
  return (knownValue(code) ?? 0) >> 8 === nvme
}

/** `01:00.0`: segment 0 is not written. */
export function shortAddress({ address }: PciFunction): string {
  return address.replace(/^0000:/, '')
}

/** Whether a display can be plugged into one of the devices. */
export function givesPicture({ devices }: Wish): boolean {
  return devices.some(hasOutputs)
}

/** Disks of the host that the machine starts from, where it has none of its own. */
export function startingDisks({ disks, devices }: Wish): readonly PciFunction[] {
  return disks.length === 0 ? devices.filter(isNvme) : []
}

/** The first device that says at which NUMA node it stands, and that node. */
export function nodeOf(
  devices: readonly PciFunction[],
): { readonly device: PciFunction; readonly node: number } | undefined {
  for (const device of devices) {
    const node = knownValue(device.numaNode) ?? null
    if (node !== null) return { device, node }
  }
  return undefined
}
