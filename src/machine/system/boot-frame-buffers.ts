import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Fact } from '../machine.js'
import { readFact } from '../read.js'

export const memoryMapPath = '/proc/iomem'

/** A range that a driver of the firmware's frame buffer holds. */
export interface BootFrameBuffer {
  /** `BOOTFB`, `efifb`, ... */
  readonly name: string
  /** The function in whose BAR it lies; null: it lies in none that is told. */
  readonly address: string | null
}

/**
 * Names of the range that a driver of the firmware's frame buffer reserves: sysfb (Linux drivers/firmware/sysfb_simplefb.c),
 * efifb, vesafb, simplefb (drivers/video/fbdev), simpledrm, efidrm and vesadrm (drivers/gpu/drm/tiny, sysfb).
 */
const frameBufferRange =
  /^(BOOTFB|efifb|vesafb|simplefb|efidrm|vesadrm|(simple-framebuffer|simpledrm)[.\w-]*)$/

/**
 * The ranges of the firmware's frame buffer in /proc/iomem (Linux kernel/resource.c r_show): lines are nested by two spaces, and
 * the names are there even where the addresses read as zero for this user.
 */
export function readBootFrameBuffers(host: Host): Fact<readonly BootFrameBuffer[]> {
  return readFact(host, memoryMapPath, parseBootFrameBuffers)
}

function parseBootFrameBuffers(text: string): readonly BootFrameBuffer[] {
  const found: BootFrameBuffer[] = []
  const above: string[] = []
  for (const line of text.split('\n')) {
    const [, indent, name] = /^( *)\S+ : (.*)$/.exec(line) ?? []
    if (indent === undefined || name === undefined) continue
    above.length = indent.length / 2
    if (frameBufferRange.test(name))
      found.push({ name, address: above.findLast((one) => functionOfPath(one)) ?? null })
    above.push(name)
  }
  return found
}
