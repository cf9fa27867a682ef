import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { unknownFrom } from '../read.js'

/** Where QEMU for x86 machines is installed: distributions, Red Hat (qemu-kvm.spec), Proxmox, built by hand, NixOS. */
export const qemuPrograms = [
  '/usr/bin/qemu-system-x86_64',
  '/usr/libexec/qemu-kvm',
  '/usr/bin/qemu-kvm',
  '/usr/bin/kvm',
  '/usr/local/bin/qemu-system-x86_64',
  '/run/current-system/sw/bin/qemu-system-x86_64',
] as const

export interface Qemu {
  readonly path: string
  /** `7.2.22` */
  readonly version: string
  readonly major: number
  readonly minor: number
}

/** The first that is there (QEMU system/vl.c version prints `QEMU emulator version 7.2.22 (...)`); null: none of them is. */
export function readQemu(host: Host): Fact<Qemu | null> {
  for (const path of qemuPrograms) {
    const read = host.version(path)
    if (read.kind === 'absent') continue
    if (read.kind !== 'value') return unknownFrom(read, path)
    const [, version, major, minor] = /version ((\d+)\.(\d+)[.\d]*)/.exec(read.value) ?? []
    if (version === undefined)
      return { unknown: `not understood: ${JSON.stringify(read.value.slice(0, 60))}`, path }
    return { value: { path, version, major: Number(major), minor: Number(minor) } }
  }
  return { value: null }
}
