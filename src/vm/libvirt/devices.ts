import type { Description, HostDevice } from '../description/description.js'
import { sparePorts } from '../qemu/devices.js'
import { numbered, slotOf } from '../qemu/slot.js'
import type { BootOrder } from './boot-order.js'
import { type DomainSettings, type Extras, pciAddress, type RootBus } from './settings.js'
import { element, render, type Xml } from './xml.js'

interface Placed {
  readonly device: HostDevice
  readonly address: string
  readonly boot: Xml | undefined
}

/**
 * As `qemu/devices.ts` places them: functions of one slot together behind a root port of their own, the card that SeaBIOS draws
 * on beside it; then free ports. The bus behind a port has the number of the port's controller (docs/pci-addresses.rst).
 */
export function hostDevices(
  { firmware, devices }: Description,
  { addresses }: DomainSettings,
  order: BootOrder,
  root: RootBus,
  extras: Extras,
): readonly Xml[] {
  const slots = new Map<string, Placed[]>()
  for (const [index, device] of devices.entries()) {
    const placed = { device, address: addresses[index]!, boot: order.devices[index] }
    const slot = slotOf(placed.address)
    slots.set(slot, [...(slots.get(slot) ?? []), placed])
  }
  let ports = 0
  const port = () =>
    element(
      'controller',
      { type: 'pci', index: ++ports, model: 'pcie-root-port' },
      element('target', { chassis: ports }),
      root(),
    )
  return [
    ...[...slots.values()].flatMap((functions) => {
      if (firmware === 'bios' && functions.some(({ device }) => device.vga))
        return functions.map((one) => hostDevice(one, root(), extras))
      const behind = port()
      return [
        behind,
        ...numbered(functions).map(({ number, ...one }) => {
          const multifunction = number === 0 && functions.length > 1 ? 'on' : undefined
          return hostDevice(one, pciAddress(ports, 0, number, multifunction), extras)
        }),
      ]
    }),
    ...Array.from({ length: sparePorts }, port),
  ]
}

/** Not `managed`: libvirt would give back only what is in the machine, not the rest of its group. The hook binds. */
function hostDevice({ device, address, boot }: Placed, place: Xml, extras: Extras): Xml {
  const { vga, rom } = device
  const alias = `ua-${address.replace(/[:.]/g, '-')}`
  // libvirt has no word for x-vga.
  if (vga)
    extras.overrides.push(
      element(
        'qemu:device',
        { alias },
        element(
          'qemu:frontend',
          {},
          element('qemu:property', { name: 'x-vga', type: 'bool', value: 'true' }),
        ),
      ),
    )
  return element(
    'hostdev',
    { mode: 'subsystem', type: 'pci', managed: 'no' },
    vfio,
    hostSource(address),
    boot,
    rom === undefined ? undefined : element('rom', rom === false ? { bar: 'off' } : { file: rom }),
    vga ? element('alias', { name: alias }) : undefined,
    place,
  )
}

const vfio = element('driver', { name: 'vfio' })

function hostSource(address: string): Xml {
  const [domain, bus, slot, number] = address.split(/[:.]/).map((digits) => `0x${digits}`)
  return element('source', {}, element('address', { domain, bus, slot, function: number }))
}

/** For `virsh attach-device`, which finds a place for it. */
export function pluggedXml(address: string): string {
  return render(
    element('hostdev', { mode: 'subsystem', type: 'pci', managed: 'yes' }, vfio, hostSource(address)),
  )
}
