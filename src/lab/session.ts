import { lstatSync, mkdirSync } from 'node:fs'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Computer } from './computer.js'
import { LabError } from './errors.js'
import { type Guest, joinGuest } from './guest.js'

/** A folder of this user alone for the socket of the running laboratory. */
function runtimeFolder(): string {
  const uid = process.getuid?.() ?? 0
  const folder = join(process.env.XDG_RUNTIME_DIR ?? tmpdir(), `handover-${uid}`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid: owner, mode } = lstatSync(folder)
  if (owner !== uid || mode & 0o077)
    throw new LabError(`${folder} belongs to somebody else or is open to others: remove it`)
  return folder
}

function sessionSocket(): string {
  return join(runtimeFolder(), 'lab.sock')
}

/** One laboratory a user can be shared at a time. Throws {@link LabError} where one is. */
export async function requireNoSession(): Promise<void> {
  const running = await joinSession()
  if (!running) return
  running.close()
  throw new LabError(
    'a laboratory is running already: use it with `handover lab shell`, or stop it with Ctrl-C where it runs',
  )
}

/** Lets `lab shell` and `lab run` in other terminals use this computer. */
export async function shareSession(computer: Computer): Promise<Server> {
  await requireNoSession()
  return computer.guest.share(sessionSocket())
}

/** The laboratory that runs already, if one does. */
export async function joinSession(): Promise<Guest | undefined> {
  try {
    return await joinGuest(sessionSocket())
  } catch (error) {
    if (['ENOENT', 'ECONNREFUSED'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}
