import { accessSync, constants, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { cacheFolder } from './cache.js'
import { packCpio } from './cpio.js'
import { busybox } from './initramfs.js'
import type { Kernel } from './kernel.js'
import { finish } from './process.js'
import type { Qemu } from './qemu.js'

export type Accelerator = 'kvm' | 'tcg'

/** A kernel boots within a second or two under KVM that works. */
const trialSeconds = 10

/**
 * KVM where it really works, software emulation where not: /dev/kvm can be there and still run no ordinary kernel. So
 * this kernel is booted once, with a time limit; what came of it is kept for this host's kernel and QEMU.
 */
export async function chooseAccelerator(
  qemu: Qemu,
  kernel: Kernel,
  progress: (step: string) => void,
): Promise<Accelerator> {
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK)
  } catch {
    return 'tcg'
  }
  const key = `Linux ${release()}, QEMU ${qemu.version}`
  const file = join(cacheFolder(), 'kvm-trials.json')
  let trials: Record<string, Accelerator> = {}
  try {
    trials = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    // none yet
  }
  const known = trials[key]
  if (known) return known
  progress('trying whether KVM works')
  const accelerator = (await boots(qemu, kernel)) ? 'kvm' : 'tcg'
  mkdirSync(cacheFolder(), { recursive: true })
  writeFileSync(file, `${JSON.stringify({ ...trials, [key]: accelerator }, null, 2)}\n`)
  return accelerator
}

async function boots(qemu: Qemu, kernel: Kernel): Promise<boolean> {
  const mark = 'handover: KVM works'
  const initramfs = join(cacheFolder(), 'kvm-trial.cpio.gz')
  mkdirSync(cacheFolder(), { recursive: true })
  const init = `#!/bin/busybox sh\n/bin/busybox echo '${mark}'\n/bin/busybox poweroff -f\n`
  const entries = [
    { name: 'bin', mode: 0o040755 },
    { name: 'dev', mode: 0o040755 },
    { name: 'bin/busybox', mode: 0o100755, data: readFileSync(busybox()) },
    { name: 'init', mode: 0o100755, data: Buffer.from(init) },
  ]
  writeFileSync(initramfs, gzipSync(packCpio(entries), { level: 1 }))
  const { stdout } = await finish([
    'timeout',
    '--signal=KILL',
    String(trialSeconds),
    ...qemu.command,
    '-accel',
    'kvm',
    '-cpu',
    'host',
    '-machine',
    'q35,kernel-irqchip=split',
    '-m',
    '256M',
    '-nodefaults',
    '-no-user-config',
    '-no-reboot',
    '-vga',
    'none',
    '-display',
    'none',
    '-serial',
    'stdio',
    '-kernel',
    kernel.image,
    '-initrd',
    initramfs,
    '-append',
    'console=ttyS0 panic=-1',
  ])
  return stdout.includes(mark)
}
