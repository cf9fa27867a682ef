import type { Accelerator } from '../accelerator.js'
import type { UefiFirmware } from '../firmware.js'
import { element, type Xml } from './xml.js'

/** What was decided for one domain. */
export interface DomainSettings {
  readonly accelerator: Accelerator
  /** The description's file, absolute. */
  readonly file: string
  /** The program of QEMU, absolute. */
  readonly emulator: string
  /** The addresses of `description.devices`, in their order: `0000:01:00.0`. */
  readonly addresses: readonly string[]
  readonly firmware?: UefiFirmware | undefined
  /** Whether the host's processors are AMD's. */
  readonly isAmd?: boolean
  /** Whether a disk's file is a block device. */
  readonly isBlock: (file: string) => boolean
  /** Whose session sound goes to. */
  readonly uid?: number | undefined
}

/** Gives the next free slot of the root bus. */
export type RootBus = () => Xml

/**
 * A machine finds the same devices in the same slots whoever starts it: QEMU gives those that have no address the first free
 * slot, from 1 on (QEMU hw/pci/pci.c, do_pci_register_device), and so they are told here.
 */
export function rootBus(): RootBus {
  let slot = 0
  return () => pciAddress(0, ++slot)
}

export function pciAddress(bus: number, slot: number, number = 0, multifunction?: 'on'): Xml {
  const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`
  return element('address', {
    type: 'pci',
    domain: '0x0000',
    bus: hex(bus, 2),
    slot: hex(slot, 2),
    function: hex(number, 1),
    multifunction,
  })
}

/** What libvirt has no element for: `<qemu:commandline>` and `<qemu:override>` (libvirt docs/drvqemu.rst). */
export interface Extras {
  readonly arguments: string[]
  /** Properties of the devices with these aliases. */
  readonly overrides: Xml[]
}
