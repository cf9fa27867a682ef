import type { PciFunction } from '../../machine/index.js'
import { need } from '../outcomes.js'

/** Devices of one vendor: single ids, or ranges with both ends inside; `any`: all of them. */
export interface DeviceIds {
  readonly vendor: number
  readonly devices: readonly (number | readonly [number, number])[] | 'any'
}

/** Ends the rule as undecided where an id is not known that decides. */
export function isOneOf(f: PciFunction, { vendor, devices }: DeviceIds): boolean {
  if (need(f.vendor) !== vendor) return false
  if (devices === 'any') return true
  const id = need(f.device)
  return devices.some((one) => (typeof one === 'number' ? one === id : one[0] <= id && id <= one[1]))
}

/** `10de:2206`, as vfio-pci takes it. */
export function idsOf(f: PciFunction): string {
  return [need(f.vendor), need(f.device)].map((id) => id.toString(16).padStart(4, '0')).join(':')
}
