import { capabilityOf } from './capability.js'
import type { Fact, PciFunction } from './machine.js'
import { knownValue } from './read.js'

/**
 * Whether the function's INTx can be masked with DisINTx, as vfio-pci needs it where an interrupt line is shared.
 * Linux tries the bit when it finds a function (drivers/pci/probe.c `pci_intx_mask_broken`) and keeps the outcome to
 * itself; a reading program must not try it again. This is what can be known without.
 */
export type IntxMasking =
  /** The function has no interrupt pin. */
  | { readonly verdict: 'no-intx' }
  /** The bit is set now, so it can be set; and Linux has nothing against this function. */
  | { readonly verdict: 'works' }
  /** PCI Express demands the bit of every function with a pin; that it works was not seen. */
  | { readonly verdict: 'expected' }
  /** Linux knows that masking does not work here; vfio-pci wants the interrupt line for this function alone. */
  | { readonly verdict: 'broken' }
  /** Linux knows that INTx does not work here at all: vfio-pci hides the pin from the virtual machine. */
  | { readonly verdict: 'hidden' }
  /** It depends on the firmware in the card. */
  | { readonly verdict: 'firmware' }
  /** Before PCI 2.3 there was no such bit, and nothing here tells which PCI it is. */
  | { readonly verdict: 'untried' }

interface KnownFunction {
  readonly vendor: number
  /** First and last device id. */
  readonly devices: readonly [number, number]
  readonly verdict: 'broken' | 'hidden' | 'firmware'
}

const ids = (
  vendor: number,
  verdict: KnownFunction['verdict'],
  ...devices: readonly (number | [number, number])[]
) =>
  devices.map(
    (device): KnownFunction => ({
      vendor,
      verdict,
      devices: typeof device === 'number' ? [device, device] : device,
    }),
  )

/**
 * Linux 6.12: `hidden` from drivers/vfio/pci/vfio_pci_core.c `vfio_pci_nointx`; the others from drivers/pci/quirks.c
 * `quirk_broken_intx_masking` and `mellanox_check_broken_intx_masking` with the ids of include/linux/pci_ids.h.
 */
export const knownIntx: readonly KnownFunction[] = [
  ...ids(0x8086, 'hidden', 0x1572, 0x1574, [0x1580, 0x1581], [0x1583, 0x158b], [0x37d0, 0x37d2], 0x1563),
  ...ids(0x1425, 'broken', 0x0030),
  ...ids(0x1814, 'broken', 0x0601),
  ...ids(0x1b7c, 'broken', 0x0004),
  ...ids(0x1102, 'broken', 0x000b),
  ...ids(0x10ec, 'broken', 0x8169),
  ...ids(0x15b3, 'broken', 0x6340, 0x634a, 0x6354, 0x6732, 0x673c, 0x6368, 0x6750, 0x6372, 0x675a),
  ...ids(0x15b3, 'broken', 0x6764, 0x6746, 0x676e, 0x1003, 0x1007),
  ...ids(0x15b3, 'firmware', 0x1013, 0x1015),
]

export function intxMasking(
  f: Pick<PciFunction, 'address' | 'config' | 'vendor' | 'device'>,
): Fact<IntxMasking> {
  if ('unknown' in f.config) return f.config
  const { interruptPin, command } = f.config.value.header.fields
  const path = `/sys/bus/pci/devices/${f.address}/config`
  if (interruptPin === undefined) return { unknown: 'the interrupt pin is not told', path }
  if (interruptPin === 'none') return { value: { verdict: 'no-intx' } }
  const [vendor, device] = [knownValue(f.vendor), knownValue(f.device)]
  if (vendor === undefined || device === undefined) return { unknown: 'the ids are not told', path }
  const known = knownIntx.find(
    (row) => row.vendor === vendor && row.devices[0] <= device && device <= row.devices[1],
  )
  if (known) return { value: { verdict: known.verdict } }
  if (command.intxDisabled === true) return { value: { verdict: 'works' } }
  const express = capabilityOf(f, 'express')
  if ('unknown' in express) return express
  return { value: { verdict: express.value ? 'expected' : 'untried' } }
}
