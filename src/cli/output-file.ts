import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CliError, usageError } from './errors.js'
import { status } from './status.js'

/**
 * Writes a file that is whole or not there at all: beside its place first, then put there in one step. What is there
 * already stays unless `force`. A place that is no regular file (/dev/null, a pipe) is simply written to.
 * Throws {@link CliError}.
 */
export function writeOutput(path: string, data: string | Uint8Array, force: boolean): void {
  const special = attempt(path, () => statSync(path, { throwIfNoEntry: false }))
  if (special?.isDirectory()) throw usageError(`${path} is a folder: name a file in it`)
  if (special && !special.isFile()) {
    attempt(path, () => writeWhole(openSync(path, 'w'), data))
    return
  }
  // Asked before the work is done as well as after it: lstat, so that a link to nowhere counts as there.
  checkFree(path, force)
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}`)
  attempt(path, () => {
    try {
      writeWhole(openSync(temporary, 'wx'), data)
      if (force) renameSync(temporary, path)
      else linkSync(temporary, path)
    } finally {
      remove(temporary)
    }
  })
}

/** Gives a file another text in one step; mode and owner stay, a link stays one. Throws {@link CliError}. */
export function replaceFile(path: string, text: string): void {
  attempt(path, () => {
    const real = realpathSync(path)
    const { mode, uid, gid } = statSync(real)
    const temporary = join(dirname(real), `.${basename(real)}.${process.pid}`)
    try {
      writeWhole(openSync(temporary, 'wx', 0o600), text)
      chmodSync(temporary, mode & 0o7777)
      if (process.geteuid?.() === 0) chownSync(temporary, uid, gid)
      renameSync(temporary, real)
    } finally {
      remove(temporary)
    }
  })
}

/** Throws {@link CliError} where `path` is taken and may not be overwritten. Called early, it saves useless work. */
export function checkFree(path: string, force: boolean): void {
  const there = attempt(path, () => lstatSync(path, { throwIfNoEntry: false }))
  if (there && !force && (there.isFile() || there.isSymbolicLink())) throw taken(path)
}

function taken(path: string): CliError {
  return usageError(`${path} is there already; --force overwrites it`)
}

function writeWhole(fd: number, data: string | Uint8Array): void {
  const bytes = typeof data === 'string' ? Buffer.from(data) : data
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    try {
      fsyncSync(fd)
    } catch {
      // A pipe or a device cannot be flushed.
    }
  } finally {
    closeSync(fd)
  }
}

function attempt<T>(path: string, deed: () => T): T {
  try {
    return deed()
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') throw taken(path)
    const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
    throw new CliError(
      denied ? status.privilege : status.failed,
      `cannot write ${path}: ${code}`,
      advice[code] ?? [],
    )
  }
}

const advice: Readonly<Record<string, readonly string[]>> = {
  ENOENT: ['the folder it should stand in does not exist'],
  ENOTDIR: ['a part of that path is a file, not a folder'],
  EACCES: ['this user may not write there: name another place, or run it as root'],
  EPERM: ['this user may not write there: name another place, or run it as root'],
  EROFS: ['the file system is mounted read-only: name another place'],
  ENOSPC: ['the file system is full'],
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // Renamed already, or never made.
  }
}
