import { type Description, isWindows } from '../description/description.js'
import { list } from './option.js'

/**
 * Input devices of the host, by `input`. The one that `grab_all` stands at takes those along that lack it when both its Ctrl
 * keys are pressed (QEMU ui/input-linux.c, input_linux_toggle_grab): so it stands at keyboards, which udev names so.
 */
export function grabbed({ input }: Description): string[] {
  const isKeyboard = (node: string) => node.endsWith('-event-kbd')
  const named = input.some(isKeyboard)
  return input.flatMap((evdev, index) => {
    const switches = named ? isKeyboard(evdev) : index === 0
    const keys = switches ? { grab_all: 'on', repeat: 'on' } : {}
    return ['-object', list('input-linux', { id: `input${index}`, evdev, ...keys })]
  })
}

/**
 * Devices of the host's USB, and the pointer: a tablet follows the viewer's own pointer. Looking Glass moves a mouse instead
 * (its documentation, Installation: a tablet is to be removed). Linux has a driver of virtio's tablet; the others know USB's.
 */
export function usb(description: Description): string[] {
  const { display, graphics, lookingGlassBytes } = description
  const hasPointer = display !== 'none' && graphics !== 'none' && lookingGlassBytes === undefined
  const isVirtio = description.os === 'linux'
  const devices = [
    ...(hasPointer && !isVirtio ? ['usb-tablet,bus=usb.0'] : []),
    ...description.usb.map((ids) => {
      const [vendor, product] = ids.split(':')
      return list('usb-host', { bus: 'usb.0', vendorid: `0x${vendor}`, productid: `0x${product}` })
    }),
  ]
  return [
    ...(hasPointer && isVirtio ? ['-device', 'virtio-tablet-pci'] : []),
    ...(devices.length > 0 ? ['-device', 'qemu-xhci,id=usb'] : []),
    ...devices.flatMap((device) => ['-device', device]),
  ]
}

/** The clock as the system expects to find it: Windows takes it for local time. */
export function clock(description: Description): string[] {
  return isWindows(description) ? ['-rtc', 'base=localtime,driftfix=slew'] : []
}
