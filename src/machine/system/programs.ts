import type { Host } from '../../host/index.js'
import type { Fact } from '../machine.js'
import { isThere, readList } from '../read.js'

export const libvirtFolder = '/run/libvirt'
export const libvirtPrograms = ['/usr/sbin/virtqemud', '/usr/sbin/libvirtd'] as const
export const swtpmProgram = '/usr/bin/swtpm'
/** Where the package virtio-win of Fedora and Red Hat has its ISO. */
export const virtioWinIso = '/usr/share/virtio-win/virtio-win.iso'

/**
 * libvirt's QEMU driver: its sockets `libvirt-sock` and `virtqemud-sock` stand in /run/libvirt while it runs or systemd
 * listens for it (libvirt src/remote/remote_sockets.c).
 */
export function readLibvirt(host: Host): Fact<'running' | 'installed' | null> {
  const sockets = readList(host, libvirtFolder)
  if ('unknown' in sockets) return sockets
  if (sockets.value?.some((name) => /^(libvirt|virtqemud)-sock$/.test(name))) return { value: 'running' }
  for (const program of libvirtPrograms) {
    const there = isThere(host, program)
    if ('unknown' in there) return there
    if (there.value) return { value: 'installed' }
  }
  return { value: null }
}

/** The emulator of a TPM that QEMU talks to (QEMU docs/specs/tpm.rst). */
export function readSwtpm(host: Host): Fact<boolean> {
  return isThere(host, swtpmProgram)
}

/** Drivers of virtio for Windows, as an ISO. */
export function readVirtioWin(host: Host): Fact<boolean> {
  return isThere(host, virtioWinIso)
}
