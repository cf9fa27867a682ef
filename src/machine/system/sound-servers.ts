import type { Host } from '../../host/index.js'
import type { Fact, Unknown } from '../machine.js'
import { isThere, readList } from '../read.js'

export const runFolder = '/run/user'

/** A sound server of somebody who is logged in. */
export interface SoundServer {
  readonly kind: 'pipewire' | 'pulseaudio'
  readonly user: number
  readonly path: string
}

/**
 * PipeWire holds a lock beside its socket (src/modules/module-protocol-native.c lock_socket); PulseAudio, and PipeWire in its
 * place, has `native` in a folder of its own. Sockets cannot be opened to see whether they are there. People only: user ids
 * from 1000 (login.defs(5), UID_MIN). Where nothing was found and some folder may not be looked into, that is not known.
 */
export function readSoundServers(host: Host): Fact<readonly SoundServer[]> {
  const users = readList(host, runFolder)
  if ('unknown' in users) return users
  const found: SoundServer[] = []
  let open: Unknown | undefined
  for (const name of users.value ?? []) {
    if (!/^\d+$/.test(name) || Number(name) < 1000) continue
    const pipewire = isThere(host, `${runFolder}/${name}/pipewire-0.lock`)
    if ('unknown' in pipewire) open ??= pipewire
    else if (pipewire.value)
      found.push({ kind: 'pipewire', user: Number(name), path: `${runFolder}/${name}/pipewire-0` })
    const pulse = readList(host, `${runFolder}/${name}/pulse`)
    if ('unknown' in pulse) open ??= pulse
    else if (pulse.value?.includes('native'))
      found.push({ kind: 'pulseaudio', user: Number(name), path: `${runFolder}/${name}/pulse/native` })
  }
  return found.length === 0 && open !== undefined ? open : { value: found }
}
