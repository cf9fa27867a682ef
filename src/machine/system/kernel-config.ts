import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { unknownFrom } from '../read.js'

/** How the kernel was configured. */
export interface KernelConfig {
  readonly path: string
  /** By name without `CONFIG_`: `y`, `m`, a number, a text in quotes. What is off, or not offered, is not there. */
  readonly options: ReadonlyMap<string, string>
}

/** Where a kernel of this release may have its configuration: its own, then what distributions install beside it. */
export function kernelConfigPaths(release: string): readonly string[] {
  return ['/proc/config.gz', `/boot/config-${release}`, `/lib/modules/${release}/config`]
}

/** Lines `CONFIG_NAME=value`, comments for what is off (Linux scripts/kconfig/confdata.c). */
export function readKernelConfig(host: Host, release: Fact<string>): Fact<KernelConfig> {
  if ('unknown' in release) return release
  let why: ReturnType<typeof unknownFrom> | undefined
  for (const path of kernelConfigPaths(release.value)) {
    const read = host.readText(path)
    if (read.kind === 'value')
      return {
        value: {
          path,
          options: new Map(
            [...read.value.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name!, value!]),
          ),
        },
      }
    if (read.kind !== 'absent') why ??= unknownFrom(read, path)
  }
  return (
    why ?? {
      unknown: 'the configuration of this kernel is not installed',
      path: kernelConfigPaths(release.value)[1]!,
    }
  )
}
