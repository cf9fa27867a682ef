import type { Host } from '../../host/index.js'
import { functionOfPath } from '../address.js'
import type { Fact } from '../machine.js'
import { knownValue, parseLine, readFact, readList, readTarget } from '../read.js'

export const connectorsFolder = '/sys/class/drm'

/** A socket for a display, as the driver of a video card shows it. */
export interface Connector {
  /** `card0-HDMI-A-1` */
  readonly name: string
  /** The function that drives it; null: none, or it is not told. */
  readonly address: string | null
  /** Whether a display was there when the driver last looked; unknown where the driver cannot tell. */
  readonly isConnected: Fact<boolean>
}

/**
 * What drivers show (Linux drivers/gpu/drm/drm_sysfs.c): the last state, nothing is asked of a display. Empty without DRM. Left
 * out is what no display is plugged into: the frame buffer of the firmware (`simple-framebuffer.0`), and writing to memory.
 */
export function readConnectors(host: Host): Fact<readonly Connector[]> {
  const names = readList(host, connectorsFolder)
  if ('unknown' in names) return names
  return {
    value: (names.value ?? [])
      .filter((name) => /^card\d+-(?!Writeback-)/.test(name))
      .flatMap((name) => readConnector(host, name)),
  }
}

function readConnector(host: Host, name: string): readonly Connector[] {
  const folder = `${connectorsFolder}/${name}`
  const path = knownValue(readTarget(host, folder)) ?? folder
  if (/-framebuffer\.\d+\//.test(path)) return []
  return [{ name, address: functionOfPath(path) ?? null, isConnected: readStatus(host, `${folder}/status`) }]
}

function readStatus(host: Host, path: string): Fact<boolean> {
  const status = readFact(host, path, parseLine)
  if ('unknown' in status) return status
  return status.value === 'unknown'
    ? { unknown: 'the driver cannot tell', path }
    : { value: status.value === 'connected' }
}
