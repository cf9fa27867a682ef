import { posix } from 'node:path'
import type { Host, Read } from '../../src/host/index.js'

/** What stands at a path of a made host: a file's text or bytes, a link, a program by its version, or why it cannot be read. */
export type Made =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly version: string }
  | { readonly fails: 'denied' | 'unrecorded' | { readonly code: string } }

export const link = (target: string): Made => ({ link: target })
export const program = (version: string): Made => ({ version })
export const denied: Made = { fails: 'denied' }

/**
 * A host made of the files given, for tests: what is not given is absent, folders are there because something is in them.
 * An empty folder is a path that ends with a slash.
 */
export function madeHost(files: Readonly<Record<string, Made>>): Host {
  const folders = new Map<string, Set<string>>([['/', new Set()]])
  for (const path of Object.keys(files)) {
    const parts = path.replace(/\/$/, '').split('/').slice(1)
    parts.forEach((name, depth) => {
      const folder = `/${parts.slice(0, depth).join('/')}`
      folders.set(folder, (folders.get(folder) ?? new Set()).add(name))
    })
    if (path.endsWith('/')) folders.set(path.slice(0, -1), folders.get(path.slice(0, -1)) ?? new Set())
  }
  /** As the kernel does: every link on the way is followed, at the end too where `last` says so. */
  const resolve = (path: string, last: boolean): string => {
    let at = '/'
    const parts = path.split('/').filter(Boolean)
    for (const [i, part] of parts.entries()) {
      const next = posix.join(at, part)
      const made = files[next]
      const isLink = typeof made === 'object' && 'link' in made
      if (isLink && (last || i < parts.length - 1))
        return resolve(posix.join(posix.resolve(at, made.link), ...parts.slice(i + 1)), last)
      at = next
    }
    return at
  }
  const failure = (made: Made | undefined): Read<never> | undefined => {
    if (typeof made !== 'object' || !('fails' in made)) return undefined
    return typeof made.fails === 'string' ? { kind: made.fails } : { kind: 'error', code: made.fails.code }
  }
  const read = <T>(path: string, value: (made: string | Uint8Array) => T): Read<T> => {
    const at = resolve(path, true)
    const made = files[at]
    if (typeof made === 'string' || made instanceof Uint8Array) return { kind: 'value', value: value(made) }
    return failure(made) ?? (folders.has(at) ? { kind: 'error', code: 'EISDIR' } : { kind: 'absent' })
  }
  return {
    kind: 'live',
    name: 'a made host',
    readText: (path) =>
      read(path, (made) => (typeof made === 'string' ? made : new TextDecoder().decode(made))),
    readBytes: (path, limitBytes) =>
      read(path, (made) => ({
        bytes: (typeof made === 'string' ? new TextEncoder().encode(made) : made).slice(0, limitBytes),
      })),
    readLink(path) {
      const at = resolve(path, false)
      const made = files[at]
      if (typeof made === 'object' && 'link' in made) return { kind: 'value', value: made.link }
      return (
        failure(made) ??
        (made === undefined && !folders.has(at) ? { kind: 'absent' } : { kind: 'error', code: 'EINVAL' })
      )
    },
    version(path) {
      const made = files[resolve(path, true)]
      return typeof made === 'object' && 'version' in made
        ? { kind: 'value', value: made.version }
        : (failure(made) ?? { kind: made === undefined ? 'absent' : 'denied' })
    },
    list(path) {
      const at = resolve(path, true)
      const names = folders.get(at)
      return failure(files[at]) ?? (names ? { kind: 'value', value: [...names].sort() } : { kind: 'absent' })
    },
  }
}

/** One function's files below /sys, and the link to it from the bus. `above`: the path from the root bus to its folder. */
export function madeFunction(
  address: string,
  facts: {
    readonly above?: string
    readonly vendor?: number
    readonly device?: number
    readonly class?: number
    readonly driver?: string
    readonly group?: number
    readonly config?: Uint8Array
    readonly files?: Readonly<Record<string, Made>>
  } = {},
): Record<string, Made> {
  const { above = 'pci0000:00', vendor = 0x8086, device = 0x1234, class: code = 0x02_0000 } = facts
  const folder = `/sys/devices/${above}/${address}`
  const up = '../'.repeat(above.split('/').length + 2)
  return {
    [`/sys/bus/pci/devices/${address}`]: link(`../../../devices/${above}/${address}`),
    [`${folder}/vendor`]: `0x${hex(vendor, 4)}\n`,
    [`${folder}/device`]: `0x${hex(device, 4)}\n`,
    [`${folder}/class`]: `0x${hex(code, 6)}\n`,
    [`${folder}/revision`]: '0x01\n',
    [`${folder}/subsystem_vendor`]: '0x0000\n',
    [`${folder}/subsystem_device`]: '0x0000\n',
    [`${folder}/driver_override`]: '(null)\n',
    [`${folder}/irq`]: '0\n',
    [`${folder}/enable`]: '1\n',
    [`${folder}/numa_node`]: '-1\n',
    [`${folder}/resource`]: '0x0000000000000000 0x0000000000000000 0x0000000000000000\n'.repeat(13),
    [`${folder}/power_state`]: 'D0\n',
    [`${folder}/config`]: facts.config ?? madeConfig({ vendor, device, class: code }),
    ...(facts.driver === undefined
      ? {}
      : { [`${folder}/driver`]: link(`${up}bus/pci/drivers/${facts.driver}`) }),
    ...(facts.group === undefined
      ? {}
      : { [`${folder}/iommu_group`]: link(`${up}kernel/iommu_groups/${facts.group}`) }),
    ...Object.fromEntries(
      Object.entries(facts.files ?? {}).map(([name, made]) => [`${folder}/${name}`, made]),
    ),
  }
}

/** 256 bytes of configuration space with a header and no capabilities. */
export function madeConfig(
  facts: {
    readonly vendor?: number
    readonly device?: number
    readonly class?: number
    readonly headerType?: number
  } = {},
): Uint8Array {
  const bytes = new Uint8Array(256)
  const view = new DataView(bytes.buffer)
  view.setUint16(0x00, facts.vendor ?? 0x8086, true)
  view.setUint16(0x02, facts.device ?? 0x1234, true)
  view.setUint32(0x08, ((facts.class ?? 0x02_0000) << 8) | 0x01, true)
  view.setUint8(0x0e, facts.headerType ?? 0)
  return bytes
}

/** What every made host has, so that looking for roles finds nothing, which is not the same as finding no place to look. */
export const quietHost: Readonly<Record<string, Made>> = {
  '/sys/bus/pci/devices/': '',
  '/sys/class/block/': '',
  '/sys/class/net/': '',
  '/sys/class/iommu/': '',
  '/sys/firmware/acpi/tables/DSDT': '',
  '/proc/sys/kernel/osrelease': '6.12.0\n',
  '/proc/cmdline': 'quiet\n',
  '/proc/self/mountinfo': '1 0 0:2 / / rw - tmpfs tmpfs rw\n',
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n',
  '/proc/net/route': 'Iface\tDestination\tGateway\tFlags\n',
  '/proc/bus/input/devices': '',
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}
