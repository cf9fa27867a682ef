import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { parseNumber, readOptional } from '../read.js'

export const chassisPath = '/sys/class/dmi/id/chassis_type'

/** What the computer is built as. */
export interface Chassis {
  /** As SMBIOS has it (DSP0134 section 7.4.1): 3 desktop, 10 notebook, 23 rack, ... */
  readonly type: number
  /** It is carried about, with a screen of its own. */
  readonly isPortable: boolean
}

/** Portable, laptop, notebook, hand-held, sub-notebook, tablet, convertible, detachable: DSP0134 section 7.4.1. */
const portableTypes: ReadonlySet<number> = new Set([8, 9, 10, 11, 14, 30, 31, 32])

/** A decimal number (Linux drivers/firmware/dmi-id.c); null: the firmware has no SMBIOS, or the kernel does not read it. */
export function readChassis(host: Host): Fact<Chassis | null> {
  return readOptional(host, chassisPath, (text) => {
    const type = parseNumber(text)
    return type === undefined ? undefined : { type, isPortable: portableTypes.has(type) }
  })
}
