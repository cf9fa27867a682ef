import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { unpackedPrograms } from './packages.js'
import { succeed } from './process.js'

/** A QEMU that the laboratory can run. */
export interface Qemu {
  /** The program with the arguments that it always needs. */
  readonly command: readonly string[]
  /** `7.2.19` */
  readonly version: string
}

/** This machine's own QEMU, or the program at `path`. */
export async function installedQemu(path = 'qemu-system-x86_64'): Promise<Qemu> {
  return withVersion([path])
}

/**
 * Debian backports' QEMU, for what this machine's own is too old: run through the dynamic loader of its own release, since
 * its libraries are not this machine's.
 */
export async function backportsQemu(progress: (step: string) => void): Promise<Qemu> {
  const folder = await unpackedPrograms(
    'qemu-trixie-backports',
    ['trixie-backports', 'trixie', 'trixie-updates'],
    ['qemu-system-x86'],
    'usr/bin/qemu-system-x86_64',
    progress,
  )
  const libraries = ['usr/lib/x86_64-linux-gnu', 'lib/x86_64-linux-gnu']
    .map((part) => join(folder, part))
    .filter(existsSync)
  const loader = ['lib64', 'usr/lib64']
    .map((part) => join(folder, part, 'ld-linux-x86-64.so.2'))
    .find(existsSync)!
  const data = ['usr/share/qemu', 'usr/share/seabios', 'usr/lib/ipxe/qemu'].map((part) => join(folder, part))
  return withVersion([
    loader,
    '--library-path',
    libraries.join(':'),
    join(folder, 'usr/bin/qemu-system-x86_64'),
    ...data.flatMap((path) => ['-L', path]),
  ])
}

async function withVersion(command: readonly string[]): Promise<Qemu> {
  const output = (await succeed([...command, '--version'])).toString()
  return { command, version: /version (\S+)/.exec(output)?.[1] ?? output.split('\n')[0]! }
}

/** Whether this QEMU's `device` knows `property`, by its own help. */
export async function hasProperty(qemu: Qemu, device: string, property: string): Promise<boolean> {
  const help = (await succeed([...qemu.command, '-device', `${device},help`])).toString()
  return new RegExp(`^\\s*${property}=`, 'm').test(help)
}
