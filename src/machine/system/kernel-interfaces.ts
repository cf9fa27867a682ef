import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { parseLine, readFact, readList, readOptional } from '../read.js'

export const miscDevicesFolder = '/sys/class/misc'
export const lockdownPath = '/sys/kernel/security/lockdown'
export const selinuxPath = '/sys/fs/selinux/enforce'
export const splitLockPath = '/proc/sys/kernel/split_lock_mitigate'

/**
 * Names of the misc devices that drivers have made: `kvm`, `vfio` (the container, /dev/vfio/vfio), `iommu` (iommufd), ...
 * (Linux drivers/char/misc.c; virt/kvm/kvm_main.c, drivers/vfio/container.c, drivers/iommu/iommufd/main.c).
 */
export function readMiscDevices(host: Host): Fact<readonly string[]> {
  return readFolder(host, miscDevicesFolder)
}

/** A module's parameter as text; null: the module is not there, or has none of that name. */
export function readModuleParameter(host: Host, module: string, parameter: string): Fact<string | null> {
  return readOptional(host, moduleParameterPath(module, parameter), parseLine)
}

export function moduleParameterPath(module: string, parameter: string): string {
  return `/sys/module/${module}/parameters/${parameter}`
}

/**
 * `none`, `integrity` or `confidentiality` (Linux security/lockdown/lockdown.c lockdown_read); `not shown`: securityfs is not
 * mounted; null: a kernel without it.
 */
export function readLockdown(host: Host): Fact<string | null> {
  const shown = readFolder(host, '/sys/kernel/security')
  if ('unknown' in shown) return shown
  // Where securityfs is not mounted its folder is there, and empty.
  if (shown.value.length === 0) return { value: 'not shown' }
  return readOptional(host, lockdownPath, (text) => /\[(\w+)\]/.exec(text)?.[1])
}

/** Whether SELinux denies what its policy does not allow (Linux security/selinux/selinuxfs.c); null: it is not in use. */
export function readSelinuxEnforces(host: Host): Fact<boolean | null> {
  return readOptional(host, selinuxPath, (text) =>
    /^[01]\s*$/.test(text) ? text.startsWith('1') : undefined,
  )
}

/** kernel.split_lock_mitigate (Linux 6.2; arch/x86/kernel/cpu/intel.c); null: this kernel or processor has no such thing. */
export function readSplitLockMitigate(host: Host): Fact<string | null> {
  return readOptional(host, splitLockPath, parseLine)
}

/**
 * Whether sysfs may be written, by how it is mounted on /sys (proc(5), mountinfo: the mount's own options, and the file
 * system's after the dash).
 */
export function readSysfsWritable(host: Host): Fact<boolean> {
  return readFact(host, '/proc/self/mountinfo', (text) => {
    // Of two mounts on one point the later one lies on top.
    const [, own, all] =
      [...text.matchAll(/^\S+ \S+ \S+ \S+ \/sys (\S+) .*- sysfs \S+ (\S+)$/gm)].at(-1) ?? []
    if (own === undefined || all === undefined) return undefined
    return ![own, all].some((options) => options.split(',').includes('ro'))
  })
}

function readFolder(host: Host, path: string): Fact<readonly string[]> {
  const names = readList(host, path)
  if ('unknown' in names) return names
  return names.value === null ? { unknown: 'absent', path } : { value: names.value }
}
