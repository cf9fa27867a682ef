import { accessSync, constants, existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { builtKernel } from './built-kernel.js'
import { cached } from './cache.js'
import { LabError, LabInputError } from './errors.js'
import { Apt } from './packages.js'
import { succeed } from './process.js'

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

/** Kernels that the laboratory can boot by name: of Debian releases, and one built for it. */
export const namedKernels = new Map<string, readonly string[] | 'built'>([
  ['6.1', ['bookworm']],
  ['6.12', ['trixie']],
  ['7', ['trixie-backports', 'trixie']],
  ['built', 'built'],
])

/**
 * The kernel that the laboratory boots: one of {@link namedKernels}, or else this machine's own when its image and modules
 * can be read, or else the distribution's. A kernel that is not this machine's own stands in the cache.
 */
export async function labKernel(name: string | undefined, progress: (step: string) => void): Promise<Kernel> {
  if (name === undefined) {
    const own = ownKernel()
    if (own) return own
    const folder = await cached('kernel', (partial) => unpackKernel(Apt.withOwn, partial, progress))
    return kernelIn(folder, "the distribution's")
  }
  const suites = namedKernels.get(name)
  if (!suites)
    throw new LabInputError(`no kernel is called ${name}; there are: ${[...namedKernels.keys()].join(', ')}`)
  if (suites === 'built') return kernelIn(await builtKernel(progress), 'built for the laboratory')
  const withApt: WithApt = (work) => Apt.forSuites(suites, work)
  const folder = await cached(`kernel-${name}`, (partial) => unpackKernel(withApt, partial, progress))
  return kernelIn(folder, `Debian ${suites[0]}'s`)
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

type WithApt = <T>(work: (apt: Apt) => Promise<T>) => Promise<T>

/** Unpacks a Debian kernel; gives the files whose checksums are to be kept. */
async function unpackKernel(
  withApt: WithApt,
  folder: string,
  progress: (step: string) => void,
): Promise<string[]> {
  progress('downloading a kernel')
  await withApt(async (apt) => apt.unpack(await kernelPackages(apt), folder))
  // /usr/lib holds the modules from Debian 13 on. modules.dep is made when a kernel is installed; this one never is.
  if (!existsSync(join(folder, 'lib'))) symlinkSync('usr/lib', join(folder, 'lib'))
  const { version, image } = unpackedIn(folder)
  await succeed([sbin('depmod'), '-b', folder, version])
  return [image, `lib/modules/${version}/modules.dep`]
}

function kernelIn(folder: string, owner: string): Kernel {
  const { version, image } = unpackedIn(folder)
  return {
    version,
    image: join(folder, image),
    modules: join(folder, 'lib/modules', version),
    origin: `${owner}, in ${folder}`,
  }
}

/** The packages that hold the kernel's files; from Linux 7.2 on Debian's linux-image-* only depends on them. */
async function kernelPackages(apt: Apt): Promise<string[]> {
  const meta = 'linux-image-amd64'
  const image = (await apt.dependencies(meta))?.find((name) => name.startsWith('linux-image-'))
  if (!image) {
    throw new LabError(
      `no kernel for the laboratory: this machine's own (${release()}) has no readable image with modules, and ${apt.name} knows no package ${meta}. ` +
        'Install a kernel with its modules, or run `apt-get update` as root and try again.',
    )
  }
  const parts = ((await apt.dependencies(image)) ?? []).filter((name) =>
    /^linux-(binary|modules)-/.test(name),
  )
  return parts.length ? parts : [image]
}

/** The kernel in a folder of the cache. From Linux 7.2 on Debian keeps the image beside the modules. */
function unpackedIn(folder: string): { version: string; image: string } {
  const [version] = readdirSync(join(folder, 'lib/modules'))
  const image = [`boot/vmlinuz-${version}`, `lib/modules/${version}/vmlinuz`].find((file) =>
    existsSync(join(folder, file)),
  )
  if (!version || !image)
    throw new LabError(`the kernel package unpacked in ${folder} has no image with modules`)
  return { version, image }
}

/** kmod's programs are in /usr/sbin, which is not in every user's PATH. */
export function sbin(program: string): string {
  return ['/usr/sbin', '/sbin'].map((folder) => join(folder, program)).find(existsSync) ?? program
}

/** Whether this kernel has a module, loadable or built in. Names with `-`, see {@link moduleName}. */
export function hasModule(kernel: Kernel, name: string): boolean {
  return moduleNames(kernel.modules).has(name)
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

/** Debian's packages of Linux 7.3 leave the list out. */
function builtin(modules: string): string[] {
  const list = join(modules, 'modules.builtin')
  if (!existsSync(list)) return []
  return readFileSync(list, 'utf8').split('\n').filter(Boolean).map(moduleName)
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
