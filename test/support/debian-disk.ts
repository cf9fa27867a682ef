/**
 * Disks with a real Debian on them, and computers that start from them, for what the laboratory's small system cannot show: boot
 * loaders, boot menus, initramfs images. Each disk is made once, by the distribution's own installers, and cached. The computer is
 * like the laboratory's (q35, VT-d, twins of one disk behind ports of their own); it boots firmware, boot loader, kernel and
 * initramfs from the disk, then whatever script is asked for, run by systemd as root, with this machine's files read-only
 * below /host.
 */
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cached } from '../../src/lab/cache.js'
import { kernelWords, type Recipe, recipes } from './debian-recipes.js'

/** Changed with what stands below and in the recipes: a disk made of something else is made anew. */
const version = 3

/** A disk, and for EFI the firmware's variables. */
export interface DebianDisk {
  readonly image: string
  readonly variables: string | undefined
  /** Arguments of QEMU for more devices. */
  readonly more?: readonly string[]
  /** One thread for both processors, not one each: see where it is used. */
  readonly threads?: 'single' | 'multi'
}

const sizeBytes = 3 * 1024 ** 3
const systemPartition = { from: 2048, sectors: 1_048_576 }
const rootFrom = { bios: 2048, efi: systemPartition.from + systemPartition.sectors }
/** GPT's copy at the end of the disk. */
const behind = 2048

const base: Readonly<Record<string, string>> = {
  '/etc/fstab': 'LABEL=root / ext4 errors=remount-ro 0 1\n',
  '/etc/systemd/system/lab-script.service': `[Unit]
After=basic.target
[Service]
Type=oneshot
StandardInput=null
StandardOutput=file:/dev/ttyS1
StandardError=inherit
Environment=HOME=/root
ExecStart=/bin/sh -c 'mount -t 9p -o trans=virtio,version=9p2000.L,ro,msize=262144 host /host && exec sh /host$(cat /sys/firmware/qemu_fw_cfg/by_name/opt/lab/script/raw)'
ExecStopPost=/bin/systemctl poweroff --no-block
`,
}

const packages = ['linux-image-amd64', 'systemd-sysv', 'udev', 'kmod', 'zstd', 'libstdc++6']

/** A fresh disk in `folder`. Needs root, mmdebstrap, mke2fs, sfdisk, and OVMF for EFI. */
export async function debianDisk(name: keyof typeof recipes, folder: string): Promise<DebianDisk> {
  const recipe: Recipe = recipes[name]!
  const kept = await cached(`disk-${name}-${version}`, async (partial) => {
    const root = join(partial, 'root')
    const include = [...packages, ...recipe.packages].join(',')
    // In a mount namespace of its own: when it is killed, nothing of this machine stays mounted where `cached` then removes all.
    const debootstrap = ['unshare', '--mount', 'mmdebstrap', '--quiet', '--variant=minbase']
    run([...debootstrap, `--include=${include}`, recipe.suite, root])
    for (const [path, text] of Object.entries({ ...base, ...recipe.files })) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    mkdirSync(join(root, 'host'))
    const wanted = join(root, 'etc/systemd/system/multi-user.target.wants')
    mkdirSync(wanted, { recursive: true })
    symlinkSync('../lab-script.service', join(wanted, 'lab-script.service'))
    const disk: DebianDisk = {
      image: join(partial, 'disk.img'),
      variables: recipe.firmware === 'efi' ? join(partial, 'variables.fd') : undefined,
    }
    makeImage(recipe, root, disk.image)
    if (disk.variables) copyFileSync('/usr/share/OVMF/OVMF_VARS_4M.fd', disk.variables)
    const boot = (prefix: string) =>
      join(root, 'boot', readdirSync(join(root, 'boot')).find((file) => file.startsWith(prefix))!)
    // The boot loader is installed by its own installer, in the system that it is for.
    const said = await bootDisk(disk, `set -ex\n${recipe.install}\necho installed as asked`, 1_800_000, {
      kernel: boot('vmlinuz-'),
      initrd: boot('initrd.img-'),
      append: `root=LABEL=root rw ${kernelWords}`,
    })
    if (!said.includes('\ninstalled as asked\n')) throw new Error(`${name}: ${said.slice(-3000)}`)
    rmSync(root, { recursive: true })
    return ['disk.img', ...(disk.variables ? ['variables.fd'] : [])]
  })
  const own = (file: string) => join(folder, `${name}-${file}`)
  run(['cp', '--sparse=always', join(kept, 'disk.img'), own('disk.img')])
  if (!existsSync(join(kept, 'variables.fd'))) return { image: own('disk.img'), variables: undefined }
  copyFileSync(join(kept, 'variables.fd'), own('variables.fd'))
  return { image: own('disk.img'), variables: own('variables.fd') }
}

