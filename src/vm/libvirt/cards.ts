import type { Description } from '../description/description.js'
import { isKeyboardOf, pointerOf } from '../qemu/input.js'
import { macOf } from '../qemu/network.js'
import type { BootOrder } from './boot-order.js'
import type { DomainSettings, Extras, RootBus } from './settings.js'
import { element, textElement, type Xml } from './xml.js'

export function network({ name, network }: Description, order: BootOrder, root: RootBus): readonly Xml[] {
  return network.map(({ kind, bridge, model, mac }, index) =>
    element(
      'interface',
      { type: kind },
      element('mac', { address: mac ?? macOf(name, index) }),
      bridge === undefined ? undefined : element('source', { bridge }),
      element('model', { type: model }),
      order.network[index],
      root(),
    ),
  )
}

/**
 * The first card always has the legacy VGA ranges there, where its kind can (libvirt src/qemu/qemu_command.c
 * qemuDeviceVideoGetModel). Beside a card that has them: bochs-display is the std card without them; of virtio's there is none.
 */
export function graphics(
  { graphics, display, devices }: Description,
  root: RootBus,
  extras: Extras,
): readonly Xml[] {
  const isBeside = devices.some(({ vga }) => vga)
  const video = (type: string, address?: Xml) => element('video', {}, element('model', { type }), address)
  const cards = {
    none: () => video('none'),
    std: () => video(isBeside ? 'bochs' : 'vga', root()),
    virtio: () => {
      const place = root()
      if (!isBeside) return video('virtio', place)
      extras.arguments.push('-device', `virtio-gpu-pci,bus=pcie.0,addr=${place.attributes.slot}`)
      return video('none')
    },
  }
  // In the domain's own folder, where QEMU may make a socket and viewers of libvirt look.
  const listen = element('listen', { type: 'socket' })
  return [cards[graphics](), ...(display === 'none' ? [] : [element('graphics', { type: display }, listen)])]
}

export function channels({ display, guestAgent }: Description, root: RootBus): readonly Xml[] {
  const port = (type: string, name: string) =>
    element('channel', { type }, element('target', { type: 'virtio', name }))
  const ports = [
    ...(display === 'spice' ? [port('spicevmc', 'com.redhat.spice.0')] : []),
    ...(guestAgent ? [port('unix', 'org.qemu.guest_agent.0')] : []),
  ]
  return ports.length > 0
    ? [element('controller', { type: 'virtio-serial', index: 0 }, root()), ...ports]
    : []
}

/** Without a word libvirt adds a USB controller. A device that is not there at the start stays away. */
export function input(description: Description, root: RootBus): readonly Xml[] {
  const pointer = pointerOf(description)
  const tablet = (bus: string, place?: Xml) => element('input', { type: 'tablet', bus }, place)
  const devices = [
    ...(pointer === 'usb' ? [tablet('usb')] : []),
    ...description.usb.map((ids) => {
      const [vendor, product] = ids.split(':').map((digits) => `0x${digits}`)
      return element(
        'hostdev',
        { mode: 'subsystem', type: 'usb' },
        element(
          'source',
          { startupPolicy: 'optional' },
          element('vendor', { id: vendor }),
          element('product', { id: product }),
        ),
      )
    }),
  ]
  return [
    ...(pointer === 'virtio' ? [tablet('virtio', root())] : []),
    devices.length > 0
      ? element('controller', { type: 'usb', index: 0, model: 'qemu-xhci' }, root())
      : element('controller', { type: 'usb', index: 0, model: 'none' }),
    ...devices,
    ...grabbed(description),
  ]
}

function grabbed({ input }: Description): readonly Xml[] {
  const isKeyboard = isKeyboardOf(input)
  return input.map((dev, index) => {
    const keys = isKeyboard(dev, index) ? { grab: 'all', repeat: 'on' } : {}
    return element('input', { type: 'evdev' }, element('source', { dev, ...keys }))
  })
}

/** PipeWire since libvirt 9.10.0. The session's sockets are named, as QEMU runs as another user. */
export function sound({ sound }: Description, { uid }: DomainSettings, root: RootBus): readonly Xml[] {
  if (sound === undefined) return []
  const session = uid === undefined ? undefined : `/run/user/${uid}`
  const place =
    sound === 'pipewire' ? { runtimeDir: session } : { serverName: session && `unix:${session}/pulse/native` }
  return [
    element(
      'sound',
      { model: 'ich9' },
      element('codec', { type: 'duplex' }),
      element('audio', { id: 1 }),
      root(),
    ),
    element('audio', { id: 1, type: sound, ...place }),
  ]
}

/** /dev/shm/NAME (libvirt src/qemu/qemu_command.c qemuBuildShmemBackendMemProps). */
export function lookingGlass({ name, lookingGlassBytes }: Description, root: RootBus): readonly Xml[] {
  if (lookingGlassBytes === undefined) return []
  return [
    element(
      'shmem',
      { name },
      element('model', { type: 'ivshmem-plain' }),
      textElement('size', lookingGlassBytes / 1024 ** 2, { unit: 'M' }),
      root(),
    ),
  ]
}

/** The serial console, and a file that keeps what it says, in libvirt's folder of logs. */
export function serialConsole(name: string): readonly Xml[] {
  return [
    element(
      'serial',
      { type: 'pty' },
      element('log', { file: consoleLog(name), append: 'off' }),
      element('target', { type: 'isa-serial', port: 0 }),
    ),
  ]
}

export function consoleLog(name: string): string {
  return `/var/log/libvirt/qemu/${name}-console.log`
}
