import type { Host } from '../../host/index.js'
import type { Evidence, Fact } from '../machine.js'
import { parseLine, readList, readOptional } from '../read.js'

/** Where modules of a kernel are: the usual place, and those of NixOS and of Guix. */
const moduleFolders = [
  '/lib/modules',
  '/run/booted-system/kernel-modules/lib/modules',
  '/run/booted-system/kernel/lib/modules',
] as const

/** A module of the kernel: running, or how it could be. */
export interface KernelModule {
  /**
   * - `built in`, `loaded`: it runs
   * - `on disk`: it can be loaded
   * - `missing`: the modules of this kernel are on disk, and it is not among them
   * - `no folder`: the modules of this kernel are not on disk
   * - `no modules`: this kernel loads none: it was built so
   * - `locked`: it loads none any more until the next start
   */
  readonly state: 'built in' | 'loaded' | 'on disk' | 'missing' | 'no folder' | 'no modules' | 'locked'
  readonly evidence: Evidence
}

/** The modules of VFIO: their folder in the kernel's source, and what shows in sysfs that they run. */
const modules = {
  'vfio-pci': { folder: 'drivers/vfio/pci', shownBy: '/sys/bus/pci/drivers/vfio-pci' },
  vfio_iommu_type1: { folder: 'drivers/vfio', shownBy: null },
  iommufd: { folder: 'drivers/iommu/iommufd', shownBy: '/sys/class/misc/iommu' },
} as const
export type VfioModule = keyof typeof modules

/**
 * Whether the kernel has a module of VFIO. /sys/module shows those that run, built in too where they have parameters; a loaded
 * one has `initstate` there (Linux kernel/module/sysfs.c, kernel/params.c).
 */
export function readVfioModule(host: Host, release: Fact<string>, name: VfioModule): Fact<KernelModule> {
  const own = `/sys/module/${name.replaceAll('-', '_')}`
  const state = (state: KernelModule['state'], path: string, value: string): Fact<KernelModule> => ({
    value: { state, evidence: { path, value } },
  })
  const running = readList(host, own)
  if ('unknown' in running) return running
  if (running.value !== null)
    return running.value.includes('initstate')
      ? state('loaded', `${own}/initstate`, 'there')
      : state('built in', own, 'there')
  const { folder: source, shownBy } = modules[name]
  if (shownBy !== null) {
    const shown = readList(host, shownBy)
    if ('unknown' in shown) return shown
    if (shown.value !== null) return state('built in', shownBy, 'there')
  }

  // kernel/module/main.c: only a kernel that loads modules has this.
  const disabled = '/proc/sys/kernel/modules_disabled'
  const locked = readOptional(host, disabled, parseLine)
  if ('unknown' in locked) return locked
  if (locked.value === null) return state('no modules', disabled, 'absent')
  if (locked.value !== '0') return state('locked', disabled, locked.value)

  if ('unknown' in release) return release
  for (const folder of moduleFolders) {
    const path = `${folder}/${release.value}`
    const top = readList(host, path)
    if ('unknown' in top) return top
    if (top.value === null) continue
    const files = readList(host, `${path}/kernel/${source}`)
    if ('unknown' in files) return files
    const file = files.value?.find((file) =>
      file.replaceAll('-', '_').startsWith(`${name.replaceAll('-', '_')}.ko`),
    )
    return file === undefined
      ? state('missing', `${path}/kernel/${source}`, `no ${name}.ko`)
      : state('on disk', `${path}/kernel/${source}`, file)
  }
  return state('no folder', `${moduleFolders[0]}/${release.value}`, 'absent')
}
