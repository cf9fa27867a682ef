import type { Description } from '../description/description.js'
import { list } from './option.js'

/** QEMU's names. PipeWire's is there from QEMU 8.1 on (qapi/audio.json). */
export const audioDrivers = { pipewire: 'pipewire', pulseaudio: 'pa' }

export function sound({ sound }: Description): string[] {
  if (sound === undefined) return []
  const id = 'sound'
  return [
    ...['-audiodev', list(audioDrivers[sound], { id })],
    ...['-device', 'ich9-intel-hda', '-device', list('hda-duplex', { audiodev: id })],
  ]
}
