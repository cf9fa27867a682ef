import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { knownValue, readFact, readList, readTarget } from '../read.js'

export const inputDevicesPath = '/proc/bus/input/devices'
export const inputLinksFolder = '/dev/input/by-id'

/** Something that is typed on or pointed with, as the kernel has it. */
export interface InputDevice {
  readonly name: string
  /** `event3`; null: it has no event node. */
  readonly event: string | null
  readonly isKeyboard: boolean
  /** A mouse, a trackball, a touchpad. */
  readonly isPointer: boolean
  /** `046d:c52b`; null: it is not on USB. */
  readonly usb: string | null
}

/**
 * Blocks of `I: Bus=0003 Vendor=046d Product=c52b`, `N: Name="..."`, `H: Handlers=...`, `B: KEY=...`; masks have their high words
 * first (Linux drivers/input/input.c input_devices_seq_show). The kernel's own handlers tell mice: mousedev takes what points
 * (drivers/input/mousedev.c mousedev_ids). Devices that programs made are left out.
 */
export function readInputDevices(host: Host): Fact<readonly InputDevice[]> {
  return readFact(host, inputDevicesPath, (text) =>
    text.split('\n\n').flatMap((block) => {
      const [, bus, vendor, product] = /^I: Bus=(\w{4}) Vendor=(\w{4}) Product=(\w{4})/m.exec(block) ?? []
      const sysfs = /^S: Sysfs=(.*)$/m.exec(block)?.[1] ?? ''
      if (bus === undefined || sysfs.startsWith('/devices/virtual/')) return []
      const handlers = /^H: Handlers=(.*)$/m.exec(block)?.[1]?.trim().split(/\s+/) ?? []
      const keys = Number.parseInt(/^B: KEY=.*?([0-9a-f]{1,8})\s*$/m.exec(block)?.[1] ?? '0', 16)
      return [
        {
          name: /^N: Name="(.*)"$/m.exec(block)?.[1] ?? '',
          event: handlers.find((one) => /^event\d+$/.test(one)) ?? null,
          isKeyboard: (keys & typedOn) >>> 0 === typedOn,
          isPointer: handlers.some((one) => /^mouse\d+$/.test(one)),
          usb: bus === '0003' ? `${vendor}:${product}` : null,
        },
      ]
    }),
  )
}

/** Key codes 1 to 31: Escape, the digits and Q to S (systemd src/udev/udev-builtin-input_id.c). */
const typedOn = 0xfffffffe

/**
 * Names that stay, by the event node that they lead to: links in /dev/input/by-id, and of what is not on USB in by-path (systemd
 * rules.d/60-persistent-input.rules). Asked of a live computer only: serial numbers are in them.
 */
export function readInputLinks(host: Host): Fact<ReadonlyMap<string, string>> {
  if (host.kind !== 'live')
    return { unknown: 'serial numbers are in these names: no recording holds them', path: inputLinksFolder }
  const links = new Map<string, string>()
  for (const folder of [inputLinksFolder, '/dev/input/by-path']) {
    const names = readList(host, folder)
    if ('unknown' in names) return names
    for (const name of names.value ?? []) {
      const path = `${folder}/${name}`
      const event = knownValue(readTarget(host, path))?.split('/').at(-1)
      if (event !== undefined && !links.has(event)) links.set(event, path)
    }
  }
  return { value: links }
}
