import { existsSync, lstatSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { shellWord } from '../../machine/index.js'
import { MachineError } from '../machine-error.js'
import { socketsOf } from '../qemu/run.js'

/** Where descriptions that have a NAME are kept. */
export const descriptionsFolder = '/etc/handover/vms'

/** Who runs this, and where their things for the time of a session go. */
export interface Caller {
  readonly uid: number
  /** `XDG_RUNTIME_DIR` */
  readonly runtimeFolder: string | undefined
}

export function thisCaller(): Caller {
  return { uid: process.geteuid?.() ?? 0, runtimeFolder: process.env.XDG_RUNTIME_DIR }
}

const rootsFolder = '/run/handover/vms'

/**
 * Where the run folders of a caller's machines are: in /run for root; else where the session keeps such things, or in a folder
 * of their own in /tmp where it keeps none.
 */
export function runsFolder({ uid, runtimeFolder }: Caller = thisCaller()): string {
  if (uid === 0) return rootsFolder
  return join(runtimeFolder || join(tmpdir(), `handover-${uid}`), 'handover', 'vms')
}

/** Makes it where it is missing. Throws {@link MachineError} where it is not the caller's own: others could then read consoles. */
export function makeRunsFolder(caller: Caller = thisCaller()): string {
  const folder = runsFolder(caller)
  const isRoot = caller.uid === 0
  try {
    mkdirSync(folder, { recursive: true, mode: isRoot ? 0o755 : 0o700 })
  } catch (error) {
    throw new MachineError(`${folder} cannot be made: ${(error as NodeJS.ErrnoException).code}`)
  }
  // What stands above /run/handover is root's anyhow.
  for (const own of [folder, resolve(folder, '..'), ...(isRoot ? [] : [resolve(folder, '../..')])]) {
    const { uid, mode } = lstatSync(own)
    if (uid !== caller.uid || (mode & 0o022) !== 0)
      throw new MachineError(`${own} belongs to another user, or others may write in it; it is not used`)
  }
  return folder
}

/** The run folder of one machine, in which its sockets are: see {@link socketsOf}. */
export function runFolder(name: string, folder = runsFolder()): string {
  return join(folder, name)
}

/** Makes it where it is missing. Throws {@link MachineError} where a socket in it could not be named. */
export function makeRunFolder(name: string, folder = makeRunsFolder()): string {
  const own = runFolder(name, folder)
  // unix(7): sun_path has 108 bytes, one of them the end. Node.js cuts what is longer.
  for (const socket of Object.values(socketsOf(own)))
    if (Buffer.byteLength(socket) > 107)
      throw new MachineError(`the name of the socket ${socket} is too long: give the machine a shorter name`)
  mkdirSync(own, { recursive: true, mode: 0o700 })
  return own
}

/** Whether a machine of this name runs, or has run, of which this caller may know no more: root started it. */
export function isRootsOnly(name: string, { uid }: Caller = thisCaller()): boolean {
  return uid !== 0 && existsSync(runFolder(name, rootsFolder))
}

/** A MACHINE as it is asked for: a FILE where it has a slash or ends like one, else a NAME. */
export function isFile(word: string): boolean {
  return word.includes('/') || /\.ya?ml$/.test(word)
}

/** What to ask for, as a shell takes it, to get the machine that a file describes. */
export function machineWord(file: string, folder = descriptionsFolder): string {
  const name = /([^/]+)\.yaml$/.exec(file)?.[1]
  if (name !== undefined && resolve(file) === join(folder, `${name}.yaml`)) return name
  return shellWord(isFile(file) ? file : `./${file}`)
}

/** The file of a MACHINE, absolute. */
export function descriptionFile(word: string, folder = descriptionsFolder): string {
  return isFile(word) ? resolve(word) : join(folder, `${word}.yaml`)
}

/** The NAMEs that there are. Throws {@link MachineError} where the folder cannot be read. */
export function machineNames(folder = descriptionsFolder): readonly string[] {
  try {
    return readdirSync(folder)
      .flatMap((file) => /^([^.].*)\.yaml$/.exec(file)?.[1] ?? [])
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    throw new MachineError(`${folder} cannot be read: ${code}`)
  }
}
