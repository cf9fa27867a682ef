import { createHash } from 'node:crypto'
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { LabError } from './errors.js'

/** Where everything downloaded or built for the laboratory is kept: `$XDG_CACHE_HOME/handover`, else `~/.cache/handover`. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'handover')
}

export function sha256(file: string): string {
  const hash = createHash('sha256')
  const piece = Buffer.allocUnsafe(1 << 20)
  const fd = openSync(file, 'r')
  try {
    for (let got = readSync(fd, piece); got > 0; got = readSync(fd, piece))
      hash.update(piece.subarray(0, got))
  } finally {
    closeSync(fd)
  }
  return hash.digest('hex')
}

/**
 * A folder of the cache, filled once. `fill` works in a temporary folder that takes its place only when it is whole, so
 * that an interrupted download leaves nothing behind. It gives the files whose checksums are kept in `checksums.json` and
 * looked at again each time: a damaged cache is filled anew.
 */
export async function cached(
  name: string,
  fill: (folder: string) => Promise<readonly string[]>,
): Promise<string> {
  const folder = join(cacheFolder(), name)
  if (intact(folder)) return folder
  mkdirSync(cacheFolder(), { recursive: true })
  const partial = mkdtempSync(join(cacheFolder(), '.partial-'))
  try {
    const files = await fill(partial)
    const sums = Object.fromEntries(files.map((file) => [file, sha256(join(partial, file))]))
    writeFileSync(join(partial, 'checksums.json'), `${JSON.stringify(sums, null, 2)}\n`)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(join(folder, '..'), { recursive: true })
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    throw error
  }
  if (!intact(folder)) throw new LabError(`the cache folder ${folder} cannot be used`)
  return folder
}

function intact(folder: string): boolean {
  let sums: Record<string, string>
  try {
    sums = JSON.parse(readFileSync(join(folder, 'checksums.json'), 'utf8'))
    return Object.entries(sums).every(([file, sum]) => sha256(join(folder, file)) === sum)
  } catch {
    return false
  }
}
