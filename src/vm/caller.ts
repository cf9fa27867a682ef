import { chmodSync, closeSync, existsSync, lchownSync, openSync } from 'node:fs'
import type { Description } from './description/index.js'
import { lookingGlassFile } from './qemu/graphics.js'
import { socketsOf } from './qemu/run.js'

/** Who ran sudo, where this is root by sudo: the machine's picture and sound are theirs. */
export function caller(): number | undefined {
  const uid = Number(process.env.SUDO_UID)
  return process.geteuid?.() === 0 && Number.isInteger(uid) && uid > 0 ? uid : undefined
}

/** Lets the caller's viewer open the display's socket and the memory of Looking Glass. Other sockets stay root's. */
export function openDisplay({ name, lookingGlassBytes }: Description, folder: string): void {
  const uid = caller()
  if (uid === undefined) return
  const { spice, vnc } = socketsOf(folder)
  chmodSync(folder, 0o711)
  for (const file of [spice, vnc, ...(lookingGlassBytes ? [lookingGlassFile(name)] : [])])
    if (existsSync(file)) lchownSync(file, uid, -1)
}

/**
 * Makes the memory of Looking Glass where it is missing, before QEMU does: everybody could read the machine's picture in its
 * (QEMU system/physmem.c file_ram_open, mode 0644). QEMU gives an empty file its size.
 */
export function makeLookingGlass(
  { name, lookingGlassBytes }: Description,
  file = lookingGlassFile(name),
): void {
  if (lookingGlassBytes !== undefined && !existsSync(file)) closeSync(openSync(file, 'wx', 0o600))
}

/** QEMU's environment: sound goes to the caller's session, whose sockets are where these two variables say. */
export function environment({ sound }: Description): NodeJS.ProcessEnv {
  const uid = caller()
  if (sound === undefined || uid === undefined) return process.env
  const session = `/run/user/${uid}`
  return { PIPEWIRE_RUNTIME_DIR: session, PULSE_SERVER: `unix:${session}/pulse/native`, ...process.env }
}
