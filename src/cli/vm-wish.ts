import { accessSync, constants, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { knownValue, type Machine, parseSize, virtioWinIso } from '../machine/index.js'
import { firmwareNames, inputKinds, systems, type Wish } from '../vm/index.js'
import { selectEach } from './choose.js'
import { type Invocation, listOf, textOf } from './command.js'
import { usageError } from './errors.js'
import { requireBus } from './reading.js'

/** A disk that is to be made, on the computer that the description is for. */
export interface NewDisk {
  readonly path: string
  readonly size: string
}

export interface Wished {
  readonly wish: Wish
  readonly newDisks: readonly NewDisk[]
  /** Files that cannot be used, a sentence each. */
  readonly problems: readonly string[]
}

/**
 * What the command line asks for. `folder`: where the description will stand; files in it are named without it. `isHere`: it is
 * for this computer, so that files are looked for. Throws a usage error for what cannot be understood.
 */
export function wishOf(asked: Invocation, machine: Machine, folder: string, isHere: boolean): Wished {
  const [name = ''] = asked.arguments
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw usageError(`${name} is no name for a machine: letters, digits, "-", "_" and "." make one`)
  const words = listOf(asked, 'device')
  if (words.length > 0) requireBus(machine.bus)
  const problems: string[] = []
  const named = (path: string) => {
    if (!isHere) return path
    const inside = relative(folder, resolve(path))
    return inside.startsWith('..') ? resolve(path) : inside
  }
  const readable = (path: string) => {
    const why = isHere ? unreadable(path) : undefined
    if (why !== undefined) problems.push(`${path} cannot be used: ${why}`)
    return named(path)
  }

  const disks = listOf(asked, 'disk').map(diskOf)
  const newDisks = disks.flatMap(({ path, size }) =>
    size === undefined || (isHere && existsSync(path)) ? [] : [{ path: isHere ? resolve(path) : path, size }],
  )
  for (const { path } of newDisks)
    if (isHere && !existsSync(dirname(path)))
      problems.push(`${path} cannot be made: there is no folder ${dirname(path)}`)
  const isos = listOf(asked, 'iso')
  const drivers = isos.find(isDrivers) ?? driversFor(isos, machine, isHere)
  const rom = textOf(asked, 'rom')
  const romProblem = rom === undefined ? undefined : unreadable(rom)
  if (romProblem !== undefined) problems.push(`${rom} cannot be used: ${romProblem}`)
  const os = wordOf(asked, 'os', systems) ?? 'linux'

  return {
    problems,
    newDisks,
    wish: {
      name,
      os,
      memoryBytes: sizeOf(asked, 'memory'),
      cpus: numberOf(asked, 'cpus'),
      firmware: wordOf(asked, 'firmware', firmwareNames),
      devices: selectEach(machine, words),
      disks: disks.map(({ path, size }) => (size === undefined ? readable(path) : named(path))),
      isos: isos.filter((path) => !isDrivers(path)).map(readable),
      drivers: os.startsWith('windows') && drivers !== undefined ? readable(drivers) : undefined,
      rom:
        rom === undefined || romProblem !== undefined
          ? undefined
          : { file: named(rom), bytes: new Uint8Array(readFileSync(rom)) },
      lookingGlass: pixelsOf(asked),
      input: wordOf(asked, 'input', inputKinds),
    },
  }
}

/** `FILE:SIZE`; without a size it must be there. */
function diskOf(text: string): { readonly path: string; readonly size: string | undefined } {
  const [, path, size] = /^(.+):([1-9]\d*[MGT])$/.exec(text) ?? []
  if (path !== undefined) return { path, size }
  if (/:\S*$/.test(text) && !existsSync(text))
    throw usageError(`--disk takes FILE:SIZE with a size such as 120G; not ${text}`)
  return { path: text, size: undefined }
}

const isDrivers = (path: string) => /^virtio-win.*\.iso$/i.test(basename(path))

/** The ISO of virtio-win as it is installed, or beside the installer. */
function driversFor(isos: readonly string[], machine: Machine, isHere: boolean): string | undefined {
  if (knownValue(machine.system.hasVirtioWin)) return virtioWinIso
  const [installer] = isos
  if (installer === undefined || !isHere) return undefined
  try {
    const found = readdirSync(dirname(installer)).find(isDrivers)
    return found === undefined ? undefined : join(dirname(installer), found)
  } catch {
    return undefined // The installer itself cannot be read then, which is said.
  }
}

function unreadable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isDirectory() ? 'it is a folder' : undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? 'it is not there' : `${code}`
  }
}

function wordOf<T extends string>(asked: Invocation, option: string, words: readonly T[]): T | undefined {
  const text = textOf(asked, option)
  if (text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found === undefined) throw usageError(`--${option} takes ${words.join(', ')}; not ${text}`)
  return found
}

function numberOf(asked: Invocation, option: string): number | undefined {
  const text = textOf(asked, option)
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text)) throw usageError(`--${option} takes a number from 1 on; not ${text}`)
  return Number(text)
}

function sizeOf(asked: Invocation, option: string): bigint | undefined {
  const text = textOf(asked, option)
  if (text === undefined) return undefined
  const bytes = parseSize(text)
  if (bytes === undefined) throw usageError(`--${option} takes a size such as 512M or 16G; not ${text}`)
  return bytes
}

function pixelsOf(asked: Invocation): Wish['lookingGlass'] {
  const text = textOf(asked, 'looking-glass')
  if (text === undefined) return undefined
  const [, width, height] = /^([1-9]\d{2,4})x([1-9]\d{2,4})$/.exec(text) ?? []
  if (width === undefined)
    throw usageError(`--looking-glass takes the pixels of a screen, such as 2560x1440; not ${text}`)
  return { width: Number(width), height: Number(height) }
}
