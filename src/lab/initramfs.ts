import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { shellWord } from '../machine/index.js'
import { type CpioEntry, packCpio } from './cpio.js'
import { LabError } from './errors.js'
import { type Kernel, readModulesDep } from './kernel.js'
import { finish } from './process.js'

/**
 * What must be loaded before the root file system (this machine's own, over 9p) can be mounted, and for the agent. A
 * virtio IOMMU must come before the devices behind it get their drivers.
 */
const bootModules = ['virtio-pci', 'virtio-iommu', '9pnet-virtio', '9p', 'overlay', 'virtio-console']

/**
 * First stage: mounts the host's root read-only over 9p, lays a file system in memory over it so that everything can be
 * written and nothing reaches the host, and goes on there.
 */
const init = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /lab/lower /lab/upper /root
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sysfs /sys
$b mount -t devtmpfs devtmpfs /dev
for m in $($b cat /modules/order); do $b insmod /modules/$m || echo "handover: cannot load $m"; done
# Devices behind a virtio IOMMU get their drivers a while after it got its own: with many of them, too late for the first try.
n=0
until $b mount -t 9p -o trans=virtio,version=9p2000.L,ro,cache=loose,msize=512000 handover-root /lab/lower; do
  n=$((n + 1))
  [ $n -lt 60 ] || { echo 'handover: cannot mount the root'; break; }
  $b sleep 1
done
$b mount -t tmpfs tmpfs /lab/upper
$b mkdir /lab/upper/data /lab/upper/work
$b mount -t overlay -o lowerdir=/lab/lower,upperdir=/lab/upper/data,workdir=/lab/upper/work overlay /root || echo 'handover: cannot overlay the root'
for d in proc sys dev run tmp lab/lower lab/upper; do $b mkdir -p /root/$d; done
$b mount -t tmpfs tmpfs /root/run
$b cp /second-stage /root/run/handover-init
# Where the overlay's layers are must stay in sight: what the root stands on is told from them.
$b mount --move /lab/lower /root/lab/lower
$b mount --move /lab/upper /root/lab/upper
$b mount --move /proc /root/proc
$b mount --move /sys /root/sys
$b mount --move /dev /root/dev
exec $b switch_root /root /bin/sh /run/handover-init
`

/** Second stage: loads the drivers of what is plugged in, as udev would, and starts the agent. The machine ends with it. */
const secondStage = (kernel: Kernel, agent: readonly string[]) => `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb LANG=C.UTF-8
mkdir -p /dev/pts /dev/shm /lib/modules/${kernel.version}
busybox mount -t devpts devpts /dev/pts
busybox mount -t tmpfs tmpfs /dev/shm
busybox mount --bind ${shellWord(kernel.modules)} /lib/modules/${kernel.version}
ln -sf /proc/self/fd /dev/fd
ln -sf /proc/self/fd/0 /dev/stdin
ln -sf /proc/self/fd/1 /dev/stdout
ln -sf /proc/self/fd/2 /dev/stderr
busybox hostname handover-lab
busybox ip link set lo up
cat /sys/bus/pci/devices/*/modalias | sort -u | while read -r alias; do modprobe -q -b "$alias"; done
${agent.map(shellWord).join(' ')} </dev/null
sync
busybox poweroff -f
`

/** Builds the gzip-packed initramfs. `agent` is the command line that serves requests in the guest. */
export async function buildInitramfs(kernel: Kernel, agent: readonly string[]): Promise<Buffer> {
  const entries: CpioEntry[] = [
    ...(await programFiles(busybox(), 'bin/busybox')),
    { name: 'dev', mode: 0o040755 },
    { name: 'modules', mode: 0o040755 },
    { name: 'init', mode: 0o100755, data: Buffer.from(init) },
    { name: 'second-stage', mode: 0o100755, data: Buffer.from(secondStage(kernel, agent)) },
  ]
  const order: string[] = []
  for (const [name, data] of await loadModules(kernel, bootModules)) {
    order.push(name)
    entries.push({ name: `modules/${name}`, mode: 0o100644, data })
  }
  entries.push({ name: 'modules/order', mode: 0o100644, data: Buffer.from(`${order.join('\n')}\n`) })
  return gzipSync(packCpio(entries), { level: 1 })
}

/** This machine's busybox: Debian's busybox-static, or its busybox, which a Debian that can boot has mostly and which is dynamic. */
export function busybox(): string {
  const found = ['/bin/busybox', '/usr/bin/busybox', '/usr/lib/busybox/bin/busybox'].find(existsSync)
  if (!found) throw new LabError('the laboratory needs busybox: install busybox-static')
  return found
}

/** A program as `name`, with the libraries of one that is not static where it looks for them, and the folders around all. */
export async function programFiles(program: string, name: string): Promise<CpioEntry[]> {
  // `libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x7f...)`, `/lib64/ld-linux-x86-64.so.2 (0x7f...)`; of a static one none.
  const { stdout } = await finish(['ldd', program])
  const libraries = [...stdout.toString().matchAll(/(\/\S+) \(0x/g)].map(([, path]) => path!)
  const files = new Map([[name, program], ...libraries.map((path) => [path.slice(1), path] as const)])
  const folders = new Set([...files.keys()].flatMap(foldersAround))
  return [
    ...[...folders].map((folder) => ({ name: folder, mode: 0o040755 })),
    ...[...files].map(([file, source]) => ({ name: file, mode: 0o100755, data: readFileSync(source) })),
  ]
}

/** `a/b/c` -> `a`, `a/b` */
function foldersAround(file: string): string[] {
  const parts = file.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** Files of these modules and of all they need, uncompressed, in the order to load them. A name built into the kernel is passed over. */
export async function loadModules(kernel: Kernel, names: readonly string[]): Promise<Map<string, Buffer>> {
  const known = readModulesDep(kernel.modules)
  const files = new Map<string, Buffer>()
  for (const name of names) {
    const module = known.get(name)
    if (!module) continue
    for (const file of [...module.before, module.file]) {
      const target = file.replace(/^.*\//, '').replace(/\.(xz|zst|gz)$/, '')
      if (!files.has(target)) files.set(target, await uncompressed(join(kernel.modules, file)))
    }
  }
  return files
}

async function uncompressed(file: string): Promise<Buffer> {
  if (file.endsWith('.gz')) return gunzipSync(readFileSync(file))
  const unpack = file.endsWith('.xz')
    ? [busybox(), 'xz', '-dc', file]
    : file.endsWith('.zst')
      ? ['zstd', '-dcq', file]
      : undefined
  if (!unpack) return readFileSync(file)
  const { status, stdout, stderr } = await finish(unpack)
  if (status !== 0) throw new LabError(`cannot unpack the kernel module ${file}`, stderr.trim())
  return stdout
}