function makeImage({ firmware, without }: Recipe, root: string, image: string): void {
  writeFileSync(image, '')
  truncateSync(image, sizeBytes)
  const sectors = sizeBytes / 512 - rootFrom[firmware] - behind
  const rootPart = `start=${rootFrom[firmware]}, size=${sectors}`
  const table = {
    bios: `label: dos\n${rootPart}, type=83, bootable\n`,
    efi: `label: gpt\nstart=${systemPartition.from}, size=${systemPartition.sectors}, type=uefi\n${rootPart}, type=linux\n`,
  }[firmware]
  const { status, stderr } = spawnSync('sfdisk', ['-q', image], { input: table, encoding: 'utf8' })
  if (status !== 0) throw new Error(`sfdisk failed: ${stderr}`)
  const extended = `offset=${rootFrom[firmware] * 512}`
  const features = without === undefined ? [] : ['-O', without]
  run([
    'mke2fs',
    '-q',
    '-t',
    'ext4',
    ...features,
    '-L',
    'root',
    '-E',
    extended,
    '-d',
    root,
    image,
    `${sectors / 2}k`,
  ])
}

/** Without it the boot loader on the disk is started. */
export interface DirectKernel {
  readonly kernel: string
  readonly initrd: string
  readonly append: string
}

/** Boots the disk, with two equal NVMe disks behind ports of their own (01:00.0, 02:00.0), runs a script, and gives what it said. */
export async function bootDisk(
  disk: DebianDisk,
  script: string,
  timeoutMs: number,
  direct?: DirectKernel,
): Promise<string> {
  return boot(disk, script, timeoutMs, direct, undefined)
}

/** The same, and the power is cut `afterMs` after the script has said `marker`. */
export async function cutPower(
  disk: DebianDisk,
  script: string,
  timeoutMs: number,
  marker: string,
  afterMs: number,
): Promise<string> {
  return boot(disk, script, timeoutMs, undefined, { marker, afterMs })
}

const begin = '---- the script begins'
const end = '---- the script has ended'

async function boot(
  disk: DebianDisk,
  script: string,
  timeoutMs: number,
  direct: DirectKernel | undefined,
  cut: { readonly marker: string; readonly afterMs: number } | undefined,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'handover-boot-'))
  try {
    const file = join(folder, 'script.sh')
    // Firmware, boot loader and systemd write to this port too, before and after.
    writeFileSync(
      file,
      `exec 2>&1\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\necho '${begin}'\n(\n${script}\n)\necho '${end}'\n`,
    )
    const said = join(folder, 'said')
    const console = join(folder, 'console')
    const child = spawn(
      'qemu-system-x86_64',
      [
        ...computer(disk),
        ...(direct ? ['-kernel', direct.kernel, '-initrd', direct.initrd, '-append', direct.append] : []),
        ...['-fw_cfg', `name=opt/lab/script,string=${file}`],
        ...['-serial', `file:${console}`, '-serial', `file:${said}`],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    )
    let complaint = ''
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    const all = () => (existsSync(said) ? readFileSync(said, 'utf8').replaceAll('\r\n', '\n') : '')
    const read = () => {
      const [, own = ''] = all().split(`${begin}\n`)
      return own.split(`${end}\n`)[0]!
    }
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
    if (cut) {
      while (!read().includes(cut.marker) && child.exitCode === null && child.signalCode === null)
        await sleep(50)
      await sleep(cut.afterMs)
      child.kill('SIGKILL')
    }
    const status = await ended
    clearTimeout(limit)
    // A kernel that panics ends the computer as one that is switched off does.
    if (!cut && (status !== 0 || !all().includes(`${end}\n`))) {
      const last = existsSync(console) ? readFileSync(console, 'utf8').slice(-3000) : ''
      throw new Error(`the computer ended with ${status}: ${complaint}${last}\n${read().slice(-2000)}`)
    }
    return read()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function computer({ image, variables, more = [], threads = 'multi' }: DebianDisk): readonly string[] {
  const port = (n: number) => [
    ...['-drive', `file=null-co://,if=none,id=n${n},format=raw`],
    ...['-device', `pcie-root-port,id=p${n},chassis=${n},addr=${4 + n}`],
    ...['-device', `nvme,drive=n${n},serial=n${n},bus=p${n}`],
  ]
  const firmware = variables
    ? [
        ...['-drive', 'if=pflash,format=raw,readonly=on,file=/usr/share/OVMF/OVMF_CODE_4M.fd'],
        ...['-drive', `if=pflash,format=raw,file=${variables}`],
      ]
    : []
  return [
    ...[
      '-accel',
      `tcg,thread=${threads}`,
      '-cpu',
      'max',
      '-M',
      'q35,kernel-irqchip=split',
      '-smp',
      '2',
      '-m',
      '1G',
    ],
    ...['-display', 'none', '-vga', 'std', '-nic', 'none', '-no-reboot'],
    ...['-device', 'intel-iommu,intremap=on,caching-mode=on', '-device', 'virtio-rng-pci'],
    ...['-drive', `file=${image},format=raw,if=none,id=d`],
    ...['-device', 'virtio-blk-pci,drive=d,addr=0x1e,bootindex=1'],
    ...firmware,
    ...port(1),
    ...port(2),
    ...more,
    ...['-fsdev', 'local,id=h,path=/,security_model=none,readonly=on'],
    ...['-device', 'virtio-9p-pci,fsdev=h,mount_tag=host,addr=0x1d'],
  ]
}

function run(argv: readonly string[], timeoutMs = 1_800_000): void {
  const { status, stderr, error } = spawnSync(argv[0]!, argv.slice(1), {
    encoding: 'utf8',
    timeout: timeoutMs,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  if (error || status !== 0) throw new Error(`${argv[0]} failed: ${error?.message ?? stderr.slice(-2000)}`)
}
