import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packCpio } from '../../src/lab/cpio.js'
import { busybox, loadModules, programFiles } from '../../src/lab/initramfs.js'
import { labKernel } from '../../src/lab/kernel.js'

/** What the kernel may leave out of its start: emulation in an emulated computer takes minutes for it. */
const slowToStart = [
  'init_kprobe_trace',
  'load_system_certificate_list',
  'init_encrypted',
  'init_zswap',
  'inet6_init',
  'crypto_kdf108_init',
]

/**
 * Writes a small Linux for a machine in the laboratory into `folder`: the kernel of the laboratory, busybox, `modules` with what
 * they need, and `script`, which speaks on the first serial port; the machine is switched off after it. Gives the lines of the
 * machine's description.
 *
 * The kernel is taken out of its image, as it would take minutes to unpack itself there, and is entered by PVH (QEMU
 * hw/i386/x86.c x86_load_linux, Linux arch/x86/platform/pvh): so it knows of no screen. 4 KiB at {@link spareMemory} are not
 * used by it. Its clock counts instructions: by the host's clock it would do little else than answer its timer.
 */
export async function innerLinux(
  folder: string,
  modules: readonly string[],
  script: string,
): Promise<string> {
  const kernel = await labKernel(undefined, () => undefined)
  writeFileSync(join(folder, 'vmlinux'), unpacked(readFileSync(kernel.image)))
  const found = await loadModules(kernel, modules)
  writeFileSync(
    join(folder, 'initrd'),
    packCpio([
      ...(await programFiles(busybox(), 'bin/busybox')),
      { name: 'dev', mode: 0o040755 },
      { name: 'modules', mode: 0o040755 },
      { name: 'init', mode: 0o100755, data: Buffer.from(init([...found.keys()], script)) },
      ...[...found].map(([name, data]) => ({ name: `modules/${name}`, mode: 0o100644, data })),
    ]),
  )
  const append = [
    'console=ttyS0 quiet panic=-1 no_timer_check cryptomgr.notests nokaslr mitigations=off',
    `initcall_blacklist=${slowToStart.join(',')}`,
    `memmap=4K$0x${spareMemory.toString(16)}`,
  ]
  return `kernel: ${join(folder, 'vmlinux')}
initrd: ${join(folder, 'initrd')}
append: ${append.join(' ')}
arguments: [-icount, shift=2]
`
}

/** Guest-physical address. */
export const spareMemory = 0x5000000

const init = (modules: readonly string[], script: string) => `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /tmp
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
exec </dev/console >/dev/console 2>&1
${modules.map((name) => `insmod /modules/${name}`).join('\n')}
${script}
poweroff -f
`

/** How Debian's kernels are packed, by the first bytes. */
const packings = [
  { magic: Buffer.from('fd377a585a00', 'hex'), unpack: ['xz', '-dc'] },
  { magic: Buffer.from('28b52ffd', 'hex'), unpack: ['zstd', '-dcq'] },
] as const

/** The ELF file in a bzImage (Linux Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length). */
function unpacked(image: Buffer): Buffer {
  const start = ((image[0x1f1] || 4) + 1) * 512 + image.readUInt32LE(0x248)
  // Its last four bytes are its size when it is unpacked.
  const payload = image.subarray(start, start + image.readUInt32LE(0x24c) - 4)
  const packing = packings.find(({ magic }) => payload.subarray(0, magic.length).equals(magic))
  if (!packing) throw new Error(`a kernel packed in an unknown way: ${payload.toString('hex', 0, 6)}`)
  const [program, ...rest] = packing.unpack
  return execFileSync(program, rest, { input: payload, maxBuffer: 2 ** 30 })
}
