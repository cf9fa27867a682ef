import { type Description, isWindows } from '../description/description.js'
import { list } from './option.js'

/**
 * Input devices of the host, by `input`. The one that `grab_all` stands at takes those along that lack it when both its Ctrl
 * keys are pressed (QEMU ui/input-linux.c, input_linux_toggle_grab): so it stands at keyboards, which udev names so.
 */
export function grabbed({ input }: Description): string[] {
  const isKeyboard = isKeyboardOf(input)
  return input.flatMap((evdev, index) => {
    const keys = isKeyboard(evdev, index) ? { grab_all: 'on', repeat: 'on' } : {}
    return ['-object', list('input-linux', { id: `input${index}`, evdev, ...keys })]
  })
}

/** Which of the nodes is a keyboard; where none is named so, the first. */
export function isKeyboardOf(input: readonly string[]): (node: string, index: number) => boolean {
  const isNamed = (node: string) => node.endsWith('-event-kbd')
  return input.some(isNamed) ? isNamed : (_, index) => index === 0
}

/**
 * The pointer: a tablet follows the viewer's own pointer. Looking Glass moves a mouse instead
 * (its documentation, Installation: a tablet is to be removed). Linux has a driver of virtio's tablet; the others know USB's.
 */
export function pointerOf({
  os,
  display,
  graphics,
  lookingGlassBytes,
}: Description): 'virtio' | 'usb' | undefined {
  if (display === 'none' || graphics === 'none' || lookingGlassBytes !== undefined) return undefined
  return os === 'linux' ? 'virtio' : 'usb'
}

/** Devices of the host's USB, and the pointer. */
export function usb(description: Description): string[] {
  const pointer = pointerOf(description)
  const devices = [
    ...(pointer === 'usb' ? ['usb-tablet,bus=usb.0'] : []),
    ...description.usb.map((ids) => {
      const [vendor, product] = ids.split(':')
      return list('usb-host', { bus: 'usb.0', vendorid: `0x${vendor}`, productid: `0x${product}` })
    }),
  ]
  return [
    ...(pointer === 'virtio' ? ['-device', 'virtio-tablet-pci'] : []),
    ...(devices.length > 0 ? ['-device', 'qemu-xhci,id=usb'] : []),
    ...devices.flatMap((device) => ['-device', device]),
  ]
}

/** The clock as the system expects to find it: Windows takes it for local time. */
export function clock(description: Description): string[] {
  return isWindows(description) ? ['-rtc', 'base=localtime,driftfix=slew'] : []
}
