/**
 * What QEMU does for a generation of Intel's graphics:
 * - `legacy`: it can make of it the machine's first display, as on the host (legacy mode)
 * - `stolen memory`: no legacy mode; it gives it memory and OpRegion, which the machine's firmware must set up
 * - `none`: it does not know it, or there is nothing to set up but the OpRegion
 */
export type IntelSupport = 'legacy' | 'stolen memory' | 'none'

/** A generation of Intel's integrated graphics. */
export interface IntelGraphics {
  readonly name: string
  /** Upper bytes of its device ids; whole ids where others share the byte. */
  readonly ids: readonly number[]
  readonly support: IntelSupport
  /** The kernel can make virtual functions of it by itself (GVT-g). */
  readonly gvt: boolean
  readonly source: string
}

const qemu = 'QEMU 10.2 hw/vfio/igd.c igd_gen'
const gvt = 'Linux 6.1, 7.3 drivers/gpu/drm/i915/intel_gvt.c is_supported_device; include/drm/intel/pciids.h'

/** Of two rows that fit the first counts. Ids that none has are of graphics before Sandy Bridge, or too new. */
export const intelGraphics: readonly IntelGraphics[] = [
  row('Apollo Lake', [0x0a84, 0x1a84, 0x1a85, 0x5a84, 0x5a85], 'legacy', true),
  row('Sandy Bridge or Ivy Bridge', [0x01], 'legacy'),
  row('Haswell', [0x04, 0x0a, 0x0c, 0x0d], 'legacy'),
  row('Bay Trail', [0x0f], 'legacy'),
  row('Broadwell', [0x16], 'legacy', true),
  row('Cherry Trail', [0x22], 'legacy'),
  row('Skylake', [0x19], 'legacy', true),
  row('Gemini Lake', [0x31], 'legacy'),
  row('Kaby Lake', [0x59], 'legacy', true),
  row('Amber Lake', [0x87], 'none', true),
  row('Coffee Lake', [0x3e], 'legacy', true),
  row('Comet Lake', [0x9b], 'legacy', true),
  row('Ice Lake', [0x8a], 'stolen memory'),
  row('Elkhart Lake', [0x45], 'stolen memory'),
  row('Jasper Lake', [0x4e], 'stolen memory'),
  row('Tiger Lake', [0x9a], 'stolen memory'),
  row('Rocket Lake', [0x4c], 'stolen memory'),
  row('Alder Lake', [0x46], 'stolen memory'),
  row('Raptor Lake', [0xa7], 'stolen memory'),
  row('Meteor Lake or Arrow Lake', [0x7d, 0xb6], 'none'),
  row('Lunar Lake', [0x64], 'none'),
  row('Panther Lake', [0xb0], 'none'),
  row('Wildcat Lake', [0xfd], 'none'),
]

function row(name: string, ids: readonly number[], support: IntelSupport, hasGvt = false): IntelGraphics {
  return { name, ids, support, gvt: hasGvt, source: hasGvt ? `${qemu}; ${gvt}` : qemu }
}

export function intelGraphicsOf(device: number): IntelGraphics | undefined {
  return intelGraphics.find(({ ids }) => ids.some((id) => id === (id > 0xff ? device : device >> 8)))
}
