import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { cached } from './cache.js'
import { LabError } from './errors.js'
import { Apt } from './packages.js'
import { finish, succeed } from './process.js'

/** What the laboratory's own kernel has switched on, over `make tinyconfig`. */
const configFile = join(import.meta.dirname, '../../kernel/lab.config')

/** What the build runs, by Debian's package. */
const tools: Readonly<Record<string, string>> = {
  make: 'make',
  gcc: 'gcc',
  flex: 'flex',
  bison: 'bison',
  bc: 'bc',
  xz: 'xz-utils',
}

/**
 * A kernel built from Debian's linux-source-7.3 with what no distribution's kernel has: IOMMUFD, the VFIO device nodes, the
 * no-IOMMU mode, and the mtty sample. It takes about 9 minutes on two cores, once. Gives the folder that holds `boot/vmlinuz`
 * and `lib/modules`.
 */
export function builtKernel(progress: (step: string) => void): Promise<string> {
  return cached('kernel-built', async (folder) => {
    await requireTools()
    const source = join(folder, 'source')
    mkdirSync(source)
    progress('downloading the source of Linux 7.3')
    await Apt.forSuites(['trixie-backports', 'trixie'], (apt) => apt.unpack(['linux-source-7.3'], source))
    progress('unpacking the source of Linux 7.3')
    await succeed(['tar', '-xf', join(source, 'usr/src/linux-source-7.3.tar.xz'), '-C', source])
    const tree = join(source, 'linux-source-7.3')
    const make = (...args: string[]) =>
      succeed(['make', '-s', `-j${availableParallelism()}`, ...args], { cwd: tree })
    progress('building Linux 7.3 (some 9 minutes on two cores)')
    await make('tinyconfig')
    await succeed(['scripts/kconfig/merge_config.sh', '-m', '.config', configFile], { cwd: tree })
    await make('olddefconfig')
    await make('bzImage', 'modules')
    await make('modules_install', `INSTALL_MOD_PATH=${folder}`)
    const [version] = readdirSync(join(folder, 'lib/modules'))
    rmSync(join(folder, 'lib/modules', version!, 'build')) // a link to the source
    mkdirSync(join(folder, 'boot'))
    copyFileSync(join(tree, 'arch/x86/boot/bzImage'), join(folder, 'boot', `vmlinuz-${version}`))
    rmSync(source, { recursive: true })
    return [`boot/vmlinuz-${version}`, `lib/modules/${version}/modules.dep`]
  })
}

async function requireTools(): Promise<void> {
  const missing: string[] = []
  for (const [program, name] of Object.entries(tools)) {
    if ((await finish(['sh', '-c', `command -v ${program}`])).status !== 0) missing.push(name)
  }
  if (!existsSync('/usr/include/gelf.h')) missing.push('libelf-dev')
  if (missing.length > 0)
    throw new LabError(`building a kernel needs more packages: apt-get install ${missing.join(' ')}`)
}
