import { accessSync, constants, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.js'
import { LabError } from './errors.js'
import { finish, succeed } from './process.js'

export interface Kernel {
  /** `6.1.0-50-amd64` */
  readonly version: string
  readonly image: string
  /** The folder that holds `modules.dep`. */
  readonly modules: string
  /** Where it is from, for a person. */
  readonly origin: string
}

/** Without these a kernel cannot serve in the laboratory. Names with `-`, see {@link moduleName}. */
const needed = ['virtio-pci', '9pnet-virtio', '9p', 'overlay', 'virtio-console', 'vfio-pci']

/**
 * The kernel that the laboratory boots: this machine's own when its image and modules can be read, else the
 * distribution's, unpacked (not installed) in the cache.
 */
export async function labKernel(progress: (step: string) => void): Promise<Kernel> {
  return ownKernel() ?? (await distributionKernel(progress))
}

function ownKernel(): Kernel | undefined {
  const version = release()
  const image = `/boot/vmlinuz-${version}`
  const modules = `/lib/modules/${version}`
  try {
    accessSync(image, constants.R_OK)
    accessSync(join(modules, 'modules.dep'), constants.R_OK)
  } catch {
    return undefined
  }
  const names = moduleNames(modules)
  if (!needed.every((name) => names.has(name))) return undefined
  return { version, image, modules, origin: "this machine's own" }
}

async function distributionKernel(progress: (step: string) => void): Promise<Kernel> {
  const folder = await cached('kernel', async (partial) => {
    progress('downloading a kernel')
    const debs = await downloadKernel(partial)
    progress('unpacking the kernel')
    for (const deb of debs) {
      await succeed(['dpkg-deb', '-x', deb, partial])
      rmSync(deb)
    }
    const version = versionIn(partial)
    // modules.dep is made when a kernel package is installed; ours never is. /usr/lib holds the modules from Debian 13 on.
    if (!existsSync(join(partial, 'lib'))) await succeed(['ln', '-s', 'usr/lib', join(partial, 'lib')])
    await succeed([sbin('depmod'), '-b', partial, version])
    return [`boot/vmlinuz-${version}`, `lib/modules/${version}/modules.dep`]
  })
  const version = versionIn(folder)
  return {
    version,
    image: join(folder, 'boot', `vmlinuz-${version}`),
    modules: join(folder, 'lib/modules', version),
    origin: `the distribution's, unpacked in ${folder}`,
  }
}

/** The distribution's kernel package; from Linux 7.2 on Debian keeps the files in packages of their own. */
async function downloadKernel(folder: string): Promise<string[]> {
  const meta = `linux-image-${process.arch === 'x64' ? 'amd64' : process.arch}`
  let image = (await dependencies(meta)).find((name) => name.startsWith('linux-image-'))
  if (!image) {
    await finish(
      process.getuid?.() === 0 ? ['apt-get', 'update', '-q'] : ['sudo', '-n', 'apt-get', 'update', '-q'],
    )
    image = (await dependencies(meta)).find((name) => name.startsWith('linux-image-'))
  }
  if (!image) {
    throw new LabError(
      `no kernel for the laboratory: this machine's own (${release()}) has no readable image with modules, and apt knows no package ${meta}. ` +
        'Install a kernel with its modules, or run `apt-get update` as root and try again.',
    )
  }
  const parts = (await dependencies(image)).filter((name) => /^linux-(binary|modules)-/.test(name))
  mkdirSync(folder, { recursive: true })
  const packages = parts.length ? parts : [image]
  const got = await finish(['apt-get', 'download', '-q', ...packages], { cwd: folder })
  if (got.status !== 0)
    throw new LabError(`apt could not download ${packages.join(' ')}`, got.stderr.trim().slice(-1000))
  return readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(folder, name))
}

async function dependencies(name: string): Promise<string[]> {
  const { status, stdout } = await finish(['apt-cache', 'show', '--no-all-versions', name])
  if (status !== 0) return []
  const depends = /^Depends: (.*)$/m.exec(stdout.toString())?.[1] ?? ''
  return depends.split(',').map((one) => one.trim().split(' ')[0]!)
}

function versionIn(folder: string): string {
  const image = readdirSync(join(folder, 'boot')).find((name) => name.startsWith('vmlinuz-'))
  if (!image) throw new LabError(`the kernel package unpacked in ${folder} has no boot/vmlinuz-*`)
  return image.slice('vmlinuz-'.length)
}

/** kmod's programs are in /usr/sbin, which is not in every user's PATH. */
export function sbin(program: string): string {
  return ['/usr/sbin', '/sbin'].map((folder) => join(folder, program)).find(existsSync) ?? program
}

function moduleNames(modules: string): Set<string> {
  return new Set([...readModulesDep(modules).keys(), ...builtin(modules)])
}

/** `kernel/fs/9p/9p.ko.xz` -> `9p`; names are compared with `_` and `-` alike, as modprobe does. */
export function moduleName(path: string): string {
  return path
    .replace(/^.*\//, '')
    .replace(/\.ko(\.\w+)?$/, '')
    .replaceAll('_', '-')
}

function builtin(modules: string): string[] {
  return readFileSync(join(modules, 'modules.builtin'), 'utf8').split('\n').filter(Boolean).map(moduleName)
}

/** Module name -> its file and the files that must be loaded before it, in order. Source: modules.dep(5). */
export function readModulesDep(modules: string): Map<string, { file: string; before: string[] }> {
  const found = new Map<string, { file: string; before: string[] }>()
  for (const line of readFileSync(join(modules, 'modules.dep'), 'utf8').split('\n')) {
    const [file, rest] = line.split(':')
    if (!file) continue
    // modules.dep lists what a module needs, the nearest first: the last must be loaded first.
    found.set(moduleName(file), { file, before: (rest ?? '').trim().split(' ').filter(Boolean).reverse() })
  }
  return found
}
