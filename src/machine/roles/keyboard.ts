import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import { readFact } from '../read.js'
import type { RoleFindings } from './search.js'

const path = '/proc/bus/input/devices'

/**
 * Key codes 1 to 31 (Linux include/uapi/linux/input-event-codes.h): Escape, the digits and Q to S. systemd's udev calls
 * what has them all a keyboard (src/udev/udev-builtin-input_id.c), which leaves out power buttons and gaming mice.
 */
const keyboardKeys = 0xfffffffe

export function findKeyboards(host: Host, findings: RoleFindings): void {
  const devices = readFact(host, path, parseInputDevices)
  if ('unknown' in devices) {
    findings.unknown('keyboard', devices)
    return
  }
  for (const { name, sysfs, keys } of devices.value) {
    if ((keys & keyboardKeys) >>> 0 !== keyboardKeys) continue
    const evidence = { path: `/sys${sysfs}`, value: name }
    const address = functionOfPath(sysfs)
    if (address) findings.found('keyboard', address, [evidence])
    else if (sysfs.includes('/uhid/')) {
      findings.unknown('keyboard', {
        unknown: `${name}: which Bluetooth adapter carries it is not told`,
        path: evidence.path,
      })
    } else if (!sysfs.startsWith('/devices/virtual/')) findings.elsewhere('keyboard', evidence)
    // What is left is made by a program (uinput) out of other keyboards.
  }
}

interface InputDevice {
  readonly name: string
  /** Below /sys. */
  readonly sysfs: string
  /** The lowest 32 bits of the mask of keys it has. */
  readonly keys: number
}

/** Blocks of `N: Name="..."`, `S: Sysfs=...`, `B: KEY=...` (Linux drivers/input/input.c); masks have their high words first. */
function parseInputDevices(text: string): readonly InputDevice[] {
  return text.split('\n\n').flatMap((block) => {
    const sysfs = /^S: Sysfs=(.*)$/m.exec(block)?.[1]
    if (!sysfs) return []
    const name = /^N: Name="(.*)"$/m.exec(block)?.[1] ?? ''
    const lowest = /^B: KEY=.*?([0-9a-f]{1,8})$/m.exec(block.replace(/\s+$/gm, ''))?.[1] ?? '0'
    return [{ name, sysfs, keys: Number.parseInt(lowest, 16) }]
  })
}
